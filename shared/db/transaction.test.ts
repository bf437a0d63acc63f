import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { errorOf } from '../../test/support/error-of.ts'
import { openDatabase } from './client.ts'
import { addPerson, credit, readBooks } from './people.testing.ts'
import { toPublicError } from './sqlstate.ts'
import { inTransaction } from './transaction.ts'
import { postTransaction } from './wallets.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const failure = (code: string): Error => Object.assign(new Error('forced'), { code })

test('two transactions crosswise deadlock; both succeed in the end, each once', async () => {
  const [a, b] = [await addPerson(database.ownerSql), await addPerson(database.ownerSql)]
  let tries = 0
  let holding = 0
  const bothHoldOne = Promise.withResolvers<void>()
  const move = (first: string, second: string) =>
    inTransaction(database.appSql, async (tx) => {
      tries += 1
      await postTransaction(tx, credit(first, 1))
      holding += 1
      if (holding === 2) bothHoldOne.resolve()
      await bothHoldOne.promise
      await postTransaction(tx, credit(second, 1))
    })
  await Promise.all([move(a, b), move(b, a)])
  expect(tries).toBe(3)
  expect(await readBooks(database.appSql, a)).toMatchObject({ coins: 2, sum: 2, rows: 2 })
  expect(await readBooks(database.appSql, b)).toMatchObject({ coins: 2, sum: 2, rows: 2 })
})

test.each(['40P01', '40001'])('%s is tried again at most 3 times, then it surfaces', async (code) => {
  let tries = 0
  const always = inTransaction(database.appSql, async () => {
    tries += 1
    throw failure(code)
  })
  await expect(always).rejects.toMatchObject({ code })
  expect(tries).toBe(4)

  tries = 0
  const twice = inTransaction(database.appSql, async (tx) => {
    tries += 1
    if (tries < 3) throw failure(code)
    const [row] = await tx<{ one: number }[]>`select 1::bigint as one`
    return row?.one
  })
  await expect(twice).resolves.toBe(1)
})

test.each(['23505', '55P03', 'ECONNRESET'])('%s is not tried again', async (code) => {
  let tries = 0
  const call = inTransaction(database.appSql, async () => {
    tries += 1
    throw failure(code)
  })
  await expect(call).rejects.toMatchObject({ code })
  expect(tries).toBe(1)
})

test.each([
  ['in the middle of a query', 'select pg_sleep(5)'],
  ['between two queries', undefined],
])('a session ended %s fails the transaction, and neither the process nor the pool', async (_, query) => {
  const { appSql, appUrl } = database
  const killer = openDatabase({ url: appUrl, applicationName: 'killer', max: 1 })
  for (let round = 0; round < 5; round += 1) {
    const { promise: began, resolve } = Promise.withResolvers<number>()
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    const failed = errorOf(
      inTransaction(appSql, async (tx) => {
        const [me] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`
        resolve(me?.pid ?? 0)
        if (query !== undefined) await tx`select pg_sleep(5)`
        await ended
        // the driver would write to a socket that is gone
        await tx`select 1`
      }),
    )
    const pid = await began
    await killer`select pg_terminate_backend(${pid})`
    setImmediate(end)
    expect(toPublicError(await failed)).toMatchObject({ code: 'unavailable' })
    // the next transaction begins, on whatever connection the pool takes
    expect(await inTransaction(appSql, (tx) => tx`select 1 as alive`)).toHaveLength(1)
  }
  await killer.end()
  const alive = Array.from({ length: 8 }, () => inTransaction(appSql, (tx) => tx`select 1 as alive`))
  expect(await Promise.all(alive)).toHaveLength(8)
})
