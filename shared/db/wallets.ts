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

/** @throws AppError user_not_found */
export const getBalance = async (sql: Queryable, userId: string): Promise<Balance> => {
  const [row]: [Balance?] = await sql`select coins, held, debt from user_balances where user_id = ${userId}`
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

const explainRefusal = async (tx: Tx, entry: NewTransaction): Promise<AppError> => {
  const balance = await getBalance(tx, entry.userId)
  const wanted = balance.coins - balance.held + entry.amount
  return wanted < 0
    ? insufficientFunds(-entry.amount, -wanted)
    : new AppError('invalid_input', { detail: 'The balance would grow beyond 2^53-1 coins.' })
}

/**
 * Moves coins: balance and ledger row change in one statement (design 5.1), so that coins = sum(amount) always. A debit takes
 * only what no hold reserves.
 * @throws AppError insufficient_funds with `missing`, user_not_found
 */
export const postTransaction = async (tx: Tx, entry: NewTransaction): Promise<Posted> => {
  type Row = { id: string; created_at: Date; coins: number; held: number; debt: number }
  const [row]: [Row?] = await tx`
    with moved as (
      update user_balances set coins = coins + ${entry.amount}, updated_at = now()
      where user_id = ${entry.userId}
        and (${entry.amount} > 0 or coins - held + ${entry.amount} >= 0)
        and coins + ${entry.amount} <= 9007199254740991
      returning user_id, coins, held, debt
    ), written as (
      insert into transactions (user_id, amount, type, description, balance_after, service, reference, price_version, actor)
      select user_id, ${entry.amount}, ${entry.type}, ${entry.description}, coins,
        ${entry.service ?? null}, ${entry.reference ?? null}, ${entry.priceVersion ?? null}, ${entry.actor}
      from moved
      returning id, created_at
    )
    select written.id, written.created_at, moved.coins, moved.held, moved.debt from moved, written`
  if (!row) throw await explainRefusal(tx, entry)
  return {
    transactionId: row.id,
    createdAt: row.created_at,
    coinsBefore: row.coins - entry.amount,
    balance: { coins: row.coins, held: row.held, debt: row.debt },
  }
}
