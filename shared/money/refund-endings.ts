import { enqueueAlert } from '#shared/db/alerts.ts'
import { writeAudit } from '#shared/db/audit.ts'
import type { Tx } from '#shared/db/client.ts'
import { giveBack } from '#shared/db/give-back.ts'
import { enqueueNotice, PRIORITY } from '#shared/db/jobs.ts'
import { markRefundDone, markRefundFailed, type Refund, type RefundToSettle } from '#shared/db/refunds.ts'
import { ledgerWords } from '#shared/payments/ledger-words.ts'
import { languageOf } from './move-coins.ts'

/** The provider has paid a refund of ours out. */
export const finishRefund = async (
  tx: Tx,
  refund: Refund,
  externalId: string,
  actor: string,
): Promise<void> => {
  await markRefundDone(tx, refund, externalId)
  const { id: refundId, amount, currency, coins } = refund
  await writeAudit(tx, {
    actor,
    action: 'refund-done',
    subject: `payment:${refund.paymentId}`,
    details: { refundId, externalId, amount, currency, coins },
  })
}

/** The provider has refused, for good: the person gets the coins back, and the operator hears of it. */
export const failRefund = async (
  tx: Tx,
  refund: RefundToSettle,
  failure: string,
  actor: string,
): Promise<void> => {
  const { id: refundId, paymentId, userId, amount, currency, coins } = refund
  let returnedTransactionId: string | null = null
  if (userId !== null && coins > 0) {
    const words = ledgerWords(await languageOf(tx, userId))
    const returned = await giveBack(tx, refund, {
      userId,
      description: words.refundFailed,
      debtPayment: words.debtPayment,
      reference: `refund:${refundId}`,
      actor,
    })
    returnedTransactionId = returned.transactionId
    const params = { amount, currency, coins, balance: returned.balance.coins, paymentId }
    const options = { priority: PRIORITY.payment, jobKey: `refund-failed:${refundId}` }
    await enqueueNotice(tx, { userId, kind: 'refund-failed', params }, options)
  }
  await markRefundFailed(tx, refundId, { failure, returnedTransactionId })
  const details = { refundId, amount, currency, coins, failure, externalId: refund.externalId }
  await writeAudit(tx, { actor, action: 'refund-failed', subject: `payment:${paymentId}`, details })
  await enqueueAlert(tx, {
    kind: 'refund-failed',
    subject: `refund:${refundId}`,
    params: { paymentId, ...details },
  })
}
