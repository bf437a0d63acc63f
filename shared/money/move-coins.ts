import { writeAudit } from '#shared/db/audit.ts'
import type { Tx } from '#shared/db/client.ts'
import { takeBack } from '#shared/db/debt.ts'
import { freeExpiredHolds } from '#shared/db/expired-holds.ts'
import { enqueueNotice, PRIORITY } from '#shared/db/jobs.ts'
import { insertRefund, keepTaken, type NewRefund, type RefundedPayment } from '#shared/db/refunds.ts'
import { findUser } from '#shared/db/users.ts'
import type { Language } from '#shared/domain/settings.ts'
import { ledgerWords } from '#shared/payments/ledger-words.ts'

/** The language in which a person's ledger is written; Russian for those who are gone. */
export const languageOf = async (tx: Tx, userId: string): Promise<Language> =>
  (await findUser(tx, { userId }))?.settings.language ?? 'ru'

/**
 * Writes a refund, takes its coins back and tells the person, all in this transaction. A payment that waits in suspense brought no coins,
 * so none go. `refund.coins` must come from coinsOfRefund under the payment's lock.
 */
export const recordRefund = async (tx: Tx, payment: RefundedPayment, refund: NewRefund): Promise<string> => {
  const refundId = await insertRefund(tx, refund)
  const { userId, currency } = payment
  let taken: { transactionId: string | null; debtAdded: number } = { transactionId: null, debtAdded: 0 }
  if (userId !== null) {
    // what expired holds still keep is free
    await freeExpiredHolds(tx, userId)
    const words = ledgerWords(await languageOf(tx, userId))
    const cause = { userId, description: words.refund, reference: `refund:${refundId}`, actor: refund.actor }
    const { balance, ...rest } = await takeBack(tx, refund.coins, cause)
    taken = rest
    await keepTaken(tx, refundId, rest)
    const { amount, coins } = refund
    const params = {
      amount,
      currency,
      coins,
      balance: balance.coins,
      debt: balance.debt,
      paymentId: payment.id,
    }
    const options = { priority: PRIORITY.payment, jobKey: `refund:${refundId}` }
    await enqueueNotice(tx, { userId, kind: 'payment-refunded', params }, options)
  }
  await writeAudit(tx, {
    actor: refund.actor,
    action: refund.origin === 'outside' ? 'refund-outside' : 'refund-requested',
    subject: `payment:${payment.id}`,
    details: {
      refundId,
      provider: payment.provider,
      amount: refund.amount,
      currency,
      coins: refund.coins,
      debtAdded: taken.debtAdded,
      origin: refund.origin,
      reason: refund.reason,
    },
  })
  return refundId
}
