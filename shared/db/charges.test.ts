import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultSettings, type Settings, TimeZone } from '#shared/domain/settings.ts'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { chargeCoins } from './charges.ts'
import { addPerson, credit, readBooks, readNotices } from './people.testing.ts'
import { inTransaction } from './transaction.ts'
import { postTransaction } from './wallets.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const person = (start: Parameters<typeof addPerson>[1]) => addPerson(database.ownerSql, start)
const charge = (
  userId: string,
  coins: number,
  settings: Partial<Settings> = {},
  options: { withReceipt?: boolean; service?: string } = {},
) =>
  inTransaction(database.appSql, (tx) =>
    chargeCoins(tx, {
      userId,
      coins,
      description: 'Work',
      actor: 'test',
      settings: { ...defaultSettings('en'), lowBalance: false, receipts: false, ...settings },
      withReceipt: true,
      ...options,
    }),
  )
const kinds = async (userId: string) => (await readNotices(database.ownerSql, userId)).map(({ kind }) => kind)

describe('the daily limit', () => {
  const refused = (left: number) => ({ code: 'forbidden', status: 403, extra: { limit: 'daily', left } })
  /** A charge of another time, made by hand with the coins for it, so that the books still close. */
  const spentAt = async (userId: string, coins: number, at: Date) => {
    const { ownerSql } = database
    await ownerSql`
      insert into transactions (user_id, amount, type, description, balance_after, actor, created_at)
      values (${userId}, ${coins}, 'top_up', 'Top-up', ${coins}, 'test', ${at}),
        (${userId}, ${-coins}, 'charge', 'Work', 0, 'test', ${at})`
  }

  test('leaves exactly what was not spent today; a refused charge moves nothing', async () => {
    const userId = await person({ coins: 100 })
    const settings = { dailyLimit: 30 }
    await charge(userId, 20, settings)
    await expect(charge(userId, 11, settings)).rejects.toMatchObject(refused(10))
    await charge(userId, 10, settings)
    await expect(charge(userId, 1, settings)).rejects.toMatchObject(refused(0))
    expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 70, sum: 70 })
  })

  test('every place that a person may choose is known to the database', async () => {
    const places = ['UTC', ...Intl.supportedValuesOf('timeZone')].filter(
      (name) => TimeZone.safeParse(name).success,
    )
    expect(places.length).toBeGreaterThan(300)
    const unknown = await database.ownerSql`
      select name from jsonb_array_elements_text(${database.ownerSql.json(places)}) name
      where name not in (select t.name from pg_timezone_names t)`
    expect(unknown).toEqual([])
  })

  test('zero means none; top-ups do not count', async () => {
    const userId = await person({ coins: 100 })
    await expect(charge(userId, 1, { dailyLimit: 0 })).rejects.toMatchObject(refused(0))
    await inTransaction(database.appSql, (tx) => postTransaction(tx, credit(userId, 5)))
    await expect(charge(userId, 10, { dailyLimit: 10 })).resolves.toBeDefined()
  })

  // neither zone has summer time, and a whole day lies between their midnights
  test.each([
    ['Pacific/Kiritimati', 14 * HOUR_MS],
    ['Pacific/Pago_Pago', -11 * HOUR_MS],
    ['UTC', 0],
  ])('begins at midnight in the time zone of the person: %s', async (timeZone, offsetMs) => {
    const midnight = Math.floor((Date.now() + offsetMs) / DAY_MS) * DAY_MS - offsetMs
    const userId = await person({ coins: 100 })
    await spentAt(userId, 50, new Date(midnight - 1))
    await spentAt(userId, 7, new Date(midnight))
    await expect(charge(userId, 4, { timeZone, dailyLimit: 10 })).rejects.toMatchObject(refused(3))
    await charge(userId, 3, { timeZone, dailyLimit: 10 })
  })

  test('holds against many charges at once', async () => {
    const userId = await person({ coins: 100 })
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => charge(userId, 1, { dailyLimit: 7 })),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(7)
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject(refused(0))
    }
    expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 93, sum: 93 })
  })
})

describe('the receipt', () => {
  test('names what was bought and what is left', async () => {
    const userId = await person({ coins: 100 })
    await charge(userId, 30, { receipts: true }, { service: 'avatar' })
    expect(await readNotices(database.ownerSql, userId)).toEqual([
      {
        userId,
        kind: 'charge-receipt',
        params: { coins: 30, description: 'Work', service: 'avatar', balance: 70, priceVersion: null },
      },
    ])
  })

  test('is not sent when the person switched receipts off, or the chat tells the price itself', async () => {
    const userId = await person({ coins: 100 })
    await charge(userId, 30, { receipts: false })
    await charge(userId, 30, { receipts: true }, { withReceipt: false })
    expect(await kinds(userId)).toEqual([])
  })

  test('is not sent for a charge that was rolled back', async () => {
    const userId = await person({ coins: 1 })
    await expect(charge(userId, 2, { receipts: true })).rejects.toMatchObject({ code: 'insufficient_funds' })
    expect(await kinds(userId)).toEqual([])
  })
})

describe('the low-balance notice', () => {
  const settings = { lowBalance: true, lowBalanceThreshold: 10 }

  test('comes once for each crossing of the threshold', async () => {
    const userId = await person({ coins: 20 })
    await charge(userId, 10, settings)
    expect(await kinds(userId)).toEqual([])
    await charge(userId, 1, settings)
    await charge(userId, 1, settings)
    expect(await readNotices(database.ownerSql, userId)).toEqual([
      { userId, kind: 'low-balance', params: { coins: 9, threshold: 10 } },
    ])
    await inTransaction(database.appSql, (tx) => postTransaction(tx, credit(userId, 10)))
    await charge(userId, 10, settings)
    expect(await kinds(userId)).toEqual(['low-balance', 'low-balance'])
  })

  test('counts what can be spent, not what is held; 20 charges at once cross once', async () => {
    const userId = await person({ coins: 50, held: 25 })
    await Promise.all(Array.from({ length: 20 }, () => charge(userId, 1, settings)))
    expect(await kinds(userId)).toEqual(['low-balance'])
  })

  test('is not sent when the person switched it off', async () => {
    const userId = await person({ coins: 20 })
    await charge(userId, 20, { ...settings, lowBalance: false })
    expect(await kinds(userId)).toEqual([])
  })
})
