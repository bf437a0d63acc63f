import type { Queryable } from './client.ts'

export type Drift = { userId: string; coins: number; sum: number; held: number; activeHolds: number }

/** Wallets that do not equal the sum of their transactions, or whose held coins no active holds explain. Empty when all is well. */
export const findDrift = async (sql: Queryable): Promise<Drift[]> =>
  sql<Drift[]>`
    select b.user_id as "userId", b.coins, coalesce(t.sum, 0)::bigint as sum, b.held, coalesce(h.sum, 0)::bigint as "activeHolds"
    from user_balances b
    left join (select user_id, sum(amount)::bigint as sum from transactions group by user_id) t using (user_id)
    left join (select user_id, sum(coins)::bigint as sum from holds where state = 'active' group by user_id) h using (user_id)
    where b.coins <> coalesce(t.sum, 0) or b.held <> coalesce(h.sum, 0)
    order by b.user_id`

/** How many wallets there are, and the coins in them. */
export const sumLedger = async (
  sql: Queryable,
): Promise<{ wallets: number; coins: number; held: number; debt: number }> => {
  const [row]: [{ wallets: number; coins: number; held: number; debt: number }?] = await sql`
    select count(*)::bigint as wallets, coalesce(sum(coins), 0)::bigint as coins, coalesce(sum(held), 0)::bigint as held,
      coalesce(sum(debt), 0)::bigint as debt
    from user_balances`
  return row ?? { wallets: 0, coins: 0, held: 0, debt: 0 }
}
