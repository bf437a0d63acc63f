/** English: why a balance changed, coins set aside, paying by card, refunds. In Fluent (projectfluent.org). */
export const enMoney = `
entry =
    <b>{ COINS($amount, sign: "always") }</b> · { $type ->
        [bonus] welcome gift
        [top_up] top-up
        [refund] coins returned: { $details }
        [reversal] payment refunded
        [debt_payment] debt paid off
        [adjustment] correction: { $details }
        [opening] opening balance
       *[charge] { $details }
    }
    { $date }
    Before: { NUMBER($before) } → after: { NUMBER($after) }
entry-why =
    { $type ->
        [bonus] Why: you opened an account for the first time, and these coins are our gift. It is given once.
        [top_up] Why: your payment came in.
        [refund] Why: we gave these coins back to you.
        [reversal] Why: the payment was refunded, so the coins it had bought were taken back.
        [debt_payment] Why: coins of a refunded payment had been spent already. This pays off what was owed for them.
        [adjustment] Why: an operator corrected the account by hand; the reason stands above.
        [opening] Why: your balance was carried over from the former bot.
       *[charge] Why: the work was done, and this is its price.
    }
entry-units = Units: { NUMBER($units) }, price of one: { COINS($price) }
entry-price-version = Price version: { $priceVersion }
entry-work =
    { $work ->
        [transcript] For: a transcript was saved{ $isKept ->
            [kept] {""}; it is in /transcripts
           *[gone] {""}; it has been deleted since
        }
       *[avatar] For: an avatar was saved{ $isKept ->
            [kept] {""}; the current one is in /avatars
           *[gone] {""}; it has been deleted since
        }
    }
entry-payment =
    Payment: { $amount } for { COINS($coins) }, { $provider ->
        [stars] Telegram Stars
        [yookassa] YooKassa
       *[telegram] by card through Telegram
    }
    Payment number: <code>{ $paymentId }</code>
entry-refund =
    Refund: { $amount }, { $origin ->
        [self_service] as you asked
        [outside] made by the payment system
       *[operator] made by an operator
    }
    Coins for that sum: { NUMBER($coins) }{ $debt ->
        [0] {""}
       *[other] {""}; of these, spent before and owed since: { NUMBER($debt) }
    }
entry-open-transcript = 📄 Open the transcript
entry-hold = Reserved: { COINS($coins) }, { $date }. Only what was needed has been charged.

button-reserved = Reserved: { NUMBER($coins) }
holds-title =
    <b>Reserved for work in progress:</b> { COINS($coins) }
    When the work is done its price is charged and the rest is free again. If it is not done in time, all of it is free again.
holds-line =
    <b>{ COINS($coins) }</b> · { $details }
    <i>until { $date } at the latest</i>
holds-empty = Nothing is reserved: all your coins are free to spend.

button-way =
    { $way ->
        [telegram] 💳 By card
        [yookassa] 💳 By card or SBP (YooKassa)
       *[stars] ⭐ Telegram Stars
    }
topup-way =
    You have { COINS($coins) }. Which pack shall it be?
    { $way ->
        [telegram] You pay by card, right in Telegram.
        [yookassa] You pay by card or SBP on the page of YooKassa.
       *[stars] You pay in Telegram Stars.
    } If the payment window shows an error, look into /balance first and do not pay again: your money is safe.
topup-pay =
    The pack “{ $title }”: <b>{ COINS($coins) }</b> for { $amount }.

    { $way ->
        [yookassa] Press “Pay”; when you have paid, come back and press “I have paid, check”.
        [telegram] Press “Pay”: the invoice opens in Telegram.
       *[stars] Press “Pay”: the invoice in Stars opens.
    }
    <b>Pay once.</b> If you see an error but the money is gone, do not pay again: we find the payment ourselves and credit the coins.
topup-way-closed = This way to pay is not open now. See the others in /topup
button-pay = Pay { $amount }
button-check = I have paid, check
order-state =
    { $state ->
        [paid] ✅ Your payment has arrived: { COINS($coins) } credited. Details are in /history
        [suspense] Your payment has arrived, but we could not credit it right away. We are looking into it and will write to you. <b>Please do not pay again</b>.
        [canceled] This payment was canceled: no money was taken, or it is on its way back. To top up, open /topup
        [expired] This invoice is out of date. If you have paid, do not pay again: write to us, /paysupport. If not, get a new one in /topup
       *[open] ⏳ Not here yet. If you have paid, <b>do not pay again</b>: it usually takes a minute, and we credit it ourselves.
    }

refunds-title = <b>You can get a payment refunded right here</b>. Choose it:
refunds-none = There is no payment now that you can get refunded right here. The rules are in /terms
refund-button = Refund { $amount } · { $date }
refund-confirm =
    <b>Refund { $amount }?</b>

    The money goes back to where you paid from.
    We take { COINS($coins) } from your account.{ $until ->
        [0] {""}
       *[other] {""}
            This payment can be refunded until { $until }
    }
button-refund = Yes, refund { $amount }
refund-accepted =
    { $state ->
        [done] ✅ Refunded: { $amount }.
       *[requested] Your refund is accepted: { $amount }. The payment system usually answers within minutes, and we will write to you.
    }
    Taken back: { COINS($coins) }{ $debt ->
        [0] {""}
       *[other] {""}; you owe { COINS($debt) }
    }
refund-refused =
    { $reason ->
        [too_late] It is too late to refund this payment: that is possible { $days ->
            [0] only when a payment went wrong
           *[other] within { DAYS($days) } of paying
        }.
        [spent] Coins of this payment are spent or reserved, so it cannot be refunded here.
        [already] This payment has been refunded already, or is being refunded right now.
        [changed] Something has changed on your account since. Open /paysupport and choose the payment again.
        [provider] The payment system refused the refund. You keep your coins.
       *[not_refundable] Only an operator can refund a payment like this.
    } If you have questions, write to us: { $contact }
`
