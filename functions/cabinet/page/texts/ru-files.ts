/** Russian: avatars and transcripts. */
export const ruFiles = `
avatar-add = Новый аватар
avatar-hint = Перетащите сюда картинку, выберите файл или сфотографируйтесь.
take-photo = Сфотографировать
drop-picture = Отпустите, чтобы добавить
camera-view = Что видит камера
camera-refused = Камера недоступна. Разрешите её этой странице или выберите готовое фото.
shoot = Снять
crop-title = Как будет видно
crop-hint = Двигайте картинку пальцем, мышью или стрелками, приближайте клавишами + и −
crop-zoom = Приблизить
crop-save = Сделать аватаром
picture-too-large = Картинка слишком большая.
picture-unreadable = Этот файл не открывается как картинка. Подойдут JPEG, PNG и WebP.
avatar-saved = Новый аватар на месте.
avatar-same = Это и так ваш аватар, ничего не списано.
gallery = Галерея
gallery-count = { NUMBER($count) } из { NUMBER($most) }
gallery-empty = Пока ни одного аватара
gallery-empty-hint = Добавьте картинку выше, она сразу станет вашим аватаром.
gallery-full =
    У вас уже { $most ->
        [one] { NUMBER($most) } аватар
        [few] { NUMBER($most) } аватара
       *[many] { NUMBER($most) } аватаров
    }, больше не поместится. Удалите один из них, чтобы добавить новый.
avatar-of = Аватар от { $date }
avatar-current = Сейчас
avatar-choose = Выбрать
avatar-chosen = Аватар выбран.
avatar-delete = Удалить аватар от { $date }
avatar-delete-title = Удалить аватар?
avatar-delete-ask = Вернуть его будет нельзя.
avatar-delete-current = Это ваш нынешний аватар. Вернуть его будет нельзя.
avatar-deleted = Аватар удалён.

transcript = Расшифровка
transcript-add = Добавить
search = Поиск по расшифровкам
search-words = Слова или название
transcripts-empty = Пока ни одной расшифровки
transcripts-empty-hint = Добавьте текст здесь или пришлите боту файл, голосовое или видео.
found = Найдено
found-none = По запросу «{ $words }» ничего нет
found-none-hint = Ищем все слова сразу. Попробуйте меньше слов или их начало.
transcript-new = Новая расшифровка
transcript-new-hint = Перетащите файл TXT, SRT, VTT или JSON, выберите его или вставьте текст ниже.
drop-text = Отпустите, чтобы открыть
text-unreadable = Этот файл не читается как текст. Подойдут TXT, SRT, VTT и JSON.
text-too-large = Слишком длинный текст: помещается не больше { $size }.
title = Название
title-optional = Название (можно не указывать)
text = Текст
format = Формат
transcript-saved = Расшифровка сохранена.
back-to-transcripts = К списку расшифровок
take-away = Скачать
download-as = Скачать как { $format }
renamed = Переименовано.
transcript-delete-title = Удалить расшифровку?
transcript-delete-ask = Текст будет стёрт, вернуть его будет нельзя.
transcript-deleted = Расшифровка удалена.
`
