import { AppError, insufficientFunds } from '#shared/errors.ts'
import type { Queryable, Tx } from './client.ts'

export type Balance = { coins: number; held: number; debt: number }

export type TransactionType =
  | 'bonus'
  | 'top_up'
  | 'charge'
  | 'refund'
  | 'reversal'
  | 'debt_payment'
  | 'adjustment'
  | 'opening'

/** A movement of coins to be written; `amount` is positive for a credit, negative for a debit. */
export type NewTransaction = {
  userId: string
  amount: number
  type: TransactionType
  description: string
  service?: string
  /** The cause, such as 'payment:<id>'; the same (type, reference) moves money once. */
  reference?: string
  priceVersion?: string
  actor: string
}

export type Posted = { transactionId: string; createdAt: Date; coinsBefore: number; balance: Balance }

/**
 * The balance as it is now: coins of holds that have run out count as free, also before the sweep has come by.
 * @throws AppError user_not_found
 */
export const getBalance = async (sql: Queryable, userId: string): Promise<Balance> => {
  const [row]: [Balance?] = await sql`
    select coins, debt, held - case when held = 0 then 0 else (
      select coalesce(sum(h.coins), 0)::bigint from holds h
      where h.user_id = ${userId} and h.state = 'active' and h.expires_at <= now()
    ) end as held
    from user_balances where user_id = ${userId}`
  if (!row) throw new AppError('user_not_found')
  return row
}

/** Takes the row lock of a wallet, so that what is decided next stays true until the transaction ends. */
export const lockBalance = async (tx: Tx, userId: string): Promise<Balance> => {
  const [row]: [Balance?] =
    await tx`select coins, held, debt from user_balances where user_id = ${userId} for update`
  if (!row) throw new AppError('user_not_found')
  return row
}

type Moved = { id: string; created_at: Date; coins: number; held: number; debt: number }

const moveCoins = async (tx: Tx, entry: NewTransaction): Promise<Moved | undefined> => {
  const { amount } = entry
  // nothing is spent while something is owed; what takes back or pays the debt itself is no spending
  const isSpending = entry.type === 'charge'
  // `$n > 0` alone would make the parameter a 32-bit integer
  const [row]: [Moved?] = await tx`
    with moved as (
      update user_balances set coins = coins + ${amount}, updated_at = now()
      where user_id = ${entry.userId}
        and (${amount}::bigint > 0 or coins - held - ${isSpending ? 1 : 0} * debt + ${amount} >= 0)
        and coins + ${amount} <= 9007199254740991
      returning user_id, coins, held, debt
    ), written as (
      insert into transactions (user_id, amount, type, description, balance_after, service, reference, price_version, actor)
      select user_id, ${amount}, ${entry.type}, ${entry.description}, coins,
        ${entry.service ?? null}, ${entry.reference ?? null}, ${entry.priceVersion ?? null}, ${entry.actor}
      from moved
      returning id, created_at
    )
    select written.id, written.created_at, moved.coins, moved.held, moved.debt from moved, written`
  return row
}

const refusalOf = (balance: Balance, { amount, type }: NewTransaction): AppError | undefined => {
  if (amount > 0) {
    return balance.coins > Number.MAX_SAFE_INTEGER - amount
      ? new AppError('invalid_input', { detail: 'The balance would grow beyond 2^53-1 coins.' })
      : undefined
  }
  const debt = type === 'charge' ? balance.debt : 0
  const left = balance.coins - balance.held - debt + amount
  return left < 0 ? insufficientFunds(-amount, -left, debt) : undefined
}

/**
 * Moves coins: balance and ledger row change in one statement (design 5.1), so that coins = sum(amount) always. A debit takes
 * only what no hold reserves, and a charge nothing while there is a debt.
 * @throws AppError insufficient_funds with `missing`, user_not_found
 */
export const postTransaction = async (tx: Tx, entry: NewTransaction): Promise<Posted> => {
  let row = await moveCoins(tx, entry)
  if (!row) {
    // under the lock what we tell is true; coins that came or went between the statements may make it fit after all
    const refusal = refusalOf(await lockBalance(tx, entry.userId), entry)
    if (refusal) throw refusal
    row = await moveCoins(tx, entry)
  }
  if (!row) throw new Error('A locked wallet that has room took no transaction.')
  return {
    transactionId: row.id,
    createdAt: row.created_at,
    coinsBefore: row.coins - entry.amount,
    balance: { coins: row.coins, held: row.held, debt: row.debt },
  }
}
