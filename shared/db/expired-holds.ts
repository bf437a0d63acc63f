import { DEBT_PAYMENT_WORDS } from '#shared/domain/debt-words.ts'
import type { Sql, Tx } from './client.ts'
import { settleDebt } from './debt.ts'
import { isConnectionLost } from './sqlstate.ts'
import { inTransaction } from './transaction.ts'
import { findUser } from './users.ts'
import { lockBalance } from './wallets.ts'

/**
 * Ends active holds of this person, those beyond their time or all; a debt is paid first of what they reserved. Gives the coins set free.
 * @throws AppError user_not_found
 */
export const endHolds = async (
  tx: Tx,
  userId: string,
  { which, actor }: { which: 'expired' | 'all'; actor: string },
): Promise<number> => {
  // the wallet before its holds, everywhere: captures and releases wait here
  await lockBalance(tx, userId)
  const ended = await tx<{ id: string; coins: number }[]>`
    update holds set state = case when expires_at <= now() then 'expired' else 'released' end, updated_at = now()
    where user_id = ${userId} and state = 'active' ${which === 'all' ? tx`` : tx`and expires_at <= now()`}
    returning id, coins`
  const [first] = ended
  if (!first) return 0
  const freed = ended.reduce((sum, { coins }) => sum + coins, 0)
  await tx`update user_balances set held = held - ${freed}, updated_at = now() where user_id = ${userId}`
  // a person who was erased meanwhile has a ledger still, and no language
  const language = (await findUser(tx, { userId }))?.settings.language ?? 'en'
  await settleDebt(tx, {
    userId,
    description: DEBT_PAYMENT_WORDS[language],
    reference: `hold:${first.id}`,
    actor,
  })
  return freed
}

/**
 * Frees what holds of this person reserve beyond their time, as `endHolds` does.
 * @throws AppError user_not_found
 */
export const freeExpiredHolds = (tx: Tx, userId: string): Promise<number> =>
  endHolds(tx, userId, { which: 'expired', actor: 'expiry' })

/** A wallet that somebody works with has its turn in the next sweep: waiting longer for each would use up the time of all. */
const BUSY_AFTER = '250ms'

/**
 * Frees what has run out, of at most `limit` people, each in a transaction of its own. Gives how many people were served; one whose wallet is
 * busy or broken is told to `onFailure`, and keeps nobody else waiting.
 * @throws what the database throws where its connection is lost, since the others would fail as well
 */
export const expireHolds = async (
  sql: Sql,
  limit: number,
  onFailure: (error: unknown, userId: string) => void = () => undefined,
): Promise<number> => {
  const people = await sql<{ userId: string }[]>`
    select user_id as "userId" from holds where state = 'active' and expires_at <= now()
    group by user_id order by min(expires_at) limit ${limit}`
  let served = 0
  for (const { userId } of people) {
    try {
      await inTransaction(sql, async (tx) => {
        await tx`select set_config('lock_timeout', ${BUSY_AFTER}, true)`
        await freeExpiredHolds(tx, userId)
      })
      served += 1
    } catch (error) {
      if (isConnectionLost(error)) throw error
      onFailure(error, userId)
    }
  }
  return served
}
