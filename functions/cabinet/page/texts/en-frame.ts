/** English: navigation, common buttons, log-in, what went wrong. */
export const enFrame = `
brand = Kopeika
document-title = { $page } — Kopeika
sections = Sections
skip = Skip to content
profile = Profile
wallet = Wallet
avatars = Avatars
transcripts = Transcripts
transcripts-tab = Texts
settings = Settings

coins =
    { NUMBER($count) } { $count ->
        [one] coin
       *[other] coins
    }
coins-noun =
    { $count ->
        [one] coin
       *[other] coins
    }
characters =
    { NUMBER($count) } { $count ->
        [one] character
       *[other] characters
    }

close = Close
cancel = Cancel
save = Save
saved = Saved
not-saved = Not saved. { $why }
delete = Delete
rename = Rename
retry = Try again
more = Show more
clear = Clear
loading = Loading…
copied = Copied
copy-failed = It could not be copied: select the number and copy it yourself.
choose-file = Choose a file
open-bot = Open the bot
price-use = Price: { COINS($coins) }
price-thousand = Price: { COINS($coins) } for each thousand characters begun

login-title = Your cabinet
login-none = Your wallet, avatars, transcripts and settings are here. The bot lets you in, no password needed.
login-link = This link is no longer good: it works once and for a short time. Ask the bot for a new one.
login-data = This page has been open for long, and Telegram no longer confirms that it is you. Please open it again.
login-signed-out = You have signed out.
login-cookies = The browser does not keep you logged in on this page. Allow it cookies, or open the cabinet in another browser by the bot’s link.
login-step-bot = Open the chat with the bot in Telegram.
login-step-menu = Press the menu button to the left of the message field: the cabinet opens right in Telegram.
login-step-link = Or send the command /login: the bot gives you a one-time link for the browser.
login-again = Log in again
session-over = Please log in again
session-over-hint = You were away for long, and your session has ended. Send /login to the bot, open the new link in this same browser, then come back here. Whatever you have typed stays in place.
session-check = I’ve logged in, go on
session-still-over = We see no new session yet. Open the bot’s link in this same browser.

problem-offline = No connection to the server. Check your internet and try again: nothing is charged twice.
problem-away = It does not work right now. Try again in a minute: nothing is charged twice.
problem-rate =
    Too often. Wait { $seconds ->
        [one] { NUMBER($seconds) } second
       *[other] { NUMBER($seconds) } seconds
    } and try again.
problem-coins = You need { COINS($missing) } more. Nothing was taken: top up and try again.
problem-daily-limit =
    This would go beyond your daily limit; nothing was taken. { $left ->
        [0] Nothing is left for today.
       *[other] Left for today: { COINS($left) }.
    } You can change the limit in the settings.
problem-too-large = This file is too large.
problem-media = This file will not do: it must be a JPEG, PNG or WebP picture.
problem-input = That does not work: please check what you have entered.
problem-conflict = Something has changed meanwhile. Reload the page and try again.
problem-session = Your session has ended. Please open the cabinet again.
problem-gone = This is no longer here: perhaps it was deleted.
problem-unknown = Something went wrong. Please try again a little later.
problem-number = Something went wrong. Try again a little later; if that does not help, tell support the number { $requestId }.
`
