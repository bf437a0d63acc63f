import type { Queryable, Sql } from './client.ts'
import { isStatementTimeout } from './sqlstate.ts'

export type Drift = {
  userId: string
  coins: number
  /** Of the person's transactions. */
  sum: number
  held: number
  activeHolds: number
  debt: number
}

export type LedgerSums = { wallets: number; coins: number; held: number; debt: number }

export type LedgerCheck = LedgerSums & {
  drift: Drift[]
  /** The last wallet that was looked at where the time was over before the end; null when all were. */
  stoppedAfter: string | null
}

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'

type Slice = LedgerSums & { drift: Drift[]; last: string | null }

/**
 * Wallets of one slice, in one statement and so at one moment: coins = sum of the transactions, held = coins of the active holds, and no
 * debt beside coins that are free to pay it.
 */
const checkSlice = async (sql: Queryable, after: string | null, limit: number): Promise<Slice> => {
  const [row]: [Slice?] = await sql`
    with slice as materialized (
      select user_id, coins, held, debt from user_balances
      where user_id > ${after ?? BEFORE_ALL}::uuid
      order by user_id limit ${limit}
    ), wallets as materialized (
      select s.*,
        (select coalesce(sum(t.amount), 0)::bigint from transactions t where t.user_id = s.user_id) as sum,
        (select coalesce(sum(h.coins), 0)::bigint from holds h where h.user_id = s.user_id and h.state = 'active') as active
      from slice s
    )
    select count(*) as wallets, coalesce(sum(coins), 0)::bigint as coins, coalesce(sum(held), 0)::bigint as held,
      coalesce(sum(debt), 0)::bigint as debt,
      (select user_id from slice order by user_id desc limit 1) as last,
      coalesce(jsonb_agg(jsonb_build_object('userId', user_id, 'coins', coins, 'sum', sum, 'held', held, 'activeHolds', active,
        'debt', debt) order by user_id) filter (where coins <> sum or held <> active or (debt > 0 and coins > held)), '[]') as drift
    from wallets`
  if (!row) throw new Error('An aggregate returned no row.')
  return row
}

const FIRST_SLICE = 500
const LARGEST_SLICE = 4_000
/** A slice that took longer than this makes the next one smaller, a quicker one than a quarter of it larger. */
const SLICE_MS = 800

const nextSize = (size: number, tookMs: number): number => {
  if (tookMs > SLICE_MS) return Math.max(1, Math.floor(size / 2))
  return tookMs < SLICE_MS / 4 ? Math.min(LARGEST_SLICE, size * 2) : size
}

/**
 * Proves the ledger slice by slice of wallets, each far below statement_timeout: a slice that is cut off is tried again with half of its
 * wallets. Stops where `isTimeOver` says so; `after` goes on from there.
 */
export const checkLedger = async (
  sql: Sql,
  options: { after?: string | null; isTimeOver?: () => boolean } = {},
): Promise<LedgerCheck> => {
  const total: LedgerCheck = { wallets: 0, coins: 0, held: 0, debt: 0, drift: [], stoppedAfter: null }
  let after = options.after ?? null
  let size = FIRST_SLICE
  for (;;) {
    if (options.isTimeOver?.()) return { ...total, stoppedAfter: after }
    const startedAt = performance.now()
    let slice: Slice
    try {
      slice = await checkSlice(sql, after, size)
    } catch (error) {
      if (!isStatementTimeout(error) || size === 1) throw error
      size = Math.max(1, Math.floor(size / 4))
      continue
    }
    total.wallets += slice.wallets
    total.coins += slice.coins
    total.held += slice.held
    total.debt += slice.debt
    total.drift.push(...slice.drift)
    if (slice.wallets < size || slice.last === null) return total
    after = slice.last
    size = nextSize(size, performance.now() - startedAt)
  }
}

/**
 * Wallets that do not equal the sum of their transactions, whose held coins no active holds explain, or that owe while they have coins
 * free. Empty when all is well.
 */
export const findDrift = async (sql: Sql): Promise<Drift[]> => (await checkLedger(sql)).drift

/** How many wallets there are, and the coins in them. */
export const sumLedger = async (sql: Queryable): Promise<LedgerSums> => {
  const [row]: [LedgerSums?] = await sql`
    select count(*)::bigint as wallets, coalesce(sum(coins), 0)::bigint as coins, coalesce(sum(held), 0)::bigint as held,
      coalesce(sum(debt), 0)::bigint as debt
    from user_balances`
  return row ?? { wallets: 0, coins: 0, held: 0, debt: 0 }
}
