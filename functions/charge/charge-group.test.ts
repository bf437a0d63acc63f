import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest'
import { openDatabase } from '#shared/db/client.ts'
import { findDrift } from '#shared/db/ledger-check.ts'
import { addPerson, readBooks } from '#shared/db/people.testing.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler } from './handler.ts'

let house: House

beforeAll(async () => {
  house = await openHouse({ functions: [handler] })
})
afterAll(() => house.close())
afterEach(async () => expect(await findDrift(house.ownerSql)).toEqual([]))

const person = (coins: number) => addPerson(house.ownerSql, { coins })
const charge = (userId: string, coins: number, key: string = randomUUID()) =>
  house.call('charge', 'POST', '/', { body: { userId, coins, description: 'Work' }, key })

/** Keeps a transaction of another replica open until `end` is called; `begun` resolves when its work is done. */
const otherReplica = (work: (sql: House['ownerSql']) => Promise<unknown>) => {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const over = house.ownerSql.begin(async (tx) => {
    await work(tx as unknown as House['ownerSql'])
    begin()
    await ended
  })
  return {
    begun,
    end: async () => {
      end()
      await over
    },
  }
}

/** Resolves when some session waits for a lock. */
const someoneWaits = async (): Promise<void> => {
  for (;;) {
    const rows = await house.ownerSql`
      select 1 from pg_locks where not granted and pid in (
        select pid from pg_stat_activity where datname = current_database()
      )`
    if (rows.length > 0) return
  }
}

/** Ends the sessions of the function under test, as a failover would. */
const cutConnections = async (): Promise<void> => {
  const superuser = openDatabase({ url: inject('servers').superuserUrl, applicationName: 'test-cut', max: 1 })
  const [, database = ''] = /\/([^/?]+)(\?|$)/.exec(house.databaseUrl) ?? []
  await superuser`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = ${database} and application_name = 'kopeika-charge'`
  await superuser.end({ timeout: 1 })
}

test('a key that another replica is just using holds up nobody for long: the others are charged, it is charged once', async () => {
  const [busy, free] = [await person(10), await person(10)]
  const key = randomUUID()
  const elsewhere = otherReplica(
    (sql) => sql`
      insert into idempotency_keys (client, function_name, route, key, input_hash, status, response)
      values ('client', 'charge', 'POST /', ${key}, ${Buffer.alloc(32)}, 200, '{}')`,
  )
  await elsewhere.begun
  const replies = [charge(busy, 1, key), charge(free, 1), charge(free, 2)]
  await someoneWaits()
  await elsewhere.end()
  // the other replica's input was another one
  expect((await Promise.all(replies)).map(({ status, body }) => body.code ?? status)).toEqual([
    'key_reused',
    200,
    200,
  ])
  expect(await readBooks(house.appSql, busy)).toMatchObject({ coins: 10 })
  expect(await readBooks(house.appSql, free)).toMatchObject({ coins: 7, sum: 7 })
})

test('a wallet that stays locked beyond the limit of 2 s: 503 for its owner, 200 for everybody else', async () => {
  const [busy, free] = [await person(10), await person(10)]
  const elsewhere = otherReplica((sql) => sql`select 1 from user_balances where user_id = ${busy} for update`)
  await elsewhere.begun
  const key = randomUUID()
  const [refused, taken, ...more] = await Promise.all([
    charge(busy, 1, key),
    charge(free, 1),
    ...Array.from({ length: 10 }, () => charge(busy, 1)),
  ])
  expect([refused.status, refused.body.code, taken.status]).toEqual([503, 'unavailable', 200])
  // not one after the other: each 2 s, they would all be beyond the deadline
  for (const { status } of more) expect(status).toBe(503)
  await elsewhere.end()
  expect((await charge(busy, 1, key)).status).toBe(200)
  expect(await readBooks(house.appSql, busy)).toMatchObject({ coins: 9, rows: 2 })
})

test('a batch whose connection is cut: 503, and each key finds its own end', async () => {
  const people = await Promise.all(Array.from({ length: 5 }, () => person(10)))
  const keys = people.map(() => randomUUID())
  const elsewhere = otherReplica(
    (sql) => sql`select 1 from user_balances where user_id in ${sql(people)} for update`,
  )
  await elsewhere.begun
  const replies = people.map((userId, index) => charge(userId, 1, keys[index]))
  await someoneWaits()
  await cutConnections()
  await elsewhere.end()
  // those that waited for their turn meanwhile are charged over a new connection
  const statuses = (await Promise.all(replies)).map(({ status }) => status)
  expect(statuses).toContain(503)
  expect([200, 503]).toEqual(expect.arrayContaining(statuses))
  for (const [index, userId] of people.entries()) {
    expect((await charge(userId, 1, keys[index])).status).toBe(200)
    expect(await readBooks(house.appSql, userId)).toMatchObject({ coins: 9, sum: 9, rows: 2 })
  }
})
