/** English: payment support, terms, privacy. In Fluent (projectfluent.org). */
export const enLegal = `
paysupport =
    <b>A question about a payment</b>

    Write to us: { $contact }
    Name the payment number (it stands in the top-up message) and what happened. We will answer as soon as we can.

    Telegram support cannot help with purchases in this bot; we can.
terms =
    <b>Terms</b>

    1. Coins are a prepayment for what you do in this bot. They cannot be passed to another person or exchanged for money; for refunds see 4.
    2. You see the prices before you pay: in /help and /topup. Every receipt names its price version.
    3. Coins are taken only for a finished result. If something did not work out, you keep them.
    4. { $refundDays ->
        [0] If a payment was made in error, we will refund it.
       *[other] A payment can be refunded within { DAYS($refundDays) }: { $refunded ->
            [whole] we return all of it.
           *[unspent] we return the money for the coins you have not spent.
        }
    } How to ask for it: /paysupport
    5. Send only what you have the right to send. Abuse may close your access.

    Questions: { $contact }
privacy =
    <b>What we keep about you</b>

    • your Telegram ID, name, username and language, to recognise you;
    • your coins and payments, without card details: only the payment provider sees those;
    • your avatars, without the place and time of the photo;
    • your transcripts, encrypted with a key of their own for each person.

    We neither sell this data nor show it to other people.
    Get your data or have it deleted: the buttons below, /export and /delete. Questions: { $contact }
    Deleting destroys your files and the key to your texts. Records of money stay without your name: accounting requires it.
`
