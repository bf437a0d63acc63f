/** English: what operators are told. In Fluent (projectfluent.org). */
export const enAlerts = `
operator-alert =
    🔔 <b>{ $kind ->
        [payment-suspense] A payment waits for you
        [refund-outside] A payment was refunded outside the bot
        [refund-failed] The provider refused a refund
        [unmatched-entry] Our book and the provider’s do not agree
        [ledger-drift] A wallet does not match its ledger
        [object-missing] Files are missing from the object store
        [backup-failed] A backup did not succeed
        [restore-check-failed] A backup could not be restored
       *[dead-letter] An update could not be handled
    }</b>
    { $kind ->
        [payment-suspense] The money is here, but it fits no order: nobody was credited. Find out who paid and for what, then credit or refund it.
        [refund-outside] The provider returned money without us asking (a chargeback, or a refund in its own office). The coins are taken back; what was spent is a debt of the person.
        [refund-failed] The coins are back with the person, the money was not returned. See why, then try again.
        [unmatched-entry] One of the two knows a line that the other does not. Nothing was changed. Compare them.
        [ledger-drift] Coins do not equal the sum of the transactions, or something else in the wallet does not add up. Nothing was changed. Find the cause before anything else.
        [object-missing] Avatars or transcripts are listed whose files are gone. Their rows were left as they are. See docs/operations/object-store.md: restore the bucket, or let the people know.
        [backup-failed] Nothing partial counts as a backup, and the schedule tries again. If this goes on, what is written now has no second copy. See docs/operations/backups.md.
        [restore-check-failed] The newest backup was restored for a test and is not what it should be. Earlier ones are kept. Find the cause today: see docs/operations/backups.md.
       *[dead-letter] It failed five times, or nothing could be made of it, and was put aside. Mend the cause, then replay it.
    }

    { $subject }
    { $details }

    <code>npm run admin -- { $command }</code>
`
