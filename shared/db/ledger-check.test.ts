import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { checkLedger, findDrift, sumLedger } from './ledger-check.ts'

let database: TestDatabase
const WALLETS = 1_300

beforeAll(async () => {
  database = await createTestDatabase()
  const { ownerSql: sql } = database
  await sql`insert into users (telegram_id) select n from generate_series(1, ${WALLETS}) n`
  await sql`insert into user_balances (user_id, coins) select id, 3 from users`
  await sql`
    insert into transactions (user_id, amount, type, description, balance_after, actor)
    select id, amount, 'bonus', 'x', amount, 'test' from users, (values (1), (2)) v (amount)`
})
afterAll(() => database.drop())

test('looks at every wallet once, over several slices', async () => {
  expect(await checkLedger(database.appSql)).toEqual({
    wallets: WALLETS,
    coins: 3 * WALLETS,
    held: 0,
    debt: 0,
    drift: [],
    stoppedAfter: null,
  })
  expect(await sumLedger(database.appSql)).toEqual({ wallets: WALLETS, coins: 3 * WALLETS, held: 0, debt: 0 })
})

test('stops when the time is over, and goes on from there', async () => {
  let looks = 0
  const first = await checkLedger(database.appSql, { isTimeOver: () => ++looks > 1 })
  expect(first.wallets).toBeGreaterThan(0)
  expect(first.wallets).toBeLessThan(WALLETS)
  const rest = await checkLedger(database.appSql, { after: first.stoppedAfter })
  expect(first.wallets + rest.wallets).toBe(WALLETS)
  expect(rest.stoppedAfter).toBeNull()
})

test('names what does not add up, with its figures', async () => {
  const { ownerSql: sql } = database
  const [a, b, c] = await sql<
    { id: string }[]
  >`select user_id as id from user_balances order by user_id desc limit 3`
  await sql`update user_balances set coins = 4 where user_id = ${a?.id ?? ''}`
  await sql`update user_balances set held = 2 where user_id = ${b?.id ?? ''}`
  await sql`update user_balances set debt = 9 where user_id = ${c?.id ?? ''}`
  const drift = await findDrift(database.appSql)
  expect(drift).toEqual([
    { userId: c?.id, coins: 3, sum: 3, held: 0, activeHolds: 0, debt: 9 },
    { userId: b?.id, coins: 3, sum: 3, held: 2, activeHolds: 0, debt: 0 },
    { userId: a?.id, coins: 4, sum: 3, held: 0, activeHolds: 0, debt: 0 },
  ])
})
