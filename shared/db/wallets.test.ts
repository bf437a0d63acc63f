import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import type { Tx } from './client.ts'
import { addPerson, credit, debit, readBooks } from './people.testing.ts'
import { inTransaction } from './transaction.ts'
import { getBalance, lockBalance, type NewTransaction, postTransaction } from './wallets.ts'

const MAX = Number.MAX_SAFE_INTEGER
const STRANGER = '01920000-0000-7000-8000-000000000000'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const post = (entry: NewTransaction) => inTransaction(database.appSql, (tx) => postTransaction(tx, entry))
const person = (start: Parameters<typeof addPerson>[1]) => addPerson(database.ownerSql, start)

describe('postTransaction', () => {
  test('a debit of the exact balance leaves zero, with a row that says so', async () => {
    const userId = await person({ coins: 7 })
    const posted = await post({
      ...debit(userId, 7),
      service: 'avatar',
      reference: `avatar:${userId}`,
      priceVersion: 'v1',
    })
    expect(posted).toMatchObject({ coinsBefore: 7, balance: { coins: 0, held: 0, debt: 0 } })
    const [row] = await database.appSql`select * from transactions where id = ${posted.transactionId}`
    expect(row).toMatchObject({
      user_id: userId,
      amount: -7,
      type: 'charge',
      balance_after: 0,
      service: 'avatar',
      reference: `avatar:${userId}`,
      price_version: 'v1',
      actor: 'test',
    })
    expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 0, sum: 0, rows: 2 })
  })

  test('too little is refused with what is missing, and nothing moves', async () => {
    const userId = await person({ coins: 7 })
    await expect(post(debit(userId, 10))).rejects.toMatchObject({
      code: 'insufficient_funds',
      status: 402,
      extra: { price: 10, missing: 3 },
    })
    expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 7, sum: 7, rows: 1 })
  })

  test('coins that a hold reserves cannot be spent', async () => {
    const userId = await person({ coins: 10, held: 4 })
    await expect(post(debit(userId, 7))).rejects.toMatchObject({ extra: { price: 7, missing: 1 } })
    await expect(post(debit(userId, 6))).resolves.toMatchObject({ balance: { coins: 4, held: 4 } })
    await expect(post(debit(userId, 1))).rejects.toMatchObject({ extra: { price: 1, missing: 1 } })
  })

  test.each([2 ** 31, 3_000_000_000, MAX])('amounts beyond 32 bits are exact: %d', async (coins) => {
    const userId = await person({})
    await expect(post(credit(userId, coins))).resolves.toMatchObject({ coinsBefore: 0, balance: { coins } })
    await expect(post(debit(userId, coins))).resolves.toMatchObject({
      coinsBefore: coins,
      balance: { coins: 0 },
    })
    await expect(post(debit(userId, coins))).rejects.toMatchObject({
      extra: { price: coins, missing: coins },
    })
  })

  test('beyond 2^53-1 is refused', async () => {
    const userId = await person({ coins: MAX - 1 })
    await expect(post(credit(userId, 2))).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(post(credit(userId, MAX))).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(post(credit(userId, 1))).resolves.toMatchObject({ balance: { coins: MAX } })
  })

  test('an unknown person is told from an empty wallet', async () => {
    const unknown = { code: 'user_not_found' }
    await expect(post(debit(STRANGER, 1))).rejects.toMatchObject(unknown)
    await expect(post(credit(STRANGER, 1))).rejects.toMatchObject(unknown)
    await expect(getBalance(database.appSql, STRANGER)).rejects.toMatchObject(unknown)
    await expect(inTransaction(database.appSql, (tx) => lockBalance(tx, STRANGER))).rejects.toMatchObject(
      unknown,
    )
  })

  test('one cause moves coins once', async () => {
    const userId = await person({})
    const entry = { ...credit(userId, 5), reference: `payment:${userId}` }
    await post(entry)
    await expect(post(entry)).rejects.toMatchObject({ constraint_name: 'transactions_type_reference_unique' })
    expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 5, sum: 5 })
  })

  test('what fails later in the transaction takes the coins back', async () => {
    const userId = await person({ coins: 5 })
    const failing = inTransaction(database.appSql, async (tx) => {
      await postTransaction(tx, debit(userId, 5))
      throw new Error('the work failed')
    })
    await expect(failing).rejects.toThrow('the work failed')
    expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 5, sum: 5, rows: 1 })
  })

  test('coins that arrive just after a refused debit are taken, not called an overflow', async () => {
    const userId = await person({ coins: 1 })
    const outcome = await inTransaction(database.appSql, (tx) => {
      let statements = 0
      // lets another transaction commit between the first statement and the second
      const late = new Proxy(tx, {
        apply: async (target, self, args) => {
          statements += 1
          if (statements === 2) await post(credit(userId, 9))
          return Reflect.apply(target, self, args)
        },
      }) as Tx
      return postTransaction(late, debit(userId, 10))
    })
    expect(outcome).toMatchObject({ coinsBefore: 10, balance: { coins: 0 } })
    expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 0, sum: 0, rows: 3 })
  })

  test('40 debits of 1 at once on 25 coins: 25 succeed', async () => {
    const userId = await person({ coins: 25 })
    const results = await Promise.allSettled(Array.from({ length: 40 }, () => post(debit(userId, 1))))
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect(refusals).toHaveLength(15)
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ code: 'insufficient_funds', extra: { missing: 1 } })
    }
    expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 0, sum: 0 })
  })
})

const seed = Date.now() % 2 ** 31

test(`any run of credits and debits keeps coins = sum(transactions), never below what is held (seed ${seed})`, async () => {
  const amount = fc.oneof(
    fc.integer({ min: 1, max: 50 }),
    fc.maxSafeNat().map((n) => Math.max(1, n)),
  )
  const step = fc.record({ amount, isCredit: fc.boolean() })
  const start = fc.integer({ min: 0, max: 40 })
  await fc.assert(
    fc.asyncProperty(
      start,
      fc.nat(10),
      fc.array(step, { minLength: 1, maxLength: 12 }),
      async (coins, wanted, steps) => {
        const held = Math.min(wanted, coins)
        const userId = await person({ coins, held })
        let expected = coins
        for (const { amount, isCredit } of steps) {
          const next = isCredit ? expected + amount : expected - amount
          const isPossible = next <= MAX && (isCredit || next >= held)
          const outcome = await post(isCredit ? credit(userId, amount) : debit(userId, amount)).then(
            ({ balance }) => balance.coins,
            (error: { code?: string }) => error.code,
          )
          if (isPossible) expected = next
          expect(outcome).toBe(isPossible ? next : isCredit ? 'invalid_input' : 'insufficient_funds')
        }
        expect(await readBooks(database.appSql, userId)).toMatchObject({
          coins: expected,
          sum: expected,
          held,
        })
      },
    ),
    { seed, numRuns: 25 },
  )
})
