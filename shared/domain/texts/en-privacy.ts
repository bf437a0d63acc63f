/** English: terms, consent, export, erasure. In Fluent (projectfluent.org). */
export const enPrivacy = `
command-export = Get a copy of my data
command-delete = Delete my account and data
button-export = 📦 Get my data
button-delete = 🗑 Delete everything

terms-version =
    Version of the terms: { $version }. { $date ->
        [0] By going on you agree to them.
       *[other] You agreed to them on { $date }.
    }
terms-on-start = By going on you agree to the /terms (version { $version }). What we keep about you: /privacy
terms-changed = Our /terms have changed: the version is { $version } now. By going on you agree to them.

export-progress = 📦 Putting your data together: { $percent }%
export-running = Your data is being put together already: { $percent }%. It comes here by itself.
export-part = Your data, archive { $part }
export-done =
    { $parts ->
        [1] ✅ Your data is in the archive above. README.txt in it says what is where.
       *[other] ✅ Your data is in the { $parts } archives above. README.txt in the first one says what is where.
    }
export-failed = Your data could not be put together right now. Please try /export again later.
export-readme =
    A COPY OF YOUR DATA
    Made on { $date } (UTC). Questions: { $contact }

    profile.json, settings.json — your account, settings and balance
    transactions — every movement of coins
    payments, refunds, orders, provider-entries — payments, refunds, invoices and the lines of the payment providers about them
    holds — coins that were set aside
    avatars/ — your pictures; avatars and avatar-uses say when each was current
    transcripts/ — your texts, readable and with their times
    recordings — recordings that were turned into text
    consents — versions of the terms that you agreed to
    deletion-requests, exports — your requests about your data
    sessions — where you are logged in to the cabinet
    actions — what was done with your account, and by whom
    inbox — messages to the bot that are still kept; their words go once they are handled
    waiting-messages — messages that are on their way to you

    Tables come twice: .json for programs, .csv for spreadsheets. Times are UTC. Amounts of money are in the smallest unit of
    their currency (kopecks, cents), Stars are whole. Long tables go on in files with a number.
    Left out, since it says nothing that is not here: the key to your texts, the search index over them, and answers that are
    kept for a week so that no call is done twice.

deletion-explain =
    <b>Delete your account and data?</b>

    Gone for good: your name and Telegram ID, settings, avatars, transcripts and the key to them, recordings, messages that wait.
    What stays: records of money and coins, without your name. Accounting requires it.
    { $coins ->
        [0] You have no coins to lose.
       *[other] <b>{ COINS($coins) } will be lost.</b> Money can be refunded only before: /paysupport
    }{ $debt ->
        [0] { "" }
       *[other] { " " }You owe { COINS($debt) }: that ends with the account.
    }

    { $days ->
        [0] It happens at once and cannot be undone.
       *[other] It happens in { DAYS($days) }; until then you can change your mind. Get your data before: /export
    }
button-deletion-confirm = Yes, delete everything
button-deletion-keep = Keep everything
deletion-scheduled =
    Your account and data will be deleted on <b>{ $date }</b>.
    Until then everything works as before, and you can change your mind with the button or /delete.
deletion-pending =
    Your account and data will be deleted on <b>{ $date }</b>.
    Have you changed your mind?
deletion-reminder =
    Tomorrow, on <b>{ $date }</b>, your account and data will be deleted, as you asked.
    Your data: /export
button-deletion-undo = Keep my account
deletion-undone = Nothing will be deleted: your account stays as it is.
deletion-none = No deletion is waiting: your account stays as it is.
deletion-done =
    { $coins ->
        [0] Your account and data are deleted.
       *[other] Your account and data are deleted, and { COINS($coins) } with them.
    }
    If you write here again, a new account begins with 0 coins.
`
