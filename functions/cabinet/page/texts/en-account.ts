/** English: profile and settings. */
export const enAccount = `
nameless = No name
since = With us since { $date }
your-avatar = Your avatar
change-avatar = Change avatar
account = Account
telegram-id = Telegram ID
copy-telegram-id = Copy the Telegram ID
account-id = Our number
copy-account-id = Copy our number
sign-out = Sign out

terms = Terms
terms-accepted = Version { $version }, accepted { $date }
consent-ask = By using the bot you agree to its terms (version { $version }). You can read them in the chat by the command /terms.
consent-newer = The terms have changed: version { $version } is in force now. You can read it in the chat by the command /terms.
consent-yes = I agree
consent-read = Read in the bot
consent-thanks = Noted, thank you.

deletion-pending = Your account will be deleted on { $date }. Until then you can change your mind.
deletion-undo = Keep my account
deletion-undone = Your account stays, nothing was deleted.

language-and-time = Language and time
language = Language
time-zone = Time zone
time-zone-hint = Dates, the daily limit and quiet hours follow it.
time-zone-here = Take this device’s: { $zone }
zones-cities = Cities
zones-others = Other places
notifications = Messages from the bot
receipts = A receipt after every charge
receipts-hint = A short message: what for, how much, and what is left.
low-balance = Tell me when coins run low
low-balance-threshold = When fewer are left than
low-balance-hint = One message when your balance falls below this.
quiet-hours = Quiet hours
quiet-hours-hint = Whatever can wait comes after them. News about payments always comes.
quiet-from = From
quiet-to = To
limits-and-privacy = Spending and privacy
daily-limit = Daily limit
daily-limit-coins = At most this many coins a day
daily-limit-hint = No more than this is taken in a day. The day begins at midnight, your time.
visibility = Who sees my avatar
visibility-everyone = Everyone
visibility-me = Only me
visibility-hint = “Everyone” includes other programs that work with the bot.
coins-wrong = Enter a whole number of coins, such as 100.

export-title = My data
export-hint = An archive of everything we keep about you: profile, settings, transactions, payments, avatars and transcripts.
export-download = Download archive
export-to-chat = Send to the chat
export-running = Making the archive for the chat: { $share }
export-done = Your archive is ready: it is in the chat with the bot.
export-failed = The archive could not be made. Please try again a little later.

account-delete-title = Delete account
account-delete-hint = Avatars, transcripts and everything personal will be erased, and the coins are lost. It does not happen at once: there is time to change your mind.
account-delete = Delete account
account-delete-what = Profile, settings, avatars and transcripts will be erased. Coins on your balance are lost and cannot be brought back. Download the archive first if you need it.
account-delete-grace = After you confirm, the day of the deletion is shown. Until then everything works as usual, and you can undo it.
account-delete-type = To confirm, type the word { $word }
account-delete-word = DELETE
`
