import postgres from 'postgres'
import { expect } from 'vitest'
import type { StackDescription } from '../../../local/stack-file.ts'

export type Books = {
  accounts: number
  coins: number
  /** How many movements of each type. */
  movements: Record<string, number>
}

/** Runs a question on the stack's database, as its owner. */
export const ask = async <T>(
  stack: StackDescription,
  question: (sql: postgres.Sql) => Promise<T>,
): Promise<T> => {
  const sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => {} })
  try {
    return await question(sql)
  } finally {
    await sql.end({ timeout: 2 })
  }
}

/** What the database says about a person; proves that everybody's coins are the sum of their movements. */
export const readBooks = (stack: StackDescription, telegramId: number): Promise<Books> =>
  ask(stack, async (sql) => {
    const drift = await sql`
      select b.user_id from user_balances b left join transactions t on t.user_id = b.user_id
      group by b.user_id, b.coins having b.coins <> coalesce(sum(t.amount), 0)`
    expect(drift).toEqual([])
    const [person] = await sql<{ accounts: number; coins: number }[]>`
      select count(*)::int as accounts, coalesce(sum(b.coins), 0)::int as coins
      from users u join user_balances b on b.user_id = u.id where u.telegram_id = ${telegramId}`
    const movements = await sql<{ type: string; count: number }[]>`
      select t.type, count(*)::int from transactions t join users u on u.id = t.user_id
      where u.telegram_id = ${telegramId} group by t.type`
    return {
      accounts: person?.accounts ?? 0,
      coins: person?.coins ?? 0,
      movements: Object.fromEntries(movements.map(({ type, count }) => [type, count])),
    }
  })
