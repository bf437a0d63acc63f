/** English: what an operator does, and how it ends. In Fluent (projectfluent.org). */
export const enAdminDeeds = `
admin-ask-coins =
    { $action ->
        [credit] How many coins to give to <b>{ $name }</b>?
        [debit] How many coins to take from <b>{ $name }</b>?
       *[resolve] How many coins for <b>{ $name }</b> out of this payment?
    } Free now: { NUMBER($spendable) }. Send a whole number.
admin-coins-wrong = That is no amount. Send a whole number from 1 to { NUMBER($most) }, in digits from 0 to 9, without a sign.
admin-ask-reason =
    { $action ->
        [credit] Why are coins given? <b>The person will see</b> these words in the history.
        [debit] Why are coins taken? <b>The person will see</b> these words in the history.
        [block] Why is the account blocked? Operators see that, and the person's own /export has it.
        [unblock] Why is the account unblocked? Operators see that, and the person's own /export has it.
        [refund] Why is the payment refunded? Only operators see that.
        [resolve] What was this payment for? Only operators see that.
       *[discard] Why is the update discarded? Only operators see that.
    }
admin-reason-wrong = A reason is needed, of at most { NUMBER($most) } characters.
admin-ask-payee = Who is to get the coins? Send @username, the id in Telegram or the person's id.
admin-payee-wrong = “{ $words }” is not exactly one person. Send the id in Telegram.
admin-confirm-coins =
    { $action ->
        [credit] Give <b>{ COINS($coins) }</b> to
       *[debit] Take <b>{ COINS($coins) }</b> from
    } <b>{ $name }</b> (<code>{ $telegramId }</code>)?
    Reason, which the person sees: { $reason }
admin-confirm-access =
    { $action ->
        [block] ⛔ Block
       *[unblock] ✅ Unblock
    } the account of <b>{ $name }</b> (<code>{ $telegramId }</code>)?
    Reason: { $reason }
admin-confirm-refund =
    ↩️ Refund <b>{ $amount }</b> to { $name ->
        [0] the payer, whom we do not know
       *[other] <b>{ $name }</b>
    }?
    { COINS($coins) } are taken back; what is spent already becomes debt. It cannot be undone.
    Payment: <code>{ $paymentId }</code>
    Reason: { $reason }
admin-confirm-resolve =
    Credit <b>{ COINS($coins) }</b> to <b>{ $name }</b> for the payment of { $amount }?
    Payment: <code>{ $paymentId }</code>
    Reason: { $reason }
admin-confirm-discard =
    🗑 Discard the update <code>{ $updateId }</code>? What Telegram sent is dropped, and whatever it was about will not happen.
    Reason: { $reason }
admin-confirm-press = Please press a button under the question: to do it, or to leave it.
admin-stale = This question is no longer open: it was answered, took too long, or another one came after it.

admin-done-coins =
    ✅ { $action ->
        [credit] { COINS($coins) } given to
       *[debit] { COINS($coins) } taken from
    } <b>{ $name }</b>. Balance: <b>{ COINS($balance) }</b>{ $debtPaid ->
        [0] {""}
       *[other] , { COINS($debtPaid) } paid a debt
    }
admin-done-access =
    ✅ The account of <b>{ $name }</b> is { $action ->
        [block] blocked
       *[unblock] open again
    }.
admin-done-refund =
    { $state ->
        [done] ✅ Refunded
       *[requested] ⏳ The refund is under way
    }: { $amount }. Taken back: { COINS($coins) }, of which owed: { NUMBER($debt) }.
admin-done-resolve = ✅ Credited to <b>{ $name }</b>: { COINS($coins) }.
admin-done-discard = 🗑 The update <code>{ $updateId }</code> is discarded.
admin-away-pop-up = No answer yet. Press again in a minute.
admin-refused =
    ✋ Nothing was done. { $reason ->
        [person-gone] This person is not there any more: they may have erased the account meanwhile.
        [payment-gone] There is no such payment.
        [not-waiting] This payment does not wait in suspense any more: somebody has settled it.
        [nothing-left] Nothing is left of this payment: it was refunded already.
        [under-way] A refund of this payment is under way already.
        [provider-refused] The provider refused the refund; the coins are back.
        [made-outside] Such payments are refunded at the payment processor; then record it with the command line: payments refund --outside.
        [blocked-already] This account is blocked already.
        [not-blocked] This account is not blocked.
        [is-operator] An operator cannot be blocked: take them off the operators' list first.
        [not-operator] You are not in the operators' list of the function that does this: see OPERATOR_TELEGRAM_IDS.
        [no-dead-letter] This update is no dead letter any more: it was handled or discarded.
       *[too-many-coins] That is more coins than an account can hold.
    }
admin-away = ⏳ The function that does this does not answer now. It may have done it all the same: press the button once more in a minute. It is done once, however often you press.
admin-refused-short = ✋ Nothing was taken. Of { COINS($coins) } the person lacks { NUMBER($missing) }: only free coins can be taken.
`
