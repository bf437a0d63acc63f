/** English: the operator's side of the bot. In Fluent (projectfluent.org). */
export const enAdmin = `
precheckout-suspended = Access to this account is closed, so it cannot be topped up. Write to support.

admin-menu =
    🛠 <b>Operator</b>
    Payments in suspense: { NUMBER($suspense) }. Dead letters: { NUMBER($deadLetters) }.
    Whatever you do or look at here goes into the audit log under your name.
admin-button-menu = 🛠 Operator's menu
admin-button-find = 🔎 Find a person or payment
admin-button-suspense = ⏸ Suspense
admin-button-dead-letters = ✉️ Dead letters
admin-button-status = 🩺 Backups, books, queues
admin-button-person = 👤 The person
admin-button-history = 📜 History
admin-button-payments = 💳 Payments
admin-button-credit = ➕ Give coins
admin-button-debit = ➖ Take coins
admin-button-block = ⛔ Block
admin-button-unblock = ✅ Unblock
admin-button-refund = ↩️ Refund
admin-button-resolve = ✅ Credit to the payer
admin-button-resolve-to = 👤 Credit to somebody else
admin-button-replay = 🔁 Handle again
admin-button-discard = 🗑 Discard
admin-button-confirm = ✅ Yes, do it
admin-button-older = Older →
admin-button-run-reconcile = 🔄 Reconcile now
admin-button-run-backup = 💾 Back up now
admin-button-run-check = 🧪 Prove the newest backup
admin-button-found = { $name } · { $telegramId }
admin-button-payment = { $amount } · { $date }
admin-button-update = { $updateId } · { $kind }

admin-find-ask =
    Who, or which payment? Send one of these:
    • @username, or a link to it
    • the id in Telegram, or the person's id with us
    • the id of a payment or of a line of the history
    • the provider's id of a charge
    Answering a forwarded message with this command finds its author.
admin-find-none = Nobody and nothing was found for “{ $words }”.
admin-find-many = { NUMBER($count) } people carry or carried this name. Which one?
admin-find-hidden = Telegram does not say who wrote the forwarded message: its author hides that. Look by the name or the id.

admin-person =
    👤 <b>{ $name }</b>{ $username ->
        [0] {""}
       *[other] {" "}· { $username }
    }
    Telegram: <code>{ $telegramId }</code>
    Id: <code>{ $userId }</code>
    With us since { $date }

    Coins: <b>{ NUMBER($coins) }</b>, set aside: { NUMBER($held) }, owed: { NUMBER($debt) }, free: <b>{ NUMBER($spendable) }</b>
admin-person-settings =
    Language: { $language ->
        [ru] Russian
       *[en] English
    }. Time zone: { $timeZone }.
    Receipts: { $receipts ->
        [on] on
       *[off] off
    }. Low balance: { $lowBalance ->
        [on] on
       *[off] off
    }. A day's limit: { $dailyLimit ->
        [none] none
       *[other] { NUMBER($dailyLimit) }
    }.
admin-person-blocked = ⛔ <b>Blocked</b> by an operator on { $date }: { $reason }
admin-person-unreachable = 🔕 Has blocked the bot, or never started it: messages do not arrive.
admin-history-title = 📜 <b>{ $name }</b>: history
admin-history-empty = { $name } has no history.
admin-history-line =
    <b>{ COINS($amount, sign: "always") }</b> · { $type ->
        [bonus] bonus
        [top_up] top-up
        [charge] charge
        [refund] given back
        [reversal] taken back
        [debt_payment] debt
        [adjustment] by hand
       *[opening] carried over
    } · { $details }
    { $date }, balance { NUMBER($balance) }, by { $actor }

admin-payments-title = 💳 <b>{ $name }</b>: payments, newest first
admin-payments-none = { $name } has paid nothing.
admin-payment-line =
    { $amount } · { COINS($coins) } · { $state ->
        [credited] credited
        [suspense] in suspense
        [refunded] refunded
       *[partly_refunded] refunded in part
    } · { $date }
admin-payment =
    💳 <b>{ $amount }</b> · { $provider ->
        [stars] Stars
        [telegram] card in Telegram
       *[yookassa] YooKassa
    }
    { $state ->
        [credited] Credited
        [suspense] ⏸ In suspense
        [refunded] Refunded
       *[partly_refunded] Refunded in part
    }: { COINS($coins) }{ $refunded ->
        [0] {""}
       *[other] , refunded { $refunded }
    }
    { $date }
    Who: { $name ->
        [0] nobody known
       *[other] { $name }
    }{ $reason ->
        [0] {""}
       *[other] .{" "}Why it waits: { $reason }
    }
    Payment: <code>{ $paymentId }</code>
    Charge: <code>{ $chargeId }</code>
admin-suspense-title = ⏸ Payments that fit no order, the oldest first: { NUMBER($count) }. The money is with us, the coins are with nobody.
admin-suspense-none = Nothing is in suspense.

admin-updates-title = ✉️ Updates from Telegram that had no effect, the oldest first: { NUMBER($count) }
admin-updates-none = No dead letters.
admin-update =
    ✉️ <b>{ $updateId }</b> · { $kind } · { $state ->
        [dead] dead letter
       *[failed] waits to be handled
    }
    From: { $telegramId ->
        [0] nobody known
       *[other] <code>{ $telegramId }</code>
    }. Attempts: { NUMBER($attempts) }. Came: { $date }
    Error: { $error ->
        [0] none
       *[other] { $error }
    }
admin-update-body =
    What Telegram sent:
    <code>{ $body }</code>
admin-update-replayed =
    { $outcome ->
        [done] ✅ The update <code>{ $updateId }</code> was handled.
       *[failed] ✋ The update <code>{ $updateId }</code> failed again. Its error stands beside it.
    }

admin-status-title = 🩺 <b>Backups, books, queues</b>
admin-age =
    { NUMBER($count) } { $unit ->
        [minutes] min
        [hours] h
       *[days] d
    }
admin-status-backup =
    💾 Last backup: { $date } ({ $age } ago)
admin-status-backup-none = 💾 Last backup: none that we know of
admin-status-check =
    🧪 Last one tried: { $date } ({ $age } ago), { $verdict ->
        [good] it is good
       *[bad] ❗️ <b>IT IS NOT GOOD</b>
    }
admin-status-check-none = 🧪 Last one tried: none that we know of
admin-status-reconcile =
    🔄 Books: { $date }, { $state ->
        [done] whole
        [running] under way, or died
        [incomplete] incomplete, goes on
       *[failed] ❗️ <b>failed</b>
    }. Credited: { NUMBER($credited) }, reversed: { NUMBER($reversed) }, unmatched: { NUMBER($unmatched) }, wallets with a drift: { NUMBER($drift) }
admin-status-reconcile-none = 🔄 Books: no run yet
admin-status-queues =
    📬 Jobs due: { NUMBER($jobsDue) }, given up: { NUMBER($jobsDead) }
    ✉️ Updates waiting: { NUMBER($updatesWaiting) }, dead: { NUMBER($updatesDead) }
    ⏸ Payments in suspense: { NUMBER($suspense) }, refunds under way: { NUMBER($refunds) }, recordings at work: { NUMBER($recordings) }
admin-run-asked =
    { $what ->
        [reconcile] Reconcile was asked to start. Look at the status in a minute.
        [backup] A backup was asked to start. Look at the status in a minute.
       *[check] The newest backup is being proven. Look at the status in a few minutes.
    }
admin-run-forbidden = The bot may not start this here: its client in api-clients lacks the scope. See docs/operations/operators.md.
`
