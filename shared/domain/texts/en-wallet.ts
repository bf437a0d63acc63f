/** English: balance, top-up, receipts, history. In Fluent (projectfluent.org). */
export const enWallet = `
balance =
    💰 You have <b>{ COINS($coins) }</b>{ $held ->
        [0] {""}
       *[other] {""}
            Set aside for work in progress: { COINS($held) }
            Free to spend: <b>{ COINS($spendable) }</b>
    }{ $debt ->
        [0] {""}
       *[other] {""}
            Owed after a refunded payment: { COINS($debt) }. Your next top-up pays it first.
    }
profile =
    <b>{ $name }</b>
    Telegram ID: <code>{ $telegramId }</code>
    With us since { $date }
    Balance: { COINS($coins) }
topup-choose =
    You have { COINS($coins) }. Which pack shall it be?
    Coins arrive right after the payment and never expire. If the payment window shows an error, look into /balance first and do not pay again: your money is safe.
pack-button = { $title }: { COINS($coins) } — { $price }
invoice-title = { COINS($coins) }
invoice-description = The pack “{ $title }”: { COINS($coins) } for your account in the bot. They arrive right after the payment.
precheckout-expired = This invoice is out of date; nothing was taken. Open /topup and choose a pack again.
precheckout-unknown = We do not know this invoice; nothing was taken. Open /topup and choose a pack again.
precheckout-price-changed = The price of this pack has changed; nothing was taken. See the new prices in /topup.
precheckout-unavailable = We cannot take the payment right now; nothing was taken. Please try again in a minute.
payment-credited =
    ✅ Topped up: <b>{ COINS($coins) }</b>
    Paid: { $amount }{ $debtPaid ->
        [0] {""}
       *[other] {""}
            Of these, to pay off the debt: { COINS($debtPaid) }
    }
    Balance: <b>{ COINS($balance) }</b>

    Price version: { $priceVersion }
    Payment number: <code>{ $paymentId }</code>
payment-suspense =
    Your payment ({ $amount }) has reached us, but we could not credit it right away. We are looking into it and will write to you.
    <b>Please do not pay again</b>: your money is safe.

    Payment number: <code>{ $paymentId }</code>
    Questions: /paysupport
payment-refunded =
    Payment refunded: { $amount }
    Taken back: { COINS($coins) }, balance: <b>{ COINS($balance) }</b>{ $debt ->
        [0] {""}
       *[other] {""}
            Some of these coins were spent already. You owe { COINS($debt) }: your next top-up pays it first.
    }

    Payment number: <code>{ $paymentId }</code>
refund-failed =
    The payment could not be refunded: { $amount }. The payment system refused.
    Your coins are back: { COINS($coins) }, balance: <b>{ COINS($balance) }</b>

    Payment number: <code>{ $paymentId }</code>
    What to do next: /paysupport
charge-receipt =
    🧾 { $details }
    Charged: { COINS($coins) }, balance: <b>{ COINS($balance) }</b>{ $priceVersion ->
        [0] {""}
       *[other] {""}
            Price version: { $priceVersion }
    }
coins-adjusted =
    We have corrected your account: <b>{ COINS($amount, sign: "always") }</b>
    Reason: { $details }
    Balance: <b>{ COINS($balance) }</b>
insufficient-funds =
    You need <b>{ COINS($missing) }</b> more. Price: { COINS($price) }, free to spend: { COINS($spendable) }.{ $debt ->
        [0] {""}
       *[other] {""}
            This includes a debt of { COINS($debt) } after a refunded payment: your top-up pays it first.
    }
    Nothing was taken. Top up and try again.
low-balance =
    Your coins are running low: <b>{ COINS($coins) }</b> left.
    Top up: /topup, change this reminder: /settings
daily-limit-reached =
    This would go beyond your daily limit: { COINS($limit) }. Nothing was taken.
    { $left ->
        [0] Nothing is left for today.
       *[other] Left for today: { COINS($left) }.
    }
    You can change the limit in /settings; it starts afresh tomorrow.
history-title = <b>History</b>. Balance: { COINS($coins) }
history-empty = Nothing here yet: the first entry appears after a top-up or a charge.
history-hint = A number below shows why the balance changed.
history-older = Show older
`
