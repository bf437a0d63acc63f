import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { defaultSettings, type Settings } from '#shared/domain/settings.ts'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { chargeCoins } from './charges.ts'
import { settleDebt, takeBack } from './debt.ts'
import { expireHolds } from './expired-holds.ts'
import { captureHold, getHold, listActiveHolds, placeHold, releaseHold } from './holds.ts'
import { findDrift } from './ledger-check.ts'
import { addPerson, credit, readBooks, readNotices } from './people.testing.ts'
import { inTransaction } from './transaction.ts'
import { getBalance, postTransaction } from './wallets.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
afterEach(async () => expect(await findDrift(database.ownerSql)).toEqual([]))

const quiet = { ...defaultSettings('en'), receipts: false, lowBalance: false }
const person = (coins: number) => addPerson(database.ownerSql, { coins })
const place = (
  userId: string,
  coins: number,
  over: { settings?: Partial<Settings>; seconds?: number } = {},
) =>
  inTransaction(database.appSql, async (tx) => {
    const { hold } = await placeHold(tx, {
      userId,
      coins,
      description: 'Long work',
      service: 'image',
      priceVersion: 'v1',
      settings: { ...quiet, ...over.settings },
      expiresInSeconds: over.seconds ?? 3_600,
      actor: 'test',
    })
    return hold.id
  })
const capture = (holdId: string, coins?: number) =>
  inTransaction(database.appSql, (tx) =>
    captureHold(tx, { holdId, coins, actor: 'test', settings: quiet, debtWords: 'Debt' }),
  )
const release = (holdId: string) =>
  inTransaction(database.appSql, (tx) => releaseHold(tx, { holdId, actor: 'test', debtWords: 'Debt' }))
const spend = (userId: string, coins: number, settings: Partial<Settings> = {}) =>
  inTransaction(database.appSql, (tx) =>
    chargeCoins(tx, {
      userId,
      coins,
      description: 'Work',
      actor: 'test',
      settings: { ...quiet, ...settings },
      withReceipt: false,
    }),
  )
const balance = (userId: string) => getBalance(database.appSql, userId)
/** Time passes for this hold. */
const runOut = (holdId: string) =>
  database.ownerSql`update holds set expires_at = now() - interval '1 second' where id = ${holdId}`

test('what is reserved cannot be spent or reserved again', async () => {
  const userId = await person(50)
  await place(userId, 30)
  expect(await balance(userId)).toEqual({ coins: 50, held: 30, debt: 0 })
  await expect(spend(userId, 21)).rejects.toMatchObject({ code: 'insufficient_funds', extra: { missing: 1 } })
  await expect(place(userId, 21)).rejects.toMatchObject({ code: 'insufficient_funds', extra: { missing: 1 } })
  await spend(userId, 20)
  expect(await balance(userId)).toEqual({ coins: 30, held: 30, debt: 0 })
})

test('all of it is captured: one ledger row that names the hold, service and price version', async () => {
  const userId = await person(50)
  const holdId = await place(userId, 30)
  const { transactionId, charged } = await capture(holdId)
  expect(charged).toBe(30)
  expect(await balance(userId)).toEqual({ coins: 20, held: 0, debt: 0 })
  const [row] = await database.ownerSql`
    select amount, type, service, reference, price_version, balance_after from transactions where id = ${transactionId}`
  expect(row).toEqual({
    amount: -30,
    type: 'charge',
    service: 'image',
    reference: `hold:${holdId}`,
    price_version: 'v1',
    balance_after: 20,
  })
  expect(await getHold(database.appSql, holdId)).toMatchObject({ state: 'captured', capturedCoins: 30 })
})

test('a part is captured, the rest is free; more than is held is refused', async () => {
  const userId = await person(50)
  const holdId = await place(userId, 30)
  await expect(capture(holdId, 31)).rejects.toMatchObject({ code: 'invalid_input' })
  await capture(holdId, 12)
  expect(await balance(userId)).toEqual({ coins: 38, held: 0, debt: 0 })
})

test('an ended hold ends once: no second capture, none after release, no release after capture', async () => {
  const userId = await person(50)
  const captured = await place(userId, 10)
  await capture(captured)
  await expect(capture(captured)).rejects.toMatchObject({ code: 'conflict', extra: { state: 'captured' } })
  await expect(release(captured)).rejects.toMatchObject({ code: 'conflict', extra: { state: 'captured' } })
  const released = await place(userId, 10)
  expect(await release(released)).toMatchObject({ released: 10, balance: { coins: 40, held: 0 } })
  expect(await release(released)).toMatchObject({ released: 0 })
  await expect(capture(released)).rejects.toMatchObject({ code: 'conflict', extra: { state: 'released' } })
})

test('capture and release at once, 20 times each: one of them wins, coins and ledger agree', async () => {
  const userId = await person(100)
  for (let round = 0; round < 5; round += 1) {
    const holdId = await place(userId, 10)
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 10 }, () => capture(holdId, 4)),
      ...Array.from({ length: 10 }, () => release(holdId)),
    ])
    const { state } = await getHold(database.appSql, holdId)
    const captures = outcomes.slice(0, 10).filter(({ status }) => status === 'fulfilled')
    expect(captures).toHaveLength(state === 'captured' ? 1 : 0)
  }
  const { coins, held, sum } = await readBooks(database.appSql, userId)
  expect(held).toBe(0)
  expect(coins).toBe(sum)
})

test('after its time a hold reserves nothing: seen at once, spendable at once, capture is refused', async () => {
  const userId = await person(50)
  const holdId = await place(userId, 40)
  await runOut(holdId)
  expect(await balance(userId)).toEqual({ coins: 50, held: 0, debt: 0 })
  expect(await listActiveHolds(database.appSql, userId, 10)).toEqual([])
  await expect(capture(holdId)).rejects.toMatchObject({ code: 'conflict', extra: { state: 'expired' } })
  await spend(userId, 45)
  expect(await getHold(database.appSql, holdId)).toMatchObject({ state: 'expired' })
  expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 5, held: 0, sum: 5 })
})

test('a new hold, too, finds the coins of one that has run out', async () => {
  const userId = await person(10)
  await runOut(await place(userId, 10))
  await place(userId, 8)
  expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 10, held: 8 })
})

test('the sweep frees what nobody asks for, of so many people at most, and leaves active ones alone', async () => {
  const [first, second] = [await person(10), await person(10)]
  for (const userId of [first, second]) {
    await runOut(await place(userId, 3))
    await place(userId, 4)
  }
  expect(await expireHolds(database.appSql, 1)).toBe(1)
  expect(await expireHolds(database.appSql, 100)).toBe(1)
  expect(await expireHolds(database.appSql, 100)).toBe(0)
  for (const userId of [first, second]) {
    expect(await readBooks(database.appSql, userId)).toMatchObject({ held: 4 })
  }
})

test('releasing one that has run out, before the sweep: free, and said to have expired', async () => {
  const userId = await person(10)
  const holdId = await place(userId, 10)
  await runOut(holdId)
  expect(await release(holdId)).toMatchObject({ released: 10, balance: { held: 0 } })
  expect(await getHold(database.appSql, holdId)).toMatchObject({ state: 'expired' })
})

test('a real second passes: a hold of one second is free afterwards', async () => {
  const userId = await person(10)
  const holdId = await place(userId, 10, { seconds: 1 })
  await expect(spend(userId, 1)).rejects.toMatchObject({ code: 'insufficient_funds' })
  const { expiresAt } = await getHold(database.appSql, holdId)
  await sleep(expiresAt.getTime() - Date.now() + 5)
  await spend(userId, 10)
})

test('the daily limit counts what is reserved; a capture is not asked again', async () => {
  const userId = await person(100)
  const settings = { dailyLimit: 20 }
  const holdId = await place(userId, 15, { settings })
  await expect(spend(userId, 6, settings)).rejects.toMatchObject({ code: 'forbidden', extra: { left: 5 } })
  await expect(place(userId, 6, { settings })).rejects.toMatchObject({
    code: 'forbidden',
    extra: { left: 5 },
  })
  await spend(userId, 5, settings)
  await capture(holdId, 15)
  await expect(spend(userId, 1, settings)).rejects.toMatchObject({ code: 'forbidden', extra: { left: 0 } })
})

test('reserving tells of the low balance, capturing gives the receipt', async () => {
  const userId = await person(50)
  const settings = { ...defaultSettings('en') }
  const holdId = await place(userId, 45, { settings })
  expect((await readNotices(database.ownerSql, userId)).map(({ kind }) => kind)).toEqual(['low-balance'])
  await inTransaction(database.appSql, (tx) =>
    captureHold(tx, { holdId, coins: undefined, actor: 'test', settings, debtWords: 'Debt' }),
  )
  expect((await readNotices(database.ownerSql, userId)).map(({ kind }) => kind)).toEqual([
    'low-balance',
    'charge-receipt',
  ])
})

test('while something is owed nothing can be spent or reserved; a hold that ends pays the debt first', async () => {
  const userId = await person(50)
  const [kept, freed] = [await place(userId, 20), await place(userId, 25)]
  const taken = await inTransaction(database.appSql, (tx) =>
    takeBack(tx, 40, { userId, description: 'Refund', reference: `refund:${userId}`, actor: 'test' }),
  )
  expect(taken).toMatchObject({ taken: 5, debtAdded: 35, balance: { coins: 45, held: 45, debt: 35 } })
  await expect(spend(userId, 1)).rejects.toMatchObject({ extra: { missing: 36, debt: 35 } })
  await expect(place(userId, 1)).rejects.toMatchObject({ extra: { missing: 36, debt: 35 } })

  expect(await release(freed)).toMatchObject({ balance: { coins: 20, held: 20, debt: 10 } })
  // the rest of a partial capture pays as well
  expect(await capture(kept, 15)).toMatchObject({ charged: 15, balance: { coins: 0, held: 0, debt: 5 } })
  await expect(spend(userId, 1)).rejects.toMatchObject({ extra: { missing: 6, debt: 5 } })
})

const debtWordsOf = async (userId: string): Promise<string[]> =>
  (
    await database.appSql<{ description: string }[]>`
      select description from transactions where user_id = ${userId} and type = 'debt_payment'`
  ).map(({ description }) => description)

test('a hold that runs out pays the debt, too', async () => {
  const userId = await person(30)
  const holdId = await place(userId, 30)
  await inTransaction(database.appSql, (tx) =>
    takeBack(tx, 10, { userId, description: 'Refund', reference: `refund:${userId}`, actor: 'test' }),
  )
  await runOut(holdId)
  await expireHolds(database.appSql, 10)
  expect(await balance(userId)).toEqual({ coins: 20, held: 0, debt: 0 })
  expect(await debtWordsOf(userId)).toEqual(['Debt paid off'])
})

test("the ledger's words for it are in the person's language, also where the next charge frees the coins", async () => {
  for (const free of [
    () => expireHolds(database.appSql, 10),
    (userId: string) => spend(userId, 15).catch(() => undefined),
  ]) {
    const userId = await person(30)
    await database.appSql`update users set language_code = 'ru' where id = ${userId}`
    const holdId = await place(userId, 30)
    await inTransaction(database.appSql, (tx) =>
      takeBack(tx, 10, { userId, description: 'Refund', reference: `refund:${userId}`, actor: 'test' }),
    )
    await runOut(holdId)
    await free(userId)
    expect(await debtWordsOf(userId)).toEqual(['Погашение долга'])
  }
})

const seed = randomInt(2 ** 31)

test(`any run of holds, charges, ends and credits keeps the books, and never spends what is reserved (seed ${seed})`, async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('place' as const), coins: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ do: fc.constant('spend' as const), coins: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ do: fc.constant('credit' as const), coins: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ do: fc.constant('takeBack' as const), coins: fc.integer({ min: 1, max: 20 }) }),
    fc.record({
      do: fc.constantFrom('capture' as const, 'release' as const, 'expire' as const),
      which: fc.nat({ max: 5 }),
      coins: fc.integer({ min: 1, max: 30 }),
    }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const userId = await person(40)
      const holds: string[] = []
      for (const one of steps) {
        const which = 'which' in one ? holds[one.which] : undefined
        try {
          if (one.do === 'place') holds.push(await place(userId, one.coins))
          else if (one.do === 'spend') await spend(userId, one.coins)
          else if (one.do === 'credit')
            await inTransaction(database.appSql, async (tx) => {
              const { transactionId } = await postTransaction(tx, credit(userId, one.coins))
              // as every credit of the product does
              const reference = `transaction:${transactionId}`
              await settleDebt(tx, { userId, description: 'Debt', reference, actor: 'test' })
            })
          else if (one.do === 'takeBack')
            await inTransaction(database.appSql, (tx) =>
              takeBack(tx, one.coins, {
                userId,
                description: 'Refund',
                reference: `refund:${userId}:${performance.now()}`,
                actor: 'test',
              }),
            )
          else if (which === undefined) continue
          else if (one.do === 'capture') await capture(which, one.coins)
          else if (one.do === 'release') await release(which)
          else await runOut(which)
        } catch (error) {
          expect(error).toMatchObject({
            code: expect.stringMatching(/^(insufficient_funds|conflict|invalid_input)$/),
          })
        }
        const books = await readBooks(database.appSql, userId)
        expect(books.coins).toBe(books.sum)
        expect(books.held).toBeLessThanOrEqual(books.coins)
      }
      await expireHolds(database.appSql, 1_000)
      const [row] = await database.ownerSql`
        select b.held, coalesce(sum(h.coins), 0)::bigint as active
        from user_balances b left join holds h on h.user_id = b.user_id and h.state = 'active'
        where b.user_id = ${userId} group by b.held`
      expect(row?.held).toBe(row?.active)
    }),
    { numRuns: 40, seed },
  )
}, 60_000)
