import type { Provider } from '#shared/domain/packs.ts'
import { AppError } from '#shared/errors.ts'
import type { Queryable, Tx } from './client.ts'
import type { PaymentState } from './payments.ts'

export type RefundState = 'requested' | 'done' | 'failed'
export type RefundOrigin = 'operator' | 'self_service' | 'outside'

/** Money on its way back; amounts in minor units of the payment's currency. */
export type Refund = {
  id: string
  paymentId: string
  provider: Provider
  amount: number
  currency: string
  /** Of the refunded part: taken from the balance, or owed. */
  coins: number
  debtAdded: number
  state: RefundState
  /** The provider's id, once it is known. */
  externalId: string | null
  /** Why the provider did not do it. */
  failure: string | null
}

/** A payment as its refunds see it. */
export type RefundedPayment = {
  id: string
  provider: Provider
  chargeId: string
  /** Who has the coins. */
  userId: string | null
  /** Whose money it was. */
  payerId: string | null
  state: PaymentState
  amount: number
  currency: string
  coins: number
  /** Of what the coins stand for nothing: it had gone back before they were credited. */
  returnedBeforeCredit: number
  paidAt: Date
  /** Of refunds that are done or under way. */
  refundedAmount: number
  refundedCoins: number
  /** The one that is under way. */
  requestedId: string | null
}

const selectPayment = (sql: Queryable) => sql`
  select p.id, p.provider, p.charge_id as "chargeId", p.user_id as "userId", p.payer_id as "payerId", p.state, p.amount,
    p.currency, p.coins, p.returned_before_credit as "returnedBeforeCredit",
    coalesce(p.paid_at, p.created_at) as "paidAt", r.amount as "refundedAmount", r.coins as "refundedCoins",
    r.requested as "requestedId"
  from payments p cross join lateral (
    select coalesce(sum(amount), 0)::bigint as amount, coalesce(sum(coins), 0)::bigint as coins,
      (array_agg(id) filter (where state = 'requested'))[1] as requested
    from refunds where payment_id = p.id and state <> 'failed'
  ) r`

/**
 * The payment with its lock: what is left of it stays true until the transaction ends. The lock comes first and the sums in a statement
 * of their own, which sees what another transaction has just committed.
 */
export const lockPayment = async (
  tx: Tx,
  which: { paymentId: string } | { provider: Provider; chargeId: string },
): Promise<RefundedPayment | undefined> => {
  const [locked]: [{ id: string }?] =
    'paymentId' in which
      ? await tx`select id from payments where id = ${which.paymentId} for update`
      : await tx`
          select id from payments where provider = ${which.provider} and charge_id = ${which.chargeId} for update`
  if (!locked) return undefined
  const [row]: [RefundedPayment?] = await tx`${selectPayment(tx)} where p.id = ${locked.id}`
  return row
}

/** A person's payments, newest first: at most `limit`, from before the payment `cursor`. */
export const listPayments = async (
  sql: Queryable,
  { userId, limit, cursor }: { userId: string; limit: number; cursor?: string | undefined },
): Promise<(RefundedPayment & { createdAt: Date })[]> =>
  sql<(RefundedPayment & { createdAt: Date })[]>`
    select listed.*, p.created_at as "createdAt" from (${selectPayment(sql)}) listed join payments p using (id)
    where p.user_id = ${userId} ${cursor === undefined ? sql`` : sql`and p.id < ${cursor}`}
    order by p.id desc limit ${limit}`

export type NewRefund = {
  paymentId: string
  amount: number
  coins: number
  reason: string
  actor: string
  origin: RefundOrigin
} & ({ state: 'requested' } | { state: 'done'; externalId: string })

/** Writes a refund, before its coins move: they are moved under its id. */
export const insertRefund = async (tx: Tx, refund: NewRefund): Promise<string> => {
  const externalId = refund.state === 'done' ? refund.externalId : null
  const [row]: [{ id: string }?] = await tx`
    insert into refunds (payment_id, amount, coins, state, reason, actor, origin, external_id)
    values (${refund.paymentId}, ${refund.amount}, ${refund.coins}, ${refund.state}, ${refund.reason}, ${refund.actor},
      ${refund.origin}, ${externalId})
    returning id`
  if (!row) throw new Error('An insert returned no row.')
  return row.id
}

/** Remembers how the coins of a refund went. */
export const keepTaken = async (
  tx: Tx,
  refundId: string,
  taken: { transactionId: string | null; debtAdded: number },
): Promise<void> => {
  await tx`
    update refunds set transaction_id = ${taken.transactionId}, debt_added = ${taken.debtAdded}, updated_at = now()
    where id = ${refundId}`
}

const selectRefund = (sql: Queryable) => sql`
  select r.id, r.payment_id as "paymentId", p.provider, r.amount, p.currency, r.coins, r.debt_added as "debtAdded",
    r.state, r.external_id as "externalId", r.failure
  from refunds r join payments p on p.id = r.payment_id`

/** What the provider is asked with. */
export type RefundToSettle = Refund & {
  requestedAt: Date
  chargeId: string
  userId: string | null
  /** Of the payer, while we know the person. */
  telegramId: number | null
}

/** The refund, and whom it goes to. @throws AppError not_found */
export const getRefund = async (sql: Queryable, refundId: string): Promise<RefundToSettle> => {
  const [row]: [RefundToSettle?] = await sql`
    select listed.*, r.created_at as "requestedAt", p.charge_id as "chargeId", p.user_id as "userId",
      u.telegram_id as "telegramId"
    from (${selectRefund(sql)}) listed join refunds r using (id) join payments p on p.id = r.payment_id
    left join users u on u.id = p.payer_id
    where r.id = ${refundId}`
  if (!row) throw new AppError('not_found', { detail: 'There is no such refund.' })
  return row
}

/** The refund of this payment that the provider calls so, or undefined. */
export const findRefundByExternalId = async (
  sql: Queryable,
  paymentId: string,
  externalId: string,
): Promise<Refund | undefined> => {
  const [row]: [Refund?] = await sql`
    ${selectRefund(sql)} where r.payment_id = ${paymentId} and r.external_id = ${externalId}`
  return row
}

/** Remembers the provider's id of a refund that is still under way there. */
export const keepExternalId = async (sql: Queryable, refundId: string, externalId: string): Promise<void> => {
  await sql`
    update refunds set external_id = ${externalId}, updated_at = now()
    where id = ${refundId} and state = 'requested' and external_id is null`
}

/** The provider has paid it out. The payment is refunded when nothing of it is left. */
export const markRefundDone = async (
  tx: Tx,
  refund: { id: string; paymentId: string },
  externalId: string,
): Promise<void> => {
  await tx`
    update refunds set state = 'done', external_id = ${externalId}, updated_at = now() where id = ${refund.id}`
  await tx`
    update payments p set updated_at = now(),
      state = case
        when r.amount >= p.amount then 'refunded'
        -- money that waits goes on waiting with what is left of it
        when p.state = 'suspense' then 'suspense'
        else 'partly_refunded'
      end,
      reason = case when r.amount >= p.amount then null else p.reason end
    from (select sum(amount) as amount from refunds where payment_id = ${refund.paymentId} and state = 'done') r
    where p.id = ${refund.paymentId}`
}

/**
 * The provider has refused, and will not do it. Its id is forgotten: should it pay all the same, that is a refund made outside, and takes
 * the coins back.
 */
export const markRefundFailed = async (
  tx: Tx,
  refundId: string,
  failed: { failure: string; returnedTransactionId: string | null },
): Promise<void> => {
  await tx`
    update refunds set state = 'failed', failure = ${failed.failure}, external_id = null,
      returned_transaction_id = ${failed.returnedTransactionId}, updated_at = now()
    where id = ${refundId}`
}

/** A refund is being asked for again: the others come first the next time. */
export const touchRefund = async (sql: Queryable, refundId: string): Promise<void> => {
  await sql`update refunds set updated_at = now() where id = ${refundId} and state = 'requested'`
}

/** Ids of refunds that have been under way for too long: whoever asked for them has gone. Those that were asked for longest ago first. */
export const findStaleRefunds = async (
  sql: Queryable,
  olderThanSeconds: number,
  limit: number,
): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select id from refunds
    where state = 'requested' and created_at <= now() - make_interval(secs => ${olderThanSeconds})
    order by updated_at limit ${limit}`
  return rows.map(({ id }) => id)
}
