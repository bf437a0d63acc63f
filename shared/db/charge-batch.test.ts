import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '#shared/errors.ts'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { chargeTogether, type KeyedCharge } from './charge-batch.ts'
import { findDrift } from './ledger-check.ts'
import { addPerson, readBooks, readNotices } from './people.testing.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const person = (start: Parameters<typeof addPerson>[1]) => addPerson(database.ownerSql, start)

const keyed = (
  userId: string,
  coins: number,
  over: Partial<KeyedCharge> & { key?: string } = {},
): KeyedCharge => {
  const { key = randomUUID(), ...rest } = over
  return {
    scope: {
      client: 'test',
      functionName: 'charge',
      route: 'POST /',
      key,
      inputHash: Buffer.alloc(32, coins),
    },
    subject: { userId },
    price: () => ({ coins, description: 'Work' }),
    actor: 'test',
    ...rest,
  }
}
const together = (charges: KeyedCharge[]) => chargeTogether(database.appSql, charges)
const codesOf = (outcomes: PromiseSettledResult<unknown>[]) =>
  outcomes.map((outcome) =>
    outcome.status === 'fulfilled'
      ? 'taken'
      : outcome.reason instanceof AppError
        ? outcome.reason.code
        : outcome.reason,
  )
const historyOf = async (userId: string) =>
  database.ownerSql<{ amount: number; balance: number }[]>`
    select amount, balance_after as balance from transactions where user_id = ${userId} order by id`

test('first come first served within a wallet: what is too dear is refused, a later cheap one still fits', async () => {
  const [a, b] = [await person({ coins: 10 }), await person({ coins: 3 })]
  const outcomes = await together([
    keyed(a, 6),
    keyed(b, 3),
    keyed(a, 5),
    keyed(a, 4),
    keyed(b, 1),
    keyed(a, 1),
  ])
  expect(codesOf(outcomes)).toEqual([
    'taken',
    'taken',
    'insufficient_funds',
    'taken',
    'insufficient_funds',
    'insufficient_funds',
  ])
  expect(outcomes[2]).toMatchObject({ reason: { extra: { price: 5, missing: 1 } } })
  expect(await historyOf(a)).toEqual([
    { amount: 10, balance: 10 },
    { amount: -6, balance: 4 },
    { amount: -4, balance: 0 },
  ])
  expect(await readBooks(database.appSql, a)).toMatchObject({ coins: 0, sum: 0 })
  expect(await findDrift(database.ownerSql)).toEqual([])
})

test('each answer names its own ledger row and the balance after it', async () => {
  const userId = await person({ coins: 100, held: 0 })
  const outcomes = await together([keyed(userId, 1), keyed(userId, 2), keyed(userId, 3)])
  const bodies = outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value.body : undefined,
  ) as {
    transactionId: string
    charged: number
    balance: { coins: number }
  }[]
  expect(bodies.map(({ charged, balance }) => [charged, balance.coins])).toEqual([
    [1, 99],
    [2, 97],
    [3, 94],
  ])
  for (const { transactionId, charged, balance } of bodies) {
    const [row] =
      await database.ownerSql`select amount, balance_after from transactions where id = ${transactionId}`
    expect(row).toEqual({ amount: -charged, balance_after: balance.coins })
  }
})

test('a key is charged once: its answer is found again, other input is refused, a refused charge frees it', async () => {
  const userId = await person({ coins: 10 })
  const known = keyed(userId, 4)
  const [first] = await together([known])
  const short = keyed(userId, 50)
  const outcomes = await together([
    known,
    keyed(userId, 5, { key: known.scope.key }),
    keyed(userId, 1),
    short,
  ])
  expect(outcomes[0]).toEqual({
    status: 'fulfilled',
    value: { ...(first?.status === 'fulfilled' ? first.value : {}), replayed: true },
  })
  expect(codesOf(outcomes)).toEqual(['taken', 'key_reused', 'taken', 'insufficient_funds'])
  const keys = await database.ownerSql`select 1 from idempotency_keys where key = ${short.scope.key}`
  expect(keys).toHaveLength(0)
  expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 5, sum: 5 })
})

test('unknown and erased people, prices that are none: each alone is refused', async () => {
  const userId = await person({ coins: 10 })
  const erased = await person({ coins: 0 })
  await database.ownerSql`update users set telegram_id = null, erased_at = now() where id = ${erased}`
  const telegramId = 4_000_000_123
  await person({ coins: 5, telegramId })
  const outcomes = await together([
    keyed(randomUUID(), 1),
    keyed(erased, 1),
    keyed(userId, 1, {
      price: () => {
        throw new AppError('invalid_input')
      },
    }),
    keyed(userId, 1),
    keyed('', 5, { subject: { telegramId } }),
    keyed('', 1, { subject: { telegramId } }),
  ])
  expect(codesOf(outcomes)).toEqual([
    'user_not_found',
    'user_not_found',
    'invalid_input',
    'taken',
    'taken',
    'insufficient_funds',
  ])
})

test('the daily limit counts the charges of the same batch, and what holds reserve', async () => {
  const userId = await person({ coins: 100 })
  await database.ownerSql`
    update user_states set state_data = '{"settings": {"dailyLimit": 20}}' where user_id = ${userId}`
  await database.ownerSql`update user_balances set held = 5 where user_id = ${userId}`
  await database.ownerSql`
    insert into holds (user_id, coins, description, actor, expires_at)
    values (${userId}, 5, 'Work', 'test', now() + interval '1 hour')`
  const outcomes = await together([keyed(userId, 10), keyed(userId, 6), keyed(userId, 5), keyed(userId, 1)])
  expect(codesOf(outcomes)).toEqual(['taken', 'forbidden', 'taken', 'forbidden'])
  expect(outcomes[1]).toMatchObject({ reason: { extra: { limit: 'daily', left: 5 } } })
})

test('coins of a hold that has run out are free at once; those of an active one are not', async () => {
  const userId = await person({ coins: 20 })
  await database.ownerSql`update user_balances set held = 15 where user_id = ${userId}`
  await database.ownerSql`
    insert into holds (user_id, coins, description, actor, expires_at) values
      (${userId}, 10, 'Old', 'test', now() - interval '1 second'), (${userId}, 5, 'New', 'test', now() + interval '1 hour')`
  const outcomes = await together([keyed(userId, 5), keyed(userId, 10), keyed(userId, 1)])
  expect(codesOf(outcomes)).toEqual(['taken', 'taken', 'insufficient_funds'])
  expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 5, held: 5, sum: 5 })
  expect(await findDrift(database.ownerSql)).toEqual([])
})

test('receipts, and one word about the low balance at the charge that crosses the threshold', async () => {
  const userId = await person({ coins: 14 })
  const silent = await person({ coins: 14 })
  await database.ownerSql`
    update user_states set state_data = '{"settings": {"receipts": false, "lowBalance": false}}' where user_id = ${silent}`
  await together([...[3, 2, 1].map((coins) => keyed(userId, coins)), keyed(silent, 14)])
  const notices = await readNotices(database.ownerSql, userId)
  expect(notices.map(({ kind, params }) => [kind, params.coins])).toEqual([
    ['charge-receipt', 3],
    ['charge-receipt', 2],
    ['low-balance', 9],
    ['charge-receipt', 1],
  ])
  expect(await readNotices(database.ownerSql, silent)).toEqual([])
})

describe('many batches at once', () => {
  test('over the same wallets in all orders: no deadlock, nothing spent twice', async () => {
    const people = await Promise.all(Array.from({ length: 8 }, () => person({ coins: 40 })))
    const batches = Array.from({ length: 24 }, (_, round) =>
      people
        .map((_, index) => people[(index * (round % 2 === 0 ? 1 : 7) + round) % people.length] ?? '')
        .flatMap((userId) => [keyed(userId, 1), keyed(userId, 1)]),
    )
    const outcomes = (await Promise.all(batches.map(together))).flat()
    expect(codesOf(outcomes).filter((code) => code === 'taken')).toHaveLength(8 * 40)
    expect(new Set(codesOf(outcomes))).toEqual(new Set(['taken', 'insufficient_funds']))
    for (const userId of people) {
      expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 0, sum: 0, rows: 41 })
    }
  })

  test('the same keys in two batches: each is charged once', async () => {
    const userId = await person({ coins: 100 })
    const charges = Array.from({ length: 20 }, () => keyed(userId, 1))
    const [first, second] = await Promise.all([together(charges), together(charges.toReversed())])
    const fresh = [...first, ...second].filter(
      (outcome) => outcome.status === 'fulfilled' && !outcome.value.replayed,
    )
    expect(fresh).toHaveLength(20)
    expect(codesOf([...first, ...second])).toEqual(Array(40).fill('taken'))
    expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 80, sum: 80 })
  })
})
