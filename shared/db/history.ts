import type { Queryable } from './client.ts'
import type { TransactionType } from './wallets.ts'

export type HistoryItem = {
  id: string
  amount: number
  type: TransactionType
  description: string
  service: string | null
  priceVersion: string | null
  balanceAfter: number
  createdAt: Date
}

/** One page of a person's transactions, newest first; `before` is the last id of the former page. */
export const listTransactions = async (
  sql: Queryable,
  page: { userId: string; limit: number; before?: string | undefined },
): Promise<{ items: HistoryItem[]; nextCursor: string | null }> => {
  // one more than asked tells whether there is a next page
  const rows = await sql<HistoryItem[]>`
    select id, amount, type, description, service, price_version as "priceVersion",
      balance_after as "balanceAfter", created_at as "createdAt"
    from transactions
    where user_id = ${page.userId} and (${page.before ?? null}::uuid is null or id < ${page.before ?? null}::uuid)
    order by id desc
    limit ${page.limit + 1}`
  const items = rows.slice(0, page.limit)
  return { items, nextCursor: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null }
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
