import { addCoins } from '#shared/domain/coins.ts'
import type { Provider } from '#shared/domain/packs.ts'
import { enqueueAlert } from './alerts.ts'
import { writeAudit } from './audit.ts'
import type { Queryable, Tx } from './client.ts'
import { settleDebt } from './debt.ts'
import { enqueueNotice, PRIORITY } from './jobs.ts'
import { markOrderPaid } from './orders.ts'
import { lockBalance, postTransaction } from './wallets.ts'

export type PaymentState = 'credited' | 'suspense' | 'refunded' | 'partly_refunded'

/** Money that a provider says it has taken from a person. */
export type IncomingPayment = {
  provider: Provider
  /** The provider's own id of the charge: with the provider, the one key of a credit (design 5.3). */
  chargeId: string
  /** Who paid and gets the coins; not always who ordered. Null where nobody is known: then `order` is a misfit. */
  userId: string | null
  currency: string
  /** Minor units; whole Stars for XTR. */
  amount: number
  /** What the payment processor behind Telegram Payments calls it. */
  processorChargeId?: string | undefined
  /** When the provider says that it took the money. */
  paidAt?: Date | undefined
  /** The client or operator that brings the news. */
  actor: string
  /** What it pays for, or why that is not known. */
  order:
    | { id: string; coins: number; priceVersion: string }
    | { misfit: string; details: Record<string, unknown>; orderId?: string | undefined }
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

/** The payment of this charge as it was taken before, or undefined. */
export const findTaken = async (
  sql: Queryable,
  provider: Provider,
  chargeId: string,
): Promise<TakenPayment | undefined> => {
  const [row]: [Omit<TakenPayment, 'isNew'>?] = await sql`
    select id as "paymentId", transaction_id as "transactionId", coins, state, reason
    from payments where provider = ${provider} and charge_id = ${chargeId}`
  return row && { ...row, isNew: false }
}

type Misfit = Extract<IncomingPayment['order'], { misfit: string }>

const noticeOptions = (paymentId: string) => ({ priority: PRIORITY.payment, jobKey: `payment:${paymentId}` })

const keepInSuspense = async (
  tx: Tx,
  paymentId: string,
  payment: IncomingPayment,
  { misfit: reason, details, orderId }: Misfit,
): Promise<TakenPayment> => {
  const { currency, amount, userId } = payment
  await tx`
    update payments set reason = ${reason}, order_id = ${orderId ?? null}, updated_at = now() where id = ${paymentId}`
  // paid it was, though by nothing that fits: nobody must be asked to pay again
  if (orderId !== undefined) await markOrderPaid(tx, orderId)
  await writeAudit(tx, {
    actor: payment.actor,
    action: 'payment-suspense',
    subject: `payment:${paymentId}`,
    details: { ...details, reason, provider: payment.provider, currency, amount, userId },
  })
  await enqueueAlert(tx, {
    kind: 'payment-suspense',
    subject: `payment:${paymentId}`,
    params: { paymentId, provider: payment.provider, amount, currency, reason },
  })
  if (userId !== null) {
    const params = { amount, currency, paymentId }
    await enqueueNotice(tx, { userId, kind: 'payment-suspense', params }, noticeOptions(paymentId))
  }
  return { paymentId, transactionId: null, coins: 0, state: 'suspense', reason, isNew: true }
}

const credit = async (
  tx: Tx,
  paymentId: string,
  payment: IncomingPayment & { userId: string },
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
  const debt = await settleDebt(tx, {
    userId,
    description: payment.words.debtPayment,
    reference: `payment:${paymentId}`,
    actor: payment.actor,
  })
  await markOrderPaid(tx, order.id)
  await tx`
    update payments set state = 'credited', reason = null, order_id = ${order.id}, coins = ${coins},
      transaction_id = ${posted.transactionId}, updated_at = now()
    where id = ${paymentId}`
  const params = {
    coins,
    amount,
    currency,
    debtPaid: debt.paid,
    balance: debt.balance.coins,
    priceVersion,
    paymentId,
  }
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
    insert into payments (provider, charge_id, user_id, payer_id, state, reason, currency, amount, paid_at, processor_charge_id)
    values (${provider}, ${chargeId}, ${userId}, ${userId}, 'suspense', 'being_credited', ${currency}, ${amount},
      ${payment.paidAt ?? null}, ${payment.processorChargeId ?? null})
    on conflict (provider, charge_id) do nothing
    returning id`
  if (!claimed) {
    const known = await findTaken(tx, provider, chargeId)
    if (!known) throw new Error('A payment that was there is gone.')
    return known
  }
  if ('misfit' in order) return keepInSuspense(tx, claimed.id, payment, order)
  const wait = (misfit: string): Promise<TakenPayment> =>
    keepInSuspense(tx, claimed.id, payment, { misfit, details: { orderId: order.id }, orderId: order.id })
  if (userId === null) return wait('payer_unknown')
  if (!(await hasRoom(tx, userId, order.coins))) return wait('balance_full')
  return credit(tx, claimed.id, { ...payment, userId }, order)
}

/** Money that waited has found its person: how many coins it brought, and in which transaction. */
export const markPaymentCredited = async (
  tx: Tx,
  paymentId: string,
  credited: {
    state: 'credited' | 'partly_refunded'
    userId: string
    coins: number
    transactionId: string
    /** What had gone back by then. */
    returned: number
  },
): Promise<void> => {
  const { state, userId, coins, transactionId, returned } = credited
  await tx`
    update payments set state = ${state}, reason = null, user_id = ${userId}, coins = ${coins},
      transaction_id = ${transactionId}, returned_before_credit = ${returned},
      -- where nobody was known to have paid, the operator knows
      payer_id = coalesce(payer_id, ${userId}), updated_at = now()
    where id = ${paymentId}`
}
