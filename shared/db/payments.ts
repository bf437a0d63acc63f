import { addCoins } from '#shared/domain/coins.ts'
import type { Provider } from '#shared/domain/packs.ts'
import { writeAudit } from './audit.ts'
import type { Tx } from './client.ts'
import { enqueueNotice, PRIORITY } from './jobs.ts'
import { lockBalance, postTransaction } from './wallets.ts'

export type PaymentState = 'credited' | 'suspense' | 'refunded' | 'partly_refunded'

/** Money that a provider says it has taken from a person. */
export type IncomingPayment = {
  provider: Provider
  /** The provider's own id of the charge: with the provider, the one key of a credit (design 5.3). */
  chargeId: string
  /** Who paid and gets the coins; not always who ordered. */
  userId: string
  currency: string
  /** Minor units; whole Stars for XTR. */
  amount: number
  /** The client or operator that brings the news. */
  actor: string
  /** What it pays for, or why that is not known. */
  order:
    | { id: string; coins: number; priceVersion: string }
    | { misfit: string; details: Record<string, unknown> }
  /** Lines of the ledger in the payer's language. */
  words: { topUp: string; debtPayment: string }
}

export type TakenPayment = {
  paymentId: string
  /** The credit; null in suspense. */
  transactionId: string | null
  coins: number
  state: PaymentState
  /** Why it waits, in suspense. */
  reason: string | null
  /** False when the charge was known before: nothing moved now. */
  isNew: boolean
}

const findPayment = async (
  tx: Tx,
  provider: Provider,
  chargeId: string,
): Promise<Omit<TakenPayment, 'isNew'> | undefined> => {
  const [row]: [Omit<TakenPayment, 'isNew'>?] = await tx`
    select id as "paymentId", transaction_id as "transactionId", coins, state, reason
    from payments where provider = ${provider} and charge_id = ${chargeId}`
  return row
}

const noticeOptions = (paymentId: string) => ({ priority: PRIORITY.payment, jobKey: `payment:${paymentId}` })

const keepInSuspense = async (
  tx: Tx,
  paymentId: string,
  payment: IncomingPayment,
  reason: string,
  details: Record<string, unknown>,
): Promise<TakenPayment> => {
  const { currency, amount, userId } = payment
  await tx`update payments set reason = ${reason}, updated_at = now() where id = ${paymentId}`
  await writeAudit(tx, {
    actor: payment.actor,
    action: 'payment-suspense',
    subject: `payment:${paymentId}`,
    details: { ...details, reason, provider: payment.provider, currency, amount, userId },
  })
  const params = { amount, currency, paymentId }
  await enqueueNotice(tx, { userId, kind: 'payment-suspense', params }, noticeOptions(paymentId))
  return { paymentId, transactionId: null, coins: 0, state: 'suspense', reason, isNew: true }
}

/** Pays the debt of refunded coins that were spent already, out of the credit that was just posted (design 5.5). */
const payDebt = async (
  tx: Tx,
  payment: IncomingPayment,
  paymentId: string,
  credit: { coins: number; debt: number },
): Promise<number> => {
  const paid = Math.min(credit.debt, credit.coins)
  if (paid === 0) return 0
  await tx`update user_balances set debt = debt - ${paid}, updated_at = now() where user_id = ${payment.userId}`
  await postTransaction(tx, {
    userId: payment.userId,
    amount: -paid,
    type: 'debt_payment',
    description: payment.words.debtPayment,
    reference: `payment:${paymentId}`,
    actor: payment.actor,
  })
  return paid
}

const credit = async (
  tx: Tx,
  paymentId: string,
  payment: IncomingPayment,
  order: { id: string; coins: number; priceVersion: string },
): Promise<TakenPayment> => {
  const { userId, currency, amount } = payment
  const { coins, priceVersion } = order
  const posted = await postTransaction(tx, {
    userId,
    amount: coins,
    type: 'top_up',
    description: payment.words.topUp,
    reference: `payment:${paymentId}`,
    priceVersion,
    actor: payment.actor,
  })
  const debtPaid = await payDebt(tx, payment, paymentId, { coins, debt: posted.balance.debt })
  await tx`
    update payments set state = 'credited', reason = null, order_id = ${order.id}, coins = ${coins},
      transaction_id = ${posted.transactionId}, updated_at = now()
    where id = ${paymentId}`
  const balance = posted.balance.coins - debtPaid
  const params = { coins, amount, currency, debtPaid, balance, priceVersion, paymentId }
  await enqueueNotice(tx, { userId, kind: 'payment-credited', params }, noticeOptions(paymentId))
  return {
    paymentId,
    transactionId: posted.transactionId,
    coins,
    state: 'credited',
    reason: null,
    isNew: true,
  }
}

/** A wallet that cannot take more must not refuse the payment: it waits for an operator. */
const hasRoom = async (tx: Tx, userId: string, coins: number): Promise<boolean> => {
  const balance = await lockBalance(tx, userId)
  try {
    return addCoins(balance.coins, coins) > 0
  } catch {
    return false
  }
}

/**
 * Takes a payment once, whoever brings it and however often (webhook, redelivery, reconcile): its row is claimed first, a second one at the
 * same time waits on the unique index and then finds it. What fits an order is credited in this transaction, the rest is kept in
 * suspense; nothing is dropped.
 */
export const takePayment = async (tx: Tx, payment: IncomingPayment): Promise<TakenPayment> => {
  const { provider, chargeId, userId, currency, amount, order } = payment
  const [claimed]: [{ id: string }?] = await tx`
    insert into payments (provider, charge_id, user_id, state, reason, currency, amount)
    values (${provider}, ${chargeId}, ${userId}, 'suspense', 'being_credited', ${currency}, ${amount})
    on conflict (provider, charge_id) do nothing
    returning id`
  if (!claimed) {
    const known = await findPayment(tx, provider, chargeId)
    if (!known) throw new Error('A payment that was there is gone.')
    return { ...known, isNew: false }
  }
  if ('misfit' in order) return keepInSuspense(tx, claimed.id, payment, order.misfit, order.details)
  if (!(await hasRoom(tx, userId, order.coins))) {
    return keepInSuspense(tx, claimed.id, payment, 'balance_full', { orderId: order.id })
  }
  return credit(tx, claimed.id, payment, order)
}
