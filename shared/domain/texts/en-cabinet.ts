/** English: the cabinet. In Fluent (projectfluent.org). */
export const enCabinet = `
entry-words =
    { $type ->
        [bonus] Welcome gift
        [top_up] Top-up
        [refund] Coins returned: { $details }
        [reversal] Payment refunded
        [debt_payment] Debt paid off
        [adjustment] Correction: { $details }
        [opening] Opening balance
       *[charge] { $details }
    }

login-link =
    Your cabinet: balance, history, avatars, transcripts and settings on one page.
    The browser button logs you in once and works for { MINUTES($minutes) }. Do not pass it on: whoever opens it is you.
login-plain-link =
    Your cabinet: balance, history, avatars, transcripts and settings on one page. Open it in a browser on this computer:
    { $link }
    The link logs you in once and works for { MINUTES($minutes) }. Do not pass it on: whoever opens it is you.
login-nowhere = The cabinet is not open here. Everything it shows can be had in this chat too: /help
login-in-private = The link to your cabinet is for you alone: ask me for it in our private chat.
button-cabinet = Open the cabinet
button-cabinet-browser = Open in a browser
command-login = Open my cabinet, in Telegram or in a browser
`
