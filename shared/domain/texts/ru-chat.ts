/** Russian: counted things, first words. In Fluent (projectfluent.org). */
export const ruChat = `
coins =
    { $count ->
        [one] { $count } монета
        [few] { $count } монеты
       *[other] { $count } монет
    }
    .genitive =
        { $count ->
            [one] { $count } монеты
           *[other] { $count } монет
        }
    .accusative =
        { $count ->
            [one] { $count } монету
            [few] { $count } монеты
           *[other] { $count } монет
        }
characters =
    { $count ->
        [one] { $count } знак
        [few] { $count } знака
       *[other] { $count } знаков
    }
seconds =
    { $count ->
        [one] { $count } секунда
        [few] { $count } секунды
       *[other] { $count } секунд
    }
    .accusative =
        { $count ->
            [one] { $count } секунду
            [few] { $count } секунды
           *[other] { $count } секунд
        }
days =
    { $count ->
        [one] { $count } день
        [few] { $count } дня
       *[other] { $count } дней
    }
    .genitive =
        { $count ->
            [one] { $count } дня
           *[other] { $count } дней
        }
unit-use = за раз
unit-thousand-characters = за 1000 знаков
unit-minute = за минуту
unit-image = за картинку

welcome-new =
    Здравствуйте, <b>{ $name }</b>! Рады знакомству.

    { $bonus ->
        [0] Мы открыли вам счёт в монетах: ими оплачиваются действия в боте.
       *[other] Мы открыли вам счёт и подарили <b>{ COINS($bonus, case: "accusative") }</b>: ими оплачиваются действия в боте.
    }

    С чего начать:
    • пришлите фото — оно станет вашим аватаром;
    • пришлите файл .txt, .srt, .vtt или .json — сохраним его как расшифровку, в зашифрованном виде;
    • откройте /balance и /history — там видно, куда ушла каждая монета.

    Цены и подсказки — в /help.
welcome-back =
    С возвращением, <b>{ $name }</b>! На счёте { COINS($coins) }.
    Пришлите фото или файл с текстом — или выберите, что открыть.
help =
    <b>Что можно делать</b>

    📷 <b>Аватар.</b> Пришлите фото — оно станет вашим аватаром. Посмотреть: /avatars
    📄 <b>Расшифровки.</b> Пришлите файл .txt, .srt, .vtt или .json или текст командой /transcript — сохраним и зашифруем. Список: /transcripts
    💰 <b>Счёт.</b> Баланс — /balance, пополнение — /topup, история — /history, расходы — /usage
    ⚙️ <b>Настройки.</b> Чеки, лимиты, тихие часы — /settings, язык — /language

    Платите только за готовый результат: если что-то не получилось, монеты остаются у вас.
    Вопрос об оплате — /paysupport
prices-title = <b>Цены</b>
price-line = • { $title }: { COINS($coins) } { $unit }
unknown-command = Такой команды у нас нет. Все команды — в /help.
unknown-text =
    Мы пока не ведём бесед, зато умеем вот что:
    • фото станет вашим аватаром;
    • файл .txt, .srt, .vtt или .json сохраним как расшифровку;
    • текст сохраним тоже: ответьте на него командой /transcript.

    Подробнее — /help
voice-not-supported =
    Превращать голосовые, аудио и видео в текст здесь не получится. Принимаем фото (JPEG, PNG, WebP), файлы .txt, .srt, .vtt или .json и тексты командой /transcript.
group-hint = Счёт у каждого свой, поэтому мы отвечаем только в личном чате: @{ $username }
old-button = Эта кнопка устарела. Откройте меню ещё раз: /help
account-blocked = Доступ к счёту закрыт. Если это ошибка, напишите нам: { $contact }
`
