import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { listTransactions, sumUsage } from './history.ts'
import { addPerson, credit, debit } from './people.testing.ts'
import { inTransaction } from './transaction.ts'
import { postTransaction } from './wallets.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('pages run from new to old, meet without gap or double, and belong to one person', async () => {
  const userId = await addPerson(database.ownerSql, { coins: 1 })
  const other = await addPerson(database.ownerSql, { coins: 1 })
  const ids: string[] = []
  for (const amount of [1, 2, 3, 4]) {
    const entry = { ...credit(userId, amount), priceVersion: 'v1' }
    const posted = await inTransaction(database.appSql, (tx) => postTransaction(tx, entry))
    ids.unshift(posted.transactionId)
  }
  const page = (limit: number, before?: string) =>
    listTransactions(database.appSql, { userId, limit, before })

  const first = await page(2)
  expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2))
  expect(first.nextCursor).toBe(ids[1])
  expect(first.items[0]).toMatchObject({
    amount: 4,
    type: 'top_up',
    description: 'Top-up',
    service: null,
    priceVersion: 'v1',
    balanceAfter: 11,
    createdAt: expect.any(Date),
  })
  const second = await page(2, first.nextCursor ?? '')
  expect(second.items.map(({ id }) => id)).toEqual(ids.slice(2, 4))
  const third = await page(2, second.nextCursor ?? '')
  expect(third).toMatchObject({ items: [{ type: 'bonus', amount: 1 }], nextCursor: null })
  expect((await page(5)).nextCursor).toBeNull()
  expect((await listTransactions(database.appSql, { userId: other, limit: 10 })).items).toHaveLength(1)
})

test('usage sums charges by service within the span: from is in it, to is not', async () => {
  const userId = await addPerson(database.ownerSql, { coins: 3_000_000_100 })
  const from = new Date('2030-01-01T00:00:00Z')
  const to = new Date('2030-02-01T00:00:00Z')
  const charge = async (coins: number, service: string | undefined, at: Date): Promise<void> => {
    const entry = { ...debit(userId, coins), ...(service ? { service } : {}) }
    const { transactionId } = await inTransaction(database.appSql, (tx) => postTransaction(tx, entry))
    await database.ownerSql`update transactions set created_at = ${at} where id = ${transactionId}`
  }
  await charge(1, 'avatar', new Date(from.getTime() - 1))
  await charge(10, 'avatar', from)
  await charge(3_000_000_000, 'avatar', from)
  await charge(5, 'transcript', new Date(to.getTime() - 1))
  await charge(7, undefined, from)
  await charge(1, 'avatar', to)
  expect(await sumUsage(database.appSql, { userId, from, to })).toEqual([
    { service: 'avatar', uses: 2, coins: 3_000_000_010 },
    { service: null, uses: 1, coins: 7 },
    { service: 'transcript', uses: 1, coins: 5 },
  ])
})
