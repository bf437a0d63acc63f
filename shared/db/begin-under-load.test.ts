import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { openDatabase, type Sql } from './client.ts'
import { inTransaction } from './transaction.ts'

let database: TestDatabase
let sql: Sql
beforeAll(async () => {
  database = await createTestDatabase()
  sql = openDatabase({ url: database.appUrl, applicationName: 'two-connections', max: 2 })
})
afterAll(async () => {
  await sql?.end({ timeout: 1 })
  await database?.drop()
})

/** Where a session without a reservation would be left, with whatever comes next inside a transaction that nobody ends. */
const openTransactions = (): Promise<{ state: string }[]> => database.ownerSql<{ state: string }[]>`
  select state from pg_stat_activity where application_name = 'two-connections' and state like 'idle in transaction%'`

/** Sent at once, not when somebody waits for it. */
const ask = (bytes: number) => sql`select length(${'x'.repeat(bytes)}::text) as length`.execute()

const begin = (): Promise<boolean> =>
  inTransaction(sql, async (tx) => {
    // a transaction of its own id, not the statement's
    const [first] = await tx<{ id: string }[]>`select pg_current_xact_id()::text as id`
    const [second] = await tx<{ id: string }[]>`select pg_current_xact_id()::text as id`
    return first !== undefined && first.id === second?.id
  })

// postgres.js sends BEGIN and does not keep the connection for it where BEGIN fills the pipeline (its default is 100 queries for each connection)
test.each([0, 1, 2, 99, 199, 200, 201, 202, 500])('behind %i queries', async (count) => {
  await Promise.all([ask(8), ask(8), ask(8)])
  const asked = Array.from({ length: count }, () => ask(8))
  expect(await begin()).toBe(true)
  await Promise.all(asked)
  expect(await openTransactions()).toEqual([])
})
