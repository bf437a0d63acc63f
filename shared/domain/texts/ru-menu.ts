/** Russian: commands, buttons, the menu, history and usage, what is no input. In Fluent (projectfluent.org). */
export const ruMenu = `
uses =
    { $count ->
        [one] { $count } раз
        [few] { $count } раза
       *[other] { $count } раз
    }

command-start = Начать и открыть счёт
command-menu = Меню и кнопки внизу
command-balance = Сколько монет на счёте
command-topup = Пополнить счёт
command-history = Куда ушли монеты
command-usage = Расходы по неделям
command-avatars = Мои аватары
command-transcript = Сохранить текст как расшифровку
command-transcripts = Мои расшифровки
command-search = Искать в расшифровках
command-profile = Мой профиль
command-settings = Чеки, лимиты, тихие часы, часовой пояс
command-language = Выбрать язык · Language
command-help = Что умеет бот и сколько это стоит
command-cancel = Отменить вопрос, на который ждём ответа
command-paysupport = Вопрос об оплате
command-terms = Условия
command-privacy = Что мы храним о вас

button-menu = ☰ Меню
button-balance = 💰 Баланс
button-topup = ➕ Пополнить
button-history = 🧾 История
button-usage = 📊 Расходы
button-help = ❓ Помощь
button-profile = 👤 Профиль
button-avatar = 🖼 Аватары
button-transcripts = 📄 Расшифровки
button-settings = ⚙️ Настройки
button-language = 🌐 Язык · Language
button-paysupport = 💬 Вопрос об оплате
button-terms = 📜 Условия
button-privacy = 🔒 О ваших данных
button-back = ‹ Назад
button-cancel = Отменить
button-previous = ‹ Предыдущие
button-next = Следующие ›
button-newer = ‹ Позже
button-older = Раньше ›

menu =
    <b>Меню</b>
    На счёте { COINS($coins) }. Что открыть?
unknown-content =
    С этим мы пока не умеем работать. Вот что можно прислать:
    • фото — оно станет вашим аватаром;
    • файл .txt, .srt, .vtt или .json — сохраним как расшифровку;
    • текст — его сохранит команда /transcript.

    Подробнее — /help
edited-unread = Вы исправили сообщение, а исправлений мы не читаем. Если это важно, пришлите исправленное новым сообщением.

history-line =
    { $number }. <b>{ COINS($amount, sign: "always") }</b> · { $type ->
        [bonus] приветственный подарок
        [top_up] пополнение
        [refund] возврат монет: { $details }
        [reversal] возврат платежа
        [debt_payment] погашение долга
        [adjustment] исправление: { $details }
        [opening] перенос остатка
       *[charge] { $details }
    }
    <i>{ $date } · на счёте стало { NUMBER($balance) }{ $priceVersion ->
        [0] {""}
       *[other] {""} · цены { $priceVersion }
    }</i>
history-none =
    { $filter ->
        [top-ups] Пополнений пока не было.
        [spending] Списаний пока не было.
       *[other] Возвратов и исправлений пока не было.
    }
history-filter =
    { $state ->
        [on] ✓{" "}
       *[off] {""}
    }{ $filter ->
        [all] Все
        [top-ups] Пополнения
        [spending] Списания
       *[other] Возвраты
    }

usage-title = <b>Расходы: { COINS($coins) }</b>, с { $from } по { $to }
usage-service = { $square } { $title }: { COINS($coins) }, { USES($uses) }
usage-other = Прочее
usage-weeks = <b>По неделям</b>
usage-week = { $from } – { $to }: { COINS($coins) }
usage-none = С { $from } по { $to } вы ничего не потратили.
`
