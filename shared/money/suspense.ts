import { writeAudit } from '#shared/db/audit.ts'
import type { Tx } from '#shared/db/client.ts'
import { settleDebt } from '#shared/db/debt.ts'
import { enqueueNotice, PRIORITY } from '#shared/db/jobs.ts'
import { markPaymentCredited, type TakenPayment } from '#shared/db/payments.ts'
import { lockPayment } from '#shared/db/refunds.ts'
import { getUser } from '#shared/db/users.ts'
import { postTransaction } from '#shared/db/wallets.ts'
import { AppError, invalidInput } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import { ledgerWords } from '#shared/payments/ledger-words.ts'

export type Resolution = {
  paymentId: string
  /** Who gets the coins; the payer that is known unless given. */
  userId?: string | undefined
  coins: number
  reason: string
  actor: string
}

/**
 * Credits a payment that waited in suspense, as an operator decides; a debt is paid of it first. The other way out is a refund.
 * @throws AppError payment_not_found, user_not_found; conflict unless it waits; invalid_input where nobody is known to be the payer
 */
export const resolveSuspense = async (
  tx: Tx,
  resources: Resources,
  { paymentId, coins, reason, actor, ...wanted }: Resolution,
): Promise<TakenPayment> => {
  const payment = await lockPayment(tx, { paymentId })
  if (!payment) throw new AppError('payment_not_found', { detail: 'There is no such payment.' })
  if (payment.state !== 'suspense' || payment.requestedId !== null) {
    const state = payment.state === 'suspense' ? 'being refunded' : payment.state
    throw new AppError('conflict', { detail: `This payment does not wait: it is ${state}.` })
  }
  const payerId = wanted.userId ?? payment.userId
  if (payerId === null) {
    throw invalidInput('Nobody is known to have paid this: name the person.', [
      { path: 'userId', message: 'is missing' },
    ])
  }
  const { id: userId, settings } = await getUser(tx, { userId: payerId })
  const words = ledgerWords(settings.language)
  const reference = `payment:${paymentId}`
  const priceVersion = resources.tariff.version
  const { transactionId } = await postTransaction(tx, {
    userId,
    amount: coins,
    type: 'top_up',
    description: words.topUp,
    reference,
    priceVersion,
    actor,
  })
  const debt = await settleDebt(tx, { userId, description: words.debtPayment, reference, actor })
  const state = payment.refundedAmount > 0 ? 'partly_refunded' : 'credited'
  await markPaymentCredited(tx, paymentId, {
    state,
    userId,
    coins,
    transactionId,
    returned: payment.refundedAmount,
  })
  const { amount, currency } = payment
  await writeAudit(tx, {
    actor,
    action: 'payment-resolved',
    subject: reference,
    details: { reason, coins, userId, payerId: payment.userId, amount, currency, provider: payment.provider },
  })
  const params = {
    coins,
    amount,
    currency,
    debtPaid: debt.paid,
    balance: debt.balance.coins,
    priceVersion,
    paymentId,
  }
  const options = { priority: PRIORITY.payment, jobKey: `${reference}:resolved` }
  await enqueueNotice(tx, { userId, kind: 'payment-credited', params }, options)
  return { paymentId, transactionId, coins, state, reason: null, isNew: true }
}
