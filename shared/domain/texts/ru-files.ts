/** Russian: avatars, transcripts, what went wrong. In Fluent (projectfluent.org). */
export const ruFiles = `
avatar-saved =
    Готово, у вас новый аватар.
    Списано: { COINS($coins) }, на счёте: <b>{ COINS($balance) }</b>
avatar-same = Это фото уже стоит на вашем аватаре. Мы ничего не списали.
avatar-help =
    Чтобы сменить аватар, пришлите другое фото. Цена: { COINS($coins) }.
    Хранится картинок: { NUMBER($kept) } из { NUMBER($room) }.
avatar-none = Аватара пока нет. Пришлите фото (JPEG, PNG или WebP), и мы его поставим. Цена: { COINS($coins) }.
avatar-page =
    { $state ->
        [current] <b>Ваш аватар</b>, установлен { $date }
        [used] <b>Прежний аватар</b>, снят { $date }
       *[unused] <b>Ваша картинка</b>, добавлена { $date }
    }
    { NUMBER($number) } из { NUMBER($total) }
avatar-unseen = Эту картинку сейчас не получается показать.
avatars-full =
    У вас уже хранится картинок: { NUMBER($room) }. Больше нельзя. Мы ничего не списали.
    Удалите одну в /avatars и пришлите новое фото ещё раз.
avatar-delete-ask =
    <b>Удалить эту картинку насовсем?</b>
    Монеты за неё не вернутся.
avatar-chosen = Теперь это ваш аватар
avatar-deleted = Удалили
avatar-button-choose = Сделать аватаром
avatar-button-delete = Удалить
avatar-button-delete-yes = Да, удалить
avatar-button-keep = Нет, оставить
avatar-button-older = Более ранние
avatar-button-newer = Более новые
transcript-saved =
    Сохранили: <b>{ $title }</b> ({ CHARACTERS($characters) })
    Списано: { COINS($coins) }, на счёте: <b>{ COINS($balance) }</b>
transcripts-title = <b>Ваши расшифровки</b>
transcripts-line =
    <b>{ $title }</b>
    <i>{ $date } · { CHARACTERS($characters) }</i>
transcripts-empty = Расшифровок пока нет. Пришлите файл .txt, .srt, .vtt или .json, и мы его сохраним. Цена: { COINS($coins) }.
transcripts-older = Показать более ранние
transcript-open = { $title }
transcript-show =
    <b>{ $title }</b>
    <i>{ $date } · { CHARACTERS($characters) }</i>

    { $text }
transcript-more = Это только начало. Полный текст — в файле.
transcript-gone = Этой расшифровки больше нет. Остальные — в /transcripts
transcript-button-file = .{ $format }
transcript-button-rename = Переименовать
transcript-button-delete = Удалить
transcript-button-delete-yes = Да, удалить
transcript-button-keep = Оставить
transcript-button-search = Искать
transcript-file = <b>{ $title }</b>
transcript-rename-ask =
    Сейчас название такое: <b>{ $title }</b>
    Напишите новое.
transcript-renamed = Теперь это <b>{ $title }</b>
transcript-title-wrong = В названии должно быть от 1 до 200 знаков. Напишите другое.
transcript-delete-ask =
    Удалить <b>{ $title }</b>?
    Вернуть расшифровку не получится, её цена не возвращается.
transcript-deleted = Удалили.
transcript-search-ask = Напишите, какие слова искать. Последнее можно не дописывать.
transcript-search-wrong = Напишите от 1 до 16 слов, не больше 200 знаков: /search и слова.
transcript-search-title = Нашли по словам <b>{ $words }</b>
transcript-search-none = Ни в одной расшифровке нет всех этих слов: <b>{ $words }</b>
transcript-search-more = Это не всё. Добавьте слово, чтобы сузить поиск.
transcript-search-slow = У вас очень много расшифровок, и мы просмотрели пока не все. Повторите или добавьте слово.
transcript-found =
    <b>{ $title }</b>
    <i>{ $date }</i>
    { $snippet }
question-cancelled = Хорошо, не будем.
question-none = Отменять нечего.

unsupported-file = Такой файл нам не подойдёт. Принимаем фото (JPEG, PNG, WebP) и тексты (.txt, .srt, .vtt, .json).
too-large = Файл слишком большой: принимаем до { NUMBER($megabytes) } МБ.
transcript-too-large =
    Этот текст слишком длинный: принимаем до { NUMBER($characters) } знаков и до { NUMBER($megabytes) } МБ.
    Мы ничего не списали.
unreadable-image =
    Не получилось открыть это изображение: оно повреждено, анимировано или слишком вытянуто. Попробуйте другое.
    Мы ничего не списали.
unreadable-transcript =
    Не получилось разобрать этот файл: он повреждён или не похож на текст своего формата.
    Мы ничего не списали.
unknown-encoding =
    Не получилось прочитать буквы в этом файле. Сохраните его как текст в UTF-8 и пришлите ещё раз.
    Мы ничего не списали.
empty-transcript = В этом файле нет ни слова. Мы ничего не списали.
busy-try-later = Сейчас слишком много работы, и мы ничего не списали. Попробуйте ещё раз через минуту.
something-went-wrong =
    Что-то пошло не так. Мы уже знаем об этом и разбираемся, попробуйте позже.
    Если нужна помощь, откройте /paysupport и назовите нам этот номер: <code>{ $requestId }</code>
rate-limited = Слишком быстро для нас. Подождите { SECONDS($seconds, case: "accusative") } и попробуйте снова.
`
