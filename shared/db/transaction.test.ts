import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { addPerson, credit, readBooks } from './people.testing.ts'
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
