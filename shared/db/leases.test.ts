import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { releaseLease, takeLease } from './leases.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const take = (name: string, holder: string, minIntervalSeconds = 0) =>
  takeLease(database.appSql, { name, holder, seconds: 60, minIntervalSeconds })
/** Moves the lease's times back, as if they had passed. */
const age = (name: string, seconds: number) => database.ownerSql`
  update leases set started_at = started_at - make_interval(secs => ${seconds}),
    expires_at = expires_at - make_interval(secs => ${seconds}) where name = ${name}`

test('one holder at a time, of 20 who ask at once', async () => {
  const won = await Promise.all(Array.from({ length: 20 }, (_, index) => take('race', `holder-${index}`)))
  expect(won.filter(Boolean)).toHaveLength(1)
  expect(await take('other', 'a')).toBe(true)
})

test('its holder gives it back; nobody else can', async () => {
  await take('given back', 'a')
  await releaseLease(database.appSql, 'given back', 'b')
  expect(await take('given back', 'b')).toBe(false)
  await releaseLease(database.appSql, 'given back', 'a')
  expect(await take('given back', 'b')).toBe(true)
})

test("a crashed holder's lease runs out, and not before", async () => {
  await take('crashed', 'a')
  await age('crashed', 59)
  expect(await take('crashed', 'b')).toBe(false)
  await age('crashed', 2)
  expect(await take('crashed', 'b')).toBe(true)
  await releaseLease(database.appSql, 'crashed', 'a')
  expect(await take('crashed', 'c')).toBe(false)
})

test('a given interval lies between two starts, even when the first has ended', async () => {
  await take('interval', 'a')
  await releaseLease(database.appSql, 'interval', 'a')
  expect(await take('interval', 'b', 300)).toBe(false)
  await age('interval', 299)
  expect(await take('interval', 'b', 300)).toBe(false)
  await age('interval', 2)
  expect(await take('interval', 'b', 300)).toBe(true)
})
