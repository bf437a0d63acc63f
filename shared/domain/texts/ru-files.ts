/** Russian: avatars, transcripts, what went wrong. In Fluent (projectfluent.org). */
export const ruFiles = `
avatar-saved =
    Готово, у вас новый аватар.
    Списано: { COINS($coins) }, на счёте: <b>{ COINS($balance) }</b>
avatar-same = Это фото уже стоит на вашем аватаре. Мы ничего не списали.
avatar-help = Чтобы сменить аватар, пришлите другое фото. Цена: { COINS($coins) }.
avatar-none = Аватара пока нет. Пришлите фото (JPEG, PNG или WebP), и мы его поставим. Цена: { COINS($coins) }.
avatar-caption = Ваш аватар. Установлен { $date }
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

unsupported-file = Такой файл нам не подойдёт. Принимаем фото (JPEG, PNG, WebP) и тексты (.txt, .srt, .vtt, .json).
too-large = Файл слишком большой: принимаем до { NUMBER($megabytes) } МБ.
transcript-too-large =
    Этот текст слишком длинный: принимаем до { NUMBER($characters) } знаков и до { NUMBER($megabytes) } МБ.
    Мы ничего не списали.
unreadable-image =
    Не получилось открыть это изображение: оно повреждено, анимировано или слишком вытянуто. Попробуйте другое.
    Мы ничего не списали.
unreadable-transcript =
    Не получилось разобрать этот файл: он пуст, повреждён или не похож на текст своего формата.
    Мы ничего не списали.
busy-try-later = Сейчас слишком много работы, и мы ничего не списали. Попробуйте ещё раз через минуту.
something-went-wrong =
    Что-то пошло не так. Мы уже знаем об этом и разбираемся, попробуйте позже.
    Если нужна помощь, откройте /paysupport и назовите нам этот номер: <code>{ $requestId }</code>
rate-limited = Слишком быстро для нас. Подождите { SECONDS($seconds, case: "accusative") } и попробуйте снова.
`
