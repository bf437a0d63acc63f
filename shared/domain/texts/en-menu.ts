/** English: commands, buttons, the menu, history and usage, what is no input. In Fluent (projectfluent.org). */
export const enMenu = `
uses =
    { $count ->
        [one] { $count } use
       *[other] { $count } uses
    }

command-start = Start and open an account
command-menu = The menu and the buttons below
command-balance = How many coins you have
command-topup = Top up your account
command-history = Where the coins went
command-usage = Spending week by week
command-avatars = My avatars
command-transcript = Keep a text as a transcript
command-transcripts = My transcripts
command-search = Search my transcripts
command-profile = My profile
command-settings = Receipts, limits, quiet hours, time zone
command-language = Choose a language · Язык
command-help = What the bot can do and what it costs
command-cancel = Drop the question that waits for an answer
command-paysupport = A question about a payment
command-terms = Terms
command-privacy = What we keep about you

button-menu = ☰ Menu
button-balance = 💰 Balance
button-topup = ➕ Top up
button-history = 🧾 History
button-usage = 📊 Spending
button-help = ❓ Help
button-profile = 👤 Profile
button-avatar = 🖼 Avatars
button-transcripts = 📄 Transcripts
button-settings = ⚙️ Settings
button-language = 🌐 Language · Язык
button-paysupport = 💬 A payment question
button-terms = 📜 Terms
button-privacy = 🔒 Your data
button-back = ‹ Back
button-cancel = Cancel
button-previous = ‹ Previous
button-next = Next ›
button-newer = ‹ Later
button-older = Earlier ›

menu =
    <b>Menu</b>
    You have { COINS($coins) }. What shall we open?
unknown-content =
    We cannot work with this yet. What you can send:
    • a photo, and it becomes your avatar;
    • a .txt, .srt, .vtt or .json file, kept as a transcript;
    • a text: the command /transcript keeps it.

    More in /help
edited-unread = You have edited a message, and we do not read edits. If it matters, send it again as a new message.

history-line =
    { $number }. <b>{ COINS($amount, sign: "always") }</b> · { $type ->
        [bonus] welcome gift
        [top_up] top-up
        [refund] coins returned: { $details }
        [reversal] payment refunded
        [debt_payment] debt paid off
        [adjustment] correction: { $details }
        [opening] opening balance
       *[charge] { $details }
    }
    <i>{ $date } · balance { NUMBER($balance) }{ $priceVersion ->
        [0] {""}
       *[other] {""} · prices { $priceVersion }
    }</i>
history-none =
    { $filter ->
        [top-ups] No top-ups yet.
        [spending] Nothing spent yet.
       *[other] No refunds or corrections yet.
    }
history-filter =
    { $state ->
        [on] ✓{" "}
       *[off] {""}
    }{ $filter ->
        [all] All
        [top-ups] Top-ups
        [spending] Charges
       *[other] Refunds
    }

usage-title = <b>Spent: { COINS($coins) }</b>, { $from } to { $to }
usage-service = { $square } { $title }: { COINS($coins) }, { USES($uses) }
usage-other = Other
usage-weeks = <b>Week by week</b>
usage-week = { $from } – { $to }: { COINS($coins) }
usage-none = From { $from } to { $to } you spent nothing.
`
