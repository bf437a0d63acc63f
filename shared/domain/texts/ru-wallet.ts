/** Russian: balance, top-up, receipts, history. In Fluent (projectfluent.org). */
export const ruWallet = `
balance =
    💰 На счёте <b>{ COINS($coins) }</b>{ $held ->
        [0] {""}
       *[other] {""}
            Отложено на задачи в работе: { COINS($held) }
            Свободно: <b>{ COINS($spendable) }</b>
    }{ $debt ->
        [0] {""}
       *[other] {""}
            Долг после возврата платежа: { COINS($debt) }. Погасим его из ближайшего пополнения.
    }
profile =
    <b>{ $name }</b>
    Telegram ID: <code>{ $telegramId }</code>
    С нами с { $date }
    На счёте { COINS($coins) }
topup-choose =
    На счёте { COINS($coins) }. Какой пакет возьмём?
    Монеты придут сразу после оплаты и не сгорают. Если окно оплаты показало ошибку, сначала загляните в /balance и не платите ещё раз: деньги не потеряются.
pack-button = { $title }: { COINS($coins) } — { $price }
invoice-title = { COINS($coins) }
invoice-description = Пакет «{ $title }»: { COINS($coins) } на ваш счёт в боте. Придут сразу после оплаты.
precheckout-expired = Срок оплаты вышел, деньги не списаны. Откройте /topup и выберите пакет ещё раз.
precheckout-unknown = Мы не нашли такой заказ, деньги не списаны. Откройте /topup и выберите пакет ещё раз.
precheckout-price-changed = Цена пакета изменилась, деньги не списаны. Откройте /topup, там новые цены.
precheckout-unavailable = Сейчас не получается принять оплату, деньги не списаны. Попробуйте через минуту.
payment-credited =
    ✅ Пополнение: <b>{ COINS($coins) }</b>
    Оплачено: { $amount }{ $debtPaid ->
        [0] {""}
       *[other] {""}
            Из них на погашение долга: { COINS($debtPaid) }
    }
    На счёте: <b>{ COINS($balance) }</b>

    Версия цен: { $priceVersion }
    Номер платежа: <code>{ $paymentId }</code>
payment-suspense =
    Ваш платёж ({ $amount }) дошёл до нас, но зачислить его сразу не получилось. Мы уже разбираемся и напишем вам.
    <b>Пожалуйста, не платите ещё раз</b>: деньги не потеряются.

    Номер платежа: <code>{ $paymentId }</code>
    Если есть вопросы — /paysupport
payment-refunded =
    Вернули платёж: { $amount }
    Списано: { COINS($coins) }, на счёте: <b>{ COINS($balance) }</b>{ $debt ->
        [0] {""}
       *[other] {""}
            Часть этих монет уже потрачена. Долг — { COINS($debt) }: погасим его из ближайшего пополнения.
    }

    Номер платежа: <code>{ $paymentId }</code>
refund-failed =
    Вернуть платёж не получилось: { $amount }. Платёжная система отказала.
    Монеты снова у вас: { COINS($coins) }, на счёте: <b>{ COINS($balance) }</b>

    Номер платежа: <code>{ $paymentId }</code>
    Что делать дальше — /paysupport
charge-receipt =
    🧾 { $details }
    Списано: { COINS($coins) }, на счёте: <b>{ COINS($balance) }</b>{ $priceVersion ->
        [0] {""}
       *[other] {""}
            Версия цен: { $priceVersion }
    }
coins-adjusted =
    Мы поправили ваш счёт: <b>{ COINS($amount, sign: "always") }</b>
    Причина: { $details }
    На счёте: <b>{ COINS($balance) }</b>
insufficient-funds =
    Не хватает <b>{ COINS($missing, case: "genitive") }</b>. Цена: { COINS($price) }, свободно: { COINS($spendable) }.{ $debt ->
        [0] {""}
       *[other] {""}
            В том числе долг после возврата платежа: { COINS($debt) }. Пополнение сначала погасит его.
    }
    Мы ничего не списали. Пополните счёт и попробуйте ещё раз.
low-balance =
    Монеты заканчиваются: на счёте <b>{ COINS($coins) }</b>.
    Пополнить — /topup, настроить напоминание — /settings
daily-limit-reached =
    Сработал ваш дневной лимит: { COINS($limit) }. Мы ничего не списали.
    { $left ->
        [0] На сегодня ничего не осталось.
       *[other] На сегодня осталось: { COINS($left) }.
    }
    Изменить лимит можно в /settings, а завтра отсчёт начнётся заново.
history-title = <b>История</b>. На счёте { COINS($coins) }
history-empty = Пока здесь пусто: первая операция появится после пополнения или списания.
history-hint = Номер под сообщением покажет, почему изменился счёт.
history-older = Более ранние
`
