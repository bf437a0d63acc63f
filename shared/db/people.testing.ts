import { randomInt, randomUUID } from 'node:crypto'
import type { Queryable } from './client.ts'
import type { NewTransaction } from './wallets.ts'

/** Makes a person with a wallet whose coins came by one bonus, so that coins = sum(transactions) from the start. Needs the owner's role. */
export const addPerson = async (
  ownerSql: Queryable,
  start: { coins?: number; held?: number; telegramId?: number } = {},
): Promise<string> => {
  const { coins = 0, held = 0, telegramId = randomInt(1, 2 ** 48 - 1) } = start
  const id = randomUUID()
  await ownerSql`insert into users (id, telegram_id, language_code) values (${id}, ${telegramId}, 'en')`
  await ownerSql`insert into user_states (user_id) values (${id})`
  await ownerSql`insert into user_balances (user_id, coins, held) values (${id}, ${coins}, ${held})`
  if (coins > 0) {
    await ownerSql`
      insert into transactions (user_id, amount, type, description, balance_after, actor)
      values (${id}, ${coins}, 'bonus', 'Start', ${coins}, 'test')`
  }
  return id
}

/** A charge of `coins` in the words that postTransaction takes. */
export const debit = (userId: string, coins: number): NewTransaction => ({
  userId,
  amount: -coins,
  type: 'charge',
  description: 'Work',
  actor: 'test',
})

/** A top-up of `coins`. */
export const credit = (userId: string, coins: number): NewTransaction => ({
  userId,
  amount: coins,
  type: 'top_up',
  description: 'Top-up',
  actor: 'test',
})

/** What the wallet says, and what its transactions add up to; they must be equal always. */
export const readBooks = async (
  sql: Queryable,
  userId: string,
): Promise<{ coins: number; held: number; sum: number; rows: number }> => {
  const [row] = await sql<{ coins: number; held: number; sum: number; rows: number }[]>`
    select coins, held, (select coalesce(sum(amount), 0)::bigint from transactions where user_id = ${userId}) as sum,
      (select count(*) from transactions where user_id = ${userId}) as rows
    from user_balances where user_id = ${userId}`
  if (!row) throw new Error('This person has no wallet.')
  return row
}

export type QueuedNotice = { kind: string; params: Record<string, unknown> }

/** What waits to be told to a person, oldest first. Needs the owner's role. */
export const readNotices = async (ownerSql: Queryable, userId: string): Promise<QueuedNotice[]> => {
  const rows = await ownerSql<{ payload: QueuedNotice }[]>`
    select payload from graphile_worker._private_jobs where payload ->> 'userId' = ${userId} order by id`
  return rows.map(({ payload }) => payload)
}
