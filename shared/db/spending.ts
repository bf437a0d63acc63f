import { freeCoins, tellsLowBalance } from '#shared/domain/charging.ts'
import type { Settings } from '#shared/domain/settings.ts'
import type { Queryable, Tx } from './client.ts'
import { type Notice, PRIORITY } from './jobs.ts'
import type { Balance } from './wallets.ts'

/**
 * What each of these people has spent since midnight in the own time zone, and what holds reserve: what a daily limit counts. Gives a map
 * by person. Read it under the wallets' locks, so that two charges at once see each other.
 */
export const readSpentToday = async (
  tx: Queryable,
  people: readonly { userId: string; timeZone: string }[],
): Promise<Map<string, number>> => {
  if (people.length === 0) return new Map()
  const rows = await tx<{ userId: string; spent: number }[]>`
    select p."userId", (
      coalesce((
        select -sum(amount) from transactions t
        where t.user_id = p."userId" and t.type = 'charge' and t.created_at >= day.start
          -- ids are uuids of version 7, which begin with the milliseconds: the index of a history finds today's rows
          and t.id >= (substr(day.hex, 1, 8) || '-' || substr(day.hex, 9, 4) || '-7000-8000-000000000000')::uuid
      ), 0) + coalesce((
        select sum(coins) from holds h where h.user_id = p."userId" and h.state = 'active' and h.expires_at > now()
      ), 0)
    )::bigint as spent
    from jsonb_to_recordset(${tx.json(people)}::jsonb) as p("userId" uuid, "timeZone" text)
    cross join lateral (select date_trunc('day', now(), p."timeZone") as start) midnight
    cross join lateral (
      -- a minute of clocks that differ, and of transactions that lasted
      select start, lpad(to_hex((extract(epoch from start) * 1000)::bigint - 60000), 12, '0') as hex
    ) day`
  return new Map(rows.map(({ userId, spent }) => [userId, spent]))
}

/** A fall of the free coins, and what the person should hear of it. */
export type Spending = {
  userId: string
  coins: number
  description: string
  service?: string | undefined
  priceVersion?: string | undefined
  settings: Settings
  /** Whether the person is told by a message of its own (the chat names the price in its answer instead). */
  withReceipt: boolean
}

export type QueuedNotice = { notice: Notice; options: { priority: number; jobKey: string } }

/** The receipt of a charge, where the person wants one. `id`: of the ledger row, so that a charge is told once. */
export const receiptOf = (
  spending: Spending,
  id: string,
  balance: Pick<Balance, 'coins'>,
): QueuedNotice[] => {
  if (!spending.withReceipt || !spending.settings.receipts) return []
  const { userId, coins, description, service, priceVersion } = spending
  const params = {
    coins,
    description,
    service: service ?? null,
    balance: balance.coins,
    priceVersion: priceVersion ?? null,
  }
  const options = { priority: PRIORITY.receipt, jobKey: `receipt:${id}` }
  return [{ notice: { userId, kind: 'charge-receipt', params }, options }]
}

/** A word about the low balance when this spending was the one that crossed the threshold. `id`: of its cause. */
export const lowBalanceOf = (
  { userId, coins, settings }: Spending,
  id: string,
  balance: Balance,
): QueuedNotice[] => {
  const after = freeCoins(balance)
  if (!tellsLowBalance({ before: after + coins, after }, settings)) return []
  const params = { coins: after, threshold: settings.lowBalanceThreshold }
  const options = { priority: PRIORITY.receipt, jobKey: `low-balance:${id}` }
  return [{ notice: { userId, kind: 'low-balance', params }, options }]
}

/** The person's own daily limit counts from here; 0 where there is none, since nobody asks then. Locks nothing. */
export const spentTodayOf = async (
  tx: Tx,
  userId: string,
  { dailyLimit, timeZone }: Pick<Settings, 'dailyLimit' | 'timeZone'>,
): Promise<number> =>
  dailyLimit === null ? 0 : ((await readSpentToday(tx, [{ userId, timeZone }])).get(userId) ?? 0)
