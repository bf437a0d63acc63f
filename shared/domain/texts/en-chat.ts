/** English: counted things, first words. In Fluent (projectfluent.org). */
export const enChat = `
coins =
    { $count ->
        [one] { $count } coin
       *[other] { $count } coins
    }
characters =
    { $count ->
        [one] { $count } character
       *[other] { $count } characters
    }
seconds =
    { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    }
days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
unit-use = each
unit-thousand-characters = per 1,000 characters
unit-minute = a minute
unit-image = an image

welcome-new =
    Hello, <b>{ $name }</b>! Nice to meet you.

    { $bonus ->
        [0] We have opened an account in coins for you: they pay for what you do in this bot.
       *[other] We have opened an account for you with a gift of <b>{ COINS($bonus) }</b>: coins pay for what you do in this bot.
    }

    A good start:
    • send a photo and it becomes your avatar;
    • send a .txt, .srt, .vtt or .json file and we keep it as a transcript, encrypted;
    • open /balance and /history: they show where every coin went.

    Prices and tips are in /help.
welcome-back =
    Welcome back, <b>{ $name }</b>! You have { COINS($coins) }.
    Send a photo or a text file, or choose what to open.
help =
    <b>What you can do</b>

    📷 <b>Avatar.</b> Send a photo and it becomes your avatar. See it: /avatars
    📄 <b>Transcripts.</b> Send a .txt, .srt, .vtt or .json file, or a text by /transcript; we keep it encrypted. The list: /transcripts
    💰 <b>Account.</b> Balance: /balance, top up: /topup, history: /history, spending: /usage
    ⚙️ <b>Settings.</b> Receipts, limits, quiet hours: /settings, language: /language

    You pay only for a finished result: if something did not work out, you keep your coins.
    A question about a payment: /paysupport
prices-title = <b>Prices</b>
price-line = • { $title }: { COINS($coins) } { $unit }
unknown-command = There is no such command. See all of them in /help.
unknown-text =
    We do not chat yet, but here is what works:
    • a photo becomes your avatar;
    • a .txt, .srt, .vtt or .json file is kept as a transcript;
    • a text is kept too: reply to it with /transcript.

    More in /help
voice-not-supported =
    We cannot turn voice, audio or video into text here. What we take: photos (JPEG, PNG, WebP), files .txt, .srt, .vtt or .json, and texts by /transcript.
group-hint = Everyone has an account of their own, so we answer only in a private chat: @{ $username }
old-button = This button is out of date. Open the menu again: /help
account-blocked = Access to this account is closed. If this is a mistake, write to us: { $contact }
`
