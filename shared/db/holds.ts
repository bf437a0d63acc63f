import { refuseSpending } from '#shared/domain/charging.ts'
import { AppError, invalidInput } from '#shared/errors.ts'
import { withExpiredHoldsFreed } from './charges.ts'
import type { Queryable, Tx } from './client.ts'
import { settleDebt } from './debt.ts'
import { enqueueNotice } from './jobs.ts'
import { lowBalanceOf, receiptOf, type Spending, spentTodayOf } from './spending.ts'
import { type Balance, lockBalance } from './wallets.ts'

export type HoldState = 'active' | 'captured' | 'released' | 'expired'

/** Coins set aside for work that lasts. */
export type Hold = {
  id: string
  userId: string
  coins: number
  capturedCoins: number | null
  /** One that has run out counts as expired at once, whether or not the sweep has come by. */
  state: HoldState
  service: string | null
  description: string
  priceVersion: string | null
  expiresAt: Date
  createdAt: Date
}

/** Work that will be charged when it is done. No receipt yet: nothing is charged. */
export type NewHold = Omit<Spending, 'withReceipt'> & { expiresInSeconds: number; actor: string }

/**
 * Sets coins aside: they still count as the person's, but nothing else can take them.
 * @throws AppError insufficient_funds, user_not_found, forbidden (the person's daily limit)
 */
export const placeHold = async (tx: Tx, hold: NewHold): Promise<{ hold: Hold; balance: Balance }> => {
  const { userId, coins, settings } = hold
  const balance = await withExpiredHoldsFreed(tx, userId, async () => {
    const before = await lockBalance(tx, userId)
    const spentToday = await spentTodayOf(tx, userId, settings)
    const refusal = refuseSpending({ ...before, spentToday }, coins, settings)
    if (refusal) throw refusal
    await tx`update user_balances set held = held + ${coins}, updated_at = now() where user_id = ${userId}`
    return { ...before, held: before.held + coins }
  })
  const [row]: [Hold?] = await tx`
    insert into holds (user_id, coins, service, description, price_version, actor, expires_at)
    values (${userId}, ${coins}, ${hold.service ?? null}, ${hold.description}, ${hold.priceVersion ?? null}, ${hold.actor},
      now() + make_interval(secs => ${hold.expiresInSeconds}))
    returning id, user_id as "userId", coins, captured_coins as "capturedCoins", state, service, description,
      price_version as "priceVersion", expires_at as "expiresAt", created_at as "createdAt"`
  if (!row) throw new Error('An insert returned no row.')
  for (const { notice, options } of lowBalanceOf({ ...hold, withReceipt: false }, row.id, balance)) {
    await enqueueNotice(tx, notice, options)
  }
  return { hold: row, balance }
}

/** @throws AppError hold_not_found */
export const getHold = async (sql: Queryable, holdId: string): Promise<Hold> => {
  const [row]: [Hold?] = await sql`
    select id, user_id as "userId", coins, captured_coins as "capturedCoins", service, description,
      case when state = 'active' and expires_at <= now() then 'expired' else state end as state,
      price_version as "priceVersion", expires_at as "expiresAt", created_at as "createdAt"
    from holds where id = ${holdId}`
  if (!row) throw new AppError('hold_not_found', { detail: 'There is no such hold.' })
  return row
}

/** What is set aside for this person now, newest first. */
export const listActiveHolds = async (sql: Queryable, userId: string, limit: number): Promise<Hold[]> =>
  sql<Hold[]>`
    select id, user_id as "userId", coins, captured_coins as "capturedCoins", state, service, description,
      price_version as "priceVersion", expires_at as "expiresAt", created_at as "createdAt"
    from holds
    where user_id = ${userId} and state = 'active' and expires_at > now()
    order by id desc limit ${limit}`

/** The wallet before its holds, everywhere, so that nobody waits in a circle; what is read under the lock stays true. */
const lockHold = async (tx: Tx, holdId: string): Promise<{ hold: Hold; balance: Balance }> => {
  const { userId } = await getHold(tx, holdId)
  const balance = await lockBalance(tx, userId)
  return { hold: await getHold(tx, holdId), balance }
}

const ENDED: Readonly<Record<Exclude<HoldState, 'active'>, string>> = {
  captured: 'This hold was captured already.',
  released: 'This hold was released: its coins are free again.',
  expired: 'This hold has run out: its coins are free again. Charge anew.',
}

export type Captured = { transactionId: string; charged: number; balance: Balance; userId: string }

/**
 * Takes the coins of a hold, all or part of them; what is left is free again (and pays a debt first). Always possible while the hold
 * lasts: the daily limit was asked when the coins were set aside.
 * @throws AppError hold_not_found, conflict (ended, with `state`), invalid_input (more than is held)
 */
export const captureHold = async (
  tx: Tx,
  capture: {
    holdId: string
    /** All that is held unless said. */
    coins?: number | undefined
    actor: string
    settings: Spending['settings']
    /** Words for the debt that the freed rest may pay. */
    debtWords: string
    /** Whether a receipt may be sent; not where the answer itself names the price. */
    withReceipt?: boolean
  },
): Promise<Captured> => {
  const { holdId, actor, settings, withReceipt = true } = capture
  const { hold, balance: before } = await lockHold(tx, holdId)
  if (hold.state !== 'active') {
    throw new AppError('conflict', { detail: ENDED[hold.state], extra: { state: hold.state } })
  }
  const charged = capture.coins ?? hold.coins
  if (charged > hold.coins) {
    throw invalidInput(`The hold reserves ${hold.coins} coins: no more can be taken of it.`, [
      { path: 'coins', message: `must be at most ${hold.coins}` },
    ])
  }
  const { userId, service, description, priceVersion } = hold
  const [row]: [{ id: string }?] = await tx`
    with moved as (
      update user_balances set coins = coins - ${charged}, held = held - ${hold.coins}, updated_at = now()
      where user_id = ${userId} returning coins
    ), written as (
      insert into transactions (user_id, amount, type, description, balance_after, service, reference, price_version, actor)
      select ${userId}, ${-charged}, 'charge', ${description}, coins, ${service}, ${`hold:${holdId}`}, ${priceVersion}, ${actor}
      from moved
      returning id
    )
    update holds set state = 'captured', captured_coins = ${charged}, transaction_id = written.id, updated_at = now()
    from written where holds.id = ${holdId}
    returning written.id`
  if (!row) throw new Error('A hold under lock was not captured.')
  const after = { ...before, coins: before.coins - charged, held: before.held - hold.coins }
  const receipt = receiptOf(
    { userId, coins: charged, description, service: service ?? undefined, settings, withReceipt },
    row.id,
    after,
  )
  for (const { notice, options } of receipt) await enqueueNotice(tx, notice, options)
  const { balance } =
    before.debt === 0
      ? { balance: after }
      : await settleDebt(tx, { userId, description: capture.debtWords, reference: `hold:${holdId}`, actor })
  return { transactionId: row.id, charged, balance, userId }
}

/**
 * Frees what a hold reserves. One that was released or has run out already is released all the same: nothing is left to free.
 * @throws AppError hold_not_found, conflict (captured)
 */
export const releaseHold = async (
  tx: Tx,
  release: { holdId: string; actor: string; debtWords: string },
): Promise<{ released: number; balance: Balance }> => {
  const { holdId, actor } = release
  const { hold, balance: before } = await lockHold(tx, holdId)
  if (hold.state === 'captured') {
    throw new AppError('conflict', { detail: ENDED.captured, extra: { state: hold.state } })
  }
  // one that has run out, but was not swept yet, still reserves: then the row says so
  const rows = await tx`
    update holds set state = case when expires_at <= now() then 'expired' else 'released' end, updated_at = now()
    where id = ${holdId} and state = 'active' returning 1`
  if (rows.length === 0) return { released: 0, balance: before }
  const { userId, coins } = hold
  await tx`update user_balances set held = held - ${coins}, updated_at = now() where user_id = ${userId}`
  const cause = { userId, description: release.debtWords, reference: `hold:${holdId}`, actor }
  const { balance } = await settleDebt(tx, cause)
  return { released: coins, balance }
}
