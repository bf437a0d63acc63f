import { AppError } from '#shared/errors.ts'
import type { Queryable } from './client.ts'

/** A payment as an operator sees it; amounts in minor units. */
export type ListedPayment = {
  id: string
  provider: string
  chargeId: string
  state: string
  reason: string | null
  currency: string
  amount: number
  coins: number
  userId: string | null
  telegramId: number | null
  createdAt: Date
}

const selectListed = (sql: Queryable) => sql`
  select p.id, p.provider, p.charge_id as "chargeId", p.state, p.reason, p.currency, p.amount, p.coins, p.user_id as "userId",
    u.telegram_id as "telegramId", p.created_at as "createdAt"
  from payments p left join users u on u.id = p.user_id`

export type PaymentFilter = {
  isSuspense: boolean
  provider?: string | undefined
  telegramId?: number | undefined
  limit: number
}

/** Payments, newest first; those in suspense oldest first, as they wait. */
export const listPaymentsForOperator = async (
  sql: Queryable,
  { isSuspense, provider, telegramId, limit }: PaymentFilter,
): Promise<ListedPayment[]> =>
  sql<ListedPayment[]>`
    ${selectListed(sql)}
    where true
      ${isSuspense ? sql`and p.state = 'suspense'` : sql``}
      ${provider === undefined ? sql`` : sql`and p.provider = ${provider}`}
      ${telegramId === undefined ? sql`` : sql`and u.telegram_id = ${telegramId}`}
    order by ${isSuspense ? sql`p.created_at` : sql`p.id desc`}
    limit ${limit}`

/** Everything about one payment: its order, refunds, coins, the provider's lines, and who did what. */
export type PaymentFile = ListedPayment & {
  paidAt: Date | null
  processorChargeId: string | null
  transactionId: string | null
  order: Record<string, unknown> | null
  refunds: Record<string, unknown>[]
  transactions: Record<string, unknown>[]
  entries: Record<string, unknown>[]
  audit: Record<string, unknown>[]
}

/** @throws AppError payment_not_found */
export const getPaymentFile = async (sql: Queryable, paymentId: string): Promise<PaymentFile> => {
  const [row]: [PaymentFile?] = await sql`
    select listed.*, p.paid_at as "paidAt", p.processor_charge_id as "processorChargeId", p.transaction_id as "transactionId",
      (select jsonb_build_object('id', o.id, 'userId', o.user_id, 'pack', o.pack, 'coins', o.coins, 'currency', o.currency,
          'amount', o.amount, 'priceVersion', o.price_version, 'state', o.state, 'externalId', o.external_id, 'expiresAt', o.expires_at)
        from orders o where o.id = p.order_id) as "order",
      coalesce((select jsonb_agg(jsonb_build_object('id', r.id, 'state', r.state, 'origin', r.origin, 'amount', r.amount,
          'coins', r.coins, 'debtAdded', r.debt_added, 'externalId', r.external_id, 'failure', r.failure, 'reason', r.reason,
          'actor', r.actor, 'createdAt', r.created_at) order by r.id)
        from refunds r where r.payment_id = p.id), '[]') as refunds,
      coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'type', t.type, 'amount', t.amount, 'balanceAfter', t.balance_after,
          'reference', t.reference, 'actor', t.actor, 'createdAt', t.created_at) order by t.id)
        from transactions t where t.user_id = p.user_id and (t.reference = 'payment:' || p.id
          or t.reference in (select 'refund:' || r.id from refunds r where r.payment_id = p.id))), '[]') as transactions,
      coalesce((select jsonb_agg(jsonb_build_object('direction', e.direction, 'externalId', e.external_id, 'amount', e.amount,
          'currency', e.currency, 'state', e.state, 'reason', e.reason, 'occurredAt', e.occurred_at) order by e.occurred_at)
        from provider_entries e where e.provider = p.provider and e.charge_id = p.charge_id), '[]') as entries,
      coalesce((select jsonb_agg(jsonb_build_object('at', a.created_at, 'actor', a.actor, 'action', a.action, 'details', a.details)
          order by a.id)
        from audit_log a where a.subject = 'payment:' || p.id), '[]') as audit
    from (${selectListed(sql)}) listed join payments p using (id)
    where p.id = ${paymentId}`
  if (!row) throw new AppError('payment_not_found', { detail: 'There is no such payment.' })
  return row
}
