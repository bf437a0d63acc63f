/** Russian: texts from the chat and recordings as transcripts. In Fluent (projectfluent.org). */
export const ruSpeech = `
minutes =
    { $count ->
        [one] { $count } минута
        [few] { $count } минуты
       *[other] { $count } минут
    }
    .genitive =
        { $count ->
            [one] { $count } минуты
           *[other] { $count } минут
        }
    .accusative =
        { $count ->
            [one] { $count } минуту
            [few] { $count } минуты
           *[other] { $count } минут
        }
button-no-thanks = Нет, спасибо

transcript-ask =
    Напишите или перешлите сюда текст — сохраним его как расшифровку, в зашифрованном виде.
    { $price }
text-offer =
    Длинный текст: { CHARACTERS($characters) }. Сохранить его как расшифровку?
    Зашифруем, найдём по словам, отдадим файлом. Цена: <b>{ COINS($coins) }</b>.
text-offer-changed =
    Цена тем временем изменилась: теперь <b>{ COINS($coins) }</b>. Мы ничего не списали.
    Сохранить текст за эту цену?
text-offer-button = Сохранить: { COINS($coins) }
offer-lost = Сообщение, о котором шла речь, нам уже не видно. Мы ничего не списали, пришлите его ещё раз.
offer-taken = Приняли

recording-offer =
    🎙 Запись на { $length }. Превратить её в текст?
    Цена: <b>{ COINS($coins) }</b> за { MINUTES($minutes, case: "accusative") } (начатая минута считается целой). Платите, только если текст получится.
recording-offer-changed =
    Цена тем временем изменилась: запись на { $length } теперь стоит <b>{ COINS($coins, case: "accusative") }</b> ({ MINUTES($minutes) }). Мы ничего не списали.
    Превратить запись в текст за эту цену?
recording-offer-short =
    🎙 Запись на { $length }. Превратить её в текст стоит <b>{ COINS($coins, case: "accusative") }</b> ({ MINUTES($minutes) }).
    Не хватает <b>{ COINS($missing, case: "genitive") }</b>. Пополните счёт и нажмите кнопку здесь.
recording-button = Превратить в текст: { COINS($coins) }
recording-too-long = Запись слишком длинная: принимаем до { MINUTES($minutes, case: "genitive") }. Мы ничего не списали.
recording-too-large = Запись слишком большая: Telegram отдаёт ботам файлы до { NUMBER($megabytes) } МБ. Мы ничего не списали.
recording-unsuitable =
    Не получилось найти запись в этом файле. Принимаем голосовые, видеосообщения и аудио: OGG, MP3, M4A, WAV, FLAC и WebM.
    Мы ничего не списали.
recording-too-many = Мы уже работаем над вашими записями, сразу не больше { NUMBER($count) }. Дождитесь одной из них и нажмите кнопку ещё раз.
recording-queued =
    ⏳ В очереди. Отложили { COINS($coins, case: "accusative") }: спишем, только когда текст будет готов.
recording-downloading = ⬇️ Скачиваем запись…
recording-recognising =
    { $elapsed ->
        [0] 👂 Слушаем запись ({ $length })…
       *[other] 👂 Слушаем запись ({ $length })… Уже { $elapsed }.
    }
recording-done =
    ✅ <b>{ $title }</b>
    <i>{ $length } · { CHARACTERS($characters) }</i>

    { $text }

    Списано: { COINS($coins) }, на счёте: <b>{ COINS($balance) }</b>
recording-failed =
    { $reason ->
        [silent] 🤷 Мы не услышали в записи ни слова.
        [unreadable] 🤷 Не получилось прочитать запись: она повреждена или в незнакомом нам формате.
        [gone] 🤷 Telegram больше не отдаёт эту запись. Пришлите её ещё раз.
        [away] 😔 Распознавание речи сейчас не работает. Попробуйте позже.
        [too-late] 😔 Это заняло слишком много времени: срок, на который отложены монеты, вышел. Попробуйте ещё раз.
        [too-long-text] 🤷 Текст получился длиннее, чем мы можем сохранить. Пришлите запись по частям.
       *[interrupted] 😔 Работа слишком часто прерывалась. Попробуйте позже.
    }
    Мы ничего не списали: отложенные монеты снова свободны.
recording-news =
    { $outcome ->
        [done] ✅ Текст этой записи готов.
       *[failed] Текста этой записи не получилось, причина — в сообщении.
    }
recording-longer =
    Запись длиннее, чем было указано: { $length }. Мы ничего не списали.
    Превратить её в текст целиком стоит <b>{ COINS($coins, case: "accusative") }</b> ({ MINUTES($minutes) }).
`
