import type { Queryable } from './client.ts'
import type { TransactionType } from './wallets.ts'

export type HistoryItem = {
  id: string
  amount: number
  type: TransactionType
  description: string
  service: string | null
  /** The cause, such as 'payment:<id>'. */
  reference: string | null
  priceVersion: string | null
  /** Who moved the coins: a function, a program, an operator. */
  actor: string
  balanceAfter: number
  createdAt: Date
}

const columns = (sql: Queryable) => sql`
  id, amount, type, description, service, reference, price_version as "priceVersion", actor,
  balance_after as "balanceAfter", created_at as "createdAt"`

/** One page of a person's transactions, newest first; `before` is the last id of the former page. */
export const listTransactions = async (
  sql: Queryable,
  page: { userId: string; limit: number; before?: string | undefined; type?: TransactionType | undefined },
): Promise<{ items: HistoryItem[]; nextCursor: string | null }> => {
  const { userId, limit, before = null, type = null } = page
  // one more than asked tells whether there is a next page
  const rows = await sql<HistoryItem[]>`
    select ${columns(sql)} from transactions
    where user_id = ${userId}
      and (${before}::uuid is null or id < ${before}::uuid)
      and (${type}::text is null or type = ${type})
    order by id desc
    limit ${limit + 1}`
  const items = rows.slice(0, limit)
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

/** One transaction of this person; undefined for another's, and for none. */
export const findTransaction = async (
  sql: Queryable,
  { userId, id }: { userId: string; id: string },
): Promise<HistoryItem | undefined> => {
  const [row]: [HistoryItem?] = await sql`
    select ${columns(sql)} from transactions where id = ${id} and user_id = ${userId}`
  return row
}

/** Coins spent by service between two moments (from included, to not). */
export const sumUsage = async (
  sql: Queryable,
  span: { userId: string; from: Date; to: Date },
): Promise<{ service: string | null; uses: number; coins: number }[]> =>
  sql`
    select service, count(*)::bigint as uses, (-sum(amount))::bigint as coins
    from transactions
    where user_id = ${span.userId} and type = 'charge' and created_at >= ${span.from} and created_at < ${span.to}
    group by service
    order by coins desc, service`
