import type { openDatabase } from '#shared/db/client.ts'

type Sql = ReturnType<typeof openDatabase>

/** A row of people: Telegram ids from `first` on, with so many coins each. */
export type People = { first: number; count: number; coinsEach: number }

/** Registers people with coins, and with no message after each charge: a program that charges like this does not write to the chat. */
export const makePeople = async (sql: Sql, { first, count, coinsEach }: People): Promise<void> => {
  const last = first + count - 1
  await sql`insert into users (telegram_id) select n from generate_series(${first}::bigint, ${last}::bigint) n`
  await sql`
    insert into user_balances (user_id, coins) select id, ${coinsEach} from users where telegram_id between ${first} and ${last}`
  await sql`
    insert into transactions (user_id, amount, type, description, balance_after, actor)
    select id, ${coinsEach}, 'opening', 'bench', ${coinsEach}, 'bench' from users where telegram_id between ${first} and ${last}`
  await sql`
    insert into user_states (user_id, state_data)
    select id, '{"settings": {"receipts": false, "lowBalance": false}}' from users
    where telegram_id between ${first} and ${last}`
}
