import type { Queryable } from './client.ts'
import type { HistoryItem } from './history.ts'

/** A payment as it explains coins; amounts in minor units, whole Stars for XTR. */
export type PaymentFacts = {
  id: string
  provider: 'stars' | 'telegram' | 'yookassa'
  state: 'credited' | 'suspense' | 'refunded' | 'partly_refunded'
  amount: number
  currency: string
  coins: number
  /** Refunds that are done or under way. */
  refundedAmount: number
  createdAt: Date
}

export type RefundFacts = {
  id: string
  paymentId: string
  amount: number
  currency: string
  coins: number
  debtAdded: number
  state: 'requested' | 'done' | 'failed'
  origin: 'operator' | 'self_service' | 'outside'
  createdAt: Date
}

export type HoldFacts = {
  id: string
  coins: number
  capturedCoins: number | null
  service: string | null
  description: string
  createdAt: Date
}

/** Something that was paid for; `isKept` is false once it was deleted. */
type Work = { id: string; isKept: boolean }

/** What moved the coins of one transaction, as far as its reference tells; the rest is null. */
export type Cause = {
  payment: PaymentFacts | null
  refund: RefundFacts | null
  hold: HoldFacts | null
  avatar: Work | null
  transcript: Work | null
}

type Whose = { userId: string; id: string }

const findPayment = async (sql: Queryable, { userId, id }: Whose): Promise<PaymentFacts | null> => {
  const [row]: [PaymentFacts?] = await sql`
    select id, provider, state, amount, currency, coins, created_at as "createdAt",
      (select coalesce(sum(r.amount), 0)::bigint from refunds r
        where r.payment_id = payments.id and r.state <> 'failed') as "refundedAmount"
    from payments where id = ${id} and user_id = ${userId}`
  return row ?? null
}

const findRefund = async (sql: Queryable, { userId, id }: Whose): Promise<RefundFacts | null> => {
  const [row]: [RefundFacts?] = await sql`
    select r.id, r.payment_id as "paymentId", r.amount, p.currency, r.coins, r.debt_added as "debtAdded",
      r.state, r.origin, r.created_at as "createdAt"
    from refunds r join payments p on p.id = r.payment_id
    where r.id = ${id} and p.user_id = ${userId}`
  return row ?? null
}

const findHold = async (sql: Queryable, { userId, id }: Whose): Promise<HoldFacts | null> => {
  const [row]: [HoldFacts?] = await sql`
    select id, coins, captured_coins as "capturedCoins", service, description, created_at as "createdAt"
    from holds where id = ${id} and user_id = ${userId}`
  return row ?? null
}

const findWork = async (
  sql: Queryable,
  table: 'user_avatars' | 'user_transcripts',
  { userId, id }: Whose,
): Promise<Work> => {
  const rows = await sql`select 1 from ${sql(table)} where id = ${id} and user_id = ${userId}`
  return { id, isKept: rows.length > 0 }
}

const REFERENCE = /^(payment|refund|hold|avatar|transcript):([0-9a-f-]{36})(?::|$)/

/**
 * What a transaction's reference points at, of this person's rows only. A reference of a kind that is not known here (another version's)
 * explains nothing, and is no error.
 */
export const findCause = async (
  sql: Queryable,
  { userId, item }: { userId: string; item: Pick<HistoryItem, 'reference'> },
): Promise<Cause> => {
  const none: Cause = { payment: null, refund: null, hold: null, avatar: null, transcript: null }
  const [, kind, id] = REFERENCE.exec(item.reference ?? '') ?? []
  if (id === undefined) return none
  const whose = { userId, id }
  switch (kind) {
    case 'payment':
      return { ...none, payment: await findPayment(sql, whose) }
    case 'refund': {
      const refund = await findRefund(sql, whose)
      const payment = refund && (await findPayment(sql, { userId, id: refund.paymentId }))
      return { ...none, refund, payment }
    }
    case 'hold':
      return { ...none, hold: await findHold(sql, whose) }
    case 'avatar':
      return { ...none, avatar: await findWork(sql, 'user_avatars', whose) }
    default:
      return { ...none, transcript: await findWork(sql, 'user_transcripts', whose) }
  }
}

/** The price of one unit in a version of the tariff that is no longer in force; undefined where that version is not kept. */
export const findPastPrice = async (
  sql: Queryable,
  { version, service }: { version: string; service: string },
): Promise<number | undefined> => {
  const [row]: [{ price: unknown }?] = await sql`
    select content -> 'services' -> ${service}::text -> 'coins' as price from tariff_versions where version = ${version}`
  return typeof row?.price === 'number' && Number.isSafeInteger(row.price) ? row.price : undefined
}
