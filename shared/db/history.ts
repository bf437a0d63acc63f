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
  page: {
    userId: string
    limit: number
    before?: string | undefined
    /** These kinds alone; all of them unless said. */
    types?: readonly TransactionType[] | undefined
  },
): Promise<{ items: HistoryItem[]; nextCursor: string | null }> => {
  const { userId, limit, before = null, types } = page
  // one more than asked tells whether there is a next page
  const rows = await sql<HistoryItem[]>`
    select ${columns(sql)} from transactions
    where user_id = ${userId}
      and (${before}::uuid is null or id < ${before}::uuid)
      ${types === undefined ? sql`` : sql`and type in ${sql([...types])}`}
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

/** A week of a person's spending; `from` is its Monday at midnight where the person lives, `to` the next one. */
export type UsageWeek = {
  from: Date
  to: Date
  services: { service: string | null; uses: number; coins: number }[]
}

/** Coins spent by week and service: so many weeks, the last of them the one that `at` lies in; oldest first, empty ones as well. */
export const sumUsageByWeek = (
  sql: Queryable,
  span: { userId: string; timeZone: string; at: Date; weeks: number },
): Promise<UsageWeek[]> => {
  const { userId, timeZone, at, weeks } = span
  // Mondays are counted by the wall clock, so that a week with a change of the clock is an hour longer or shorter
  return sql<UsageWeek[]>`
    with mondays as (
      select (date_trunc('week', ${at}::timestamptz at time zone ${timeZone}) - n * interval '7 days') as monday
      from generate_series(0, ${weeks}::int - 1) as n
    ), spans as (
      select monday at time zone ${timeZone} as start, (monday + interval '7 days') at time zone ${timeZone} as stop from mondays
    ), sums as materialized (
      -- a long history is read once, not once a week, and only what lies in these weeks is compared with them
      select s.start, t.service, count(*)::bigint as uses, (-sum(t.amount))::bigint as coins
      from spans s join transactions t
        on t.user_id = ${userId} and t.type = 'charge' and t.created_at >= s.start and t.created_at < s.stop
          and t.created_at >= (select min(start) from spans)
      group by s.start, t.service
    )
    select start as from, stop as to, coalesce((
      select jsonb_agg(jsonb_build_object('service', service, 'uses', uses, 'coins', coins) order by coins desc, service)
      from sums where sums.start = spans.start
    ), '[]') as services
    from spans order by start`
}
