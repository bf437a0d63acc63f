import type { Sql, Tx } from './client.ts'
import { settleDebt } from './debt.ts'
import { inTransaction } from './transaction.ts'
import { lockBalance } from './wallets.ts'

/**
 * Frees what holds of this person reserve beyond their time; a debt is paid of it first. Gives the coins set free.
 * @throws AppError user_not_found
 */
export const freeExpiredHolds = async (tx: Tx, userId: string): Promise<number> => {
  // the wallet before its holds, everywhere: captures and releases wait here
  await lockBalance(tx, userId)
  const expired = await tx<{ id: string; coins: number }[]>`
    update holds set state = 'expired', updated_at = now()
    where user_id = ${userId} and state = 'active' and expires_at <= now()
    returning id, coins`
  const [first] = expired
  if (!first) return 0
  const freed = expired.reduce((sum, { coins }) => sum + coins, 0)
  await tx`update user_balances set held = held - ${freed}, updated_at = now() where user_id = ${userId}`
  await settleDebt(tx, {
    userId,
    description: 'Debt paid off',
    reference: `hold:${first.id}`,
    actor: 'expiry',
  })
  return freed
}

/** Frees what has run out, of at most `limit` people, each in a transaction of its own. Gives how many people had such holds. */
export const expireHolds = async (sql: Sql, limit: number): Promise<number> => {
  const people = await sql<{ userId: string }[]>`
    select user_id as "userId" from holds where state = 'active' and expires_at <= now()
    group by user_id order by min(expires_at) limit ${limit}`
  for (const { userId } of people) await inTransaction(sql, (tx) => freeExpiredHolds(tx, userId))
  return people.length
}
