/** Russian: why a balance changed, coins set aside, paying by card, refunds. In Fluent (projectfluent.org). */
export const ruMoney = `
entry =
    <b>{ COINS($amount, sign: "always") }</b> · { $type ->
        [bonus] приветственный подарок
        [top_up] пополнение
        [refund] возврат монет: { $details }
        [reversal] возврат платежа
        [debt_payment] погашение долга
        [adjustment] исправление: { $details }
        [opening] перенос остатка
       *[charge] { $details }
    }
    { $date }
    Было { NUMBER($before) } → стало { NUMBER($after) }
entry-why =
    { $type ->
        [bonus] Почему: вы впервые открыли счёт, и мы подарили монеты. Подарок даётся один раз.
        [top_up] Почему: пришёл ваш платёж.
        [refund] Почему: мы вернули вам монеты.
        [reversal] Почему: платёж вернули, поэтому купленные за него монеты списаны.
        [debt_payment] Почему: монеты возвращённого платежа были уже потрачены. Этот долг теперь погашен.
        [adjustment] Почему: оператор поправил счёт вручную, причина указана выше.
        [opening] Почему: остаток перенесён из прежнего бота.
       *[charge] Почему: работа выполнена, это её цена.
    }
entry-units = Количество: { NUMBER($units) }, цена за единицу: { COINS($price) }
entry-price-version = Версия цен: { $priceVersion }
entry-work =
    { $work ->
        [transcript] За что: сохранили расшифровку{ $isKept ->
            [kept] {""}; она в /transcripts
           *[gone] {""}; с тех пор её удалили
        }
       *[avatar] За что: сохранили аватар{ $isKept ->
            [kept] {""}; текущий — в /avatars
           *[gone] {""}; с тех пор его удалили
        }
    }
entry-payment =
    Платёж: { $amount } за { COINS($coins, case: "accusative") }, { $provider ->
        [stars] Telegram Stars
        [yookassa] ЮKassa
       *[telegram] карта через Telegram
    }
    Номер платежа: <code>{ $paymentId }</code>
entry-refund =
    Возврат: { $amount }, { $origin ->
        [self_service] по вашей просьбе
        [outside] платёжной системой
       *[operator] оператором
    }
    Монет за эту сумму: { NUMBER($coins) }{ $debt ->
        [0] {""}
       *[other] {""}; из них уже были потрачены и стали долгом: { NUMBER($debt) }
    }
entry-open-transcript = 📄 Открыть расшифровку
entry-hold = Откладывали: { COINS($coins, case: "accusative") }, { $date }. Списали только то, что понадобилось.

button-reserved = Отложено: { NUMBER($coins) }
holds-title =
    <b>Отложено на задачи в работе:</b> { COINS($coins) }
    Когда задача закончится, спишем её цену, а остальное снова станет свободным. Если она не закончится в срок, освободится всё.
holds-line =
    <b>{ COINS($coins) }</b> · { $details }
    <i>не дольше чем до { $date }</i>
holds-empty = Сейчас ничего не отложено: все монеты свободны.

button-way =
    { $way ->
        [telegram] 💳 Картой
        [yookassa] 💳 Картой или СБП (ЮKassa)
       *[stars] ⭐ Звёздами Telegram
    }
topup-way =
    На счёте { COINS($coins) }. Какой пакет возьмём?
    { $way ->
        [telegram] Оплата картой, прямо в Telegram.
        [yookassa] Оплата картой или через СБП на странице ЮKassa.
       *[stars] Оплата звёздами Telegram.
    } Если окно оплаты показало ошибку, сначала загляните в /balance и не платите ещё раз: деньги не потеряются.
topup-pay =
    Пакет «{ $title }»: <b>{ COINS($coins) }</b> за { $amount }.

    { $way ->
        [yookassa] Нажмите «Оплатить», а после оплаты вернитесь сюда и нажмите «Оплачено, проверить».
        [telegram] Нажмите «Оплатить»: откроется счёт в Telegram.
       *[stars] Нажмите «Оплатить»: откроется счёт в звёздах.
    }
    <b>Платите один раз.</b> Если показана ошибка, а деньги списаны, не платите снова: мы увидим платёж сами и зачислим монеты.
topup-way-closed = Так оплатить сейчас нельзя. Другие способы — в /topup
button-pay = Оплатить { $amount }
button-check = Оплачено, проверить
order-state =
    { $state ->
        [paid] ✅ Оплата пришла: { COINS($coins, case: "accusative") } мы уже зачислили. Подробности — в /history
        [suspense] Оплата пришла, но зачислить её сразу не получилось. Мы уже разбираемся и напишем вам. <b>Пожалуйста, не платите ещё раз</b>.
        [canceled] Этот платёж отменён, деньги не списаны или уже возвращаются. Чтобы пополнить счёт, откройте /topup
        [expired] Срок этого счёта вышел. Если вы платили, не платите снова: напишите нам, /paysupport. Если нет — новый счёт в /topup
       *[open] ⏳ Оплаты пока не видно. Если вы уже заплатили, <b>не платите ещё раз</b>: платёж обычно доходит за минуту, и мы зачислим его сами.
    }

refunds-title = <b>Вернуть платёж можно прямо здесь</b> — выберите его:
refunds-none = Платежей, которые можно вернуть прямо здесь, сейчас нет. Условия возврата — в /terms
refund-button = Вернуть { $amount } · { $date }
refund-confirm =
    <b>Вернуть { $amount }?</b>

    Деньги вернутся туда, откуда вы платили.
    Со счёта спишем { COINS($coins, case: "accusative") }.{ $until ->
        [0] {""}
       *[other] {""}
            Вернуть этот платёж можно до { $until }
    }
button-refund = Да, вернуть { $amount }
refund-accepted =
    { $state ->
        [done] ✅ Вернули { $amount }.
       *[requested] Возврат принят: { $amount }. Платёжная система обычно отвечает за несколько минут, и мы напишем вам.
    }
    Списано: { COINS($coins) }{ $debt ->
        [0] {""}
       *[other] {""}; долг: { COINS($debt) }
    }
refund-refused =
    { $reason ->
        [too_late] Этот платёж уже не вернуть: возврат возможен { $days ->
            [0] только при ошибке оплаты
           *[other] в течение { DAYS($days, case: "genitive") } после оплаты
        }.
        [spent] Монеты этого платежа уже потрачены или отложены на задачи, поэтому вернуть его здесь нельзя.
        [already] Этот платёж уже возвращён или возвращается прямо сейчас.
        [changed] С тех пор на счёте что-то изменилось. Откройте /paysupport и выберите платёж ещё раз.
        [provider] Платёжная система отказала в возврате. Монеты остались у вас.
       *[not_refundable] Такой платёж возвращает только оператор.
    } Если есть вопросы, напишите нам: { $contact }
`
