import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { chargeCoins } from './charges.ts'
import { findDeletion, isDeletionDue, requestDeletion, undoDeletion } from './deletions.ts'
import { deletePersonalRows, type Erased, erasePerson } from './erasure.ts'
import { countOpenErasures, endErasure, markBackupsTold, takeErasures } from './erasures.ts'
import { placeHold } from './holds.ts'
import { createOrder } from './orders.ts'
import { addPerson, readBooks } from './people.testing.ts'
import { lockPerson } from './person-lock.ts'
import { inTransaction } from './transaction.ts'
import { findUser, getUser } from './users.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const erase = (userId: string): Promise<Erased | undefined> =>
  inTransaction(database.appSql, (tx) => erasePerson(tx, { userId, actor: 'test' }))

const rowsOf = async (table: string, userId: string): Promise<number> => {
  const [row] = await database.ownerSql<{ count: number }[]>`
    select count(*) from ${database.ownerSql(table)} where user_id = ${userId}`
  return row?.count ?? -1
}

const hold = (userId: string, coins: number) =>
  inTransaction(database.appSql, async (tx) =>
    placeHold(tx, {
      userId,
      coins,
      description: 'Work',
      settings: (await getUser(tx, { userId })).settings,
      expiresInSeconds: 600,
      actor: 'test',
    }),
  )

describe('erasePerson', () => {
  test('sets coins free, closes invoices, keeps the books and says what is lost', async () => {
    const { ownerSql, appSql } = database
    const userId = await addPerson(ownerSql, { coins: 100, telegramId: 710_001 })
    await hold(userId, 30)
    const order = await inTransaction(appSql, (tx) =>
      createOrder(tx, {
        userId,
        provider: 'stars',
        pack: 'small',
        coins: 100,
        price: { currency: 'XTR', amount: 50 },
        priceVersion: '1',
        expiresInSeconds: 600,
      }),
    )
    await ownerSql`update orders set url = 'https://t.me/$invoice' where id = ${order.id}`
    expect(await erase(userId)).toMatchObject({ userId, telegramId: 710_001, coinsLost: 100 })
    expect(await readBooks(ownerSql, userId)).toEqual({ coins: 100, held: 0, sum: 100, rows: 1 })
    expect(await ownerSql`select state, url from orders where id = ${order.id}`).toEqual([
      { state: 'expired', url: null },
    ])
    expect(await ownerSql`select state from holds where user_id = ${userId}`).toEqual([{ state: 'released' }])
    expect(
      await ownerSql`select details from audit_log where action = 'person-erased' and subject = ${`user:${userId}`}`,
    ).toEqual([{ details: { coinsLost: 100 } }])
    expect(await findUser(appSql, { userId })).toBeUndefined()
    expect(await findUser(appSql, { telegramId: 710_001 })).toBeUndefined()
  })

  test('freed coins pay a debt first', async () => {
    const { ownerSql } = database
    const userId = await addPerson(ownerSql, { coins: 100 })
    await hold(userId, 100)
    await ownerSql`update user_balances set debt = 40 where user_id = ${userId}`
    expect((await erase(userId))?.coinsLost).toBe(60)
    expect(await readBooks(ownerSql, userId)).toMatchObject({ coins: 60, held: 0, sum: 60 })
  })

  test('nobody, and somebody who is erased, are nobody', async () => {
    const userId = await addPerson(database.ownerSql)
    expect(await erase(randomUUID())).toBeUndefined()
    expect(await erase(userId)).toBeDefined()
    expect(await erase(userId)).toBeUndefined()
  })

  test('of many at once one erases, and a charge that comes meanwhile finds nobody', async () => {
    const { appSql, ownerSql } = database
    const userId = await addPerson(ownerSql, { coins: 100 })
    const user = await getUser(appSql, { userId })
    const charge = () =>
      inTransaction(appSql, async (tx) => {
        await lockPerson(tx, userId)
        return chargeCoins(tx, {
          userId,
          coins: 1,
          description: 'x',
          settings: user.settings,
          actor: 'test',
          withReceipt: false,
        })
      })
    const outcomes = await Promise.allSettled([
      erase(userId),
      charge(),
      erase(userId),
      charge(),
      erase(userId),
    ])
    const erased = outcomes.filter(
      (outcome) =>
        outcome.status === 'fulfilled' && outcome.value !== undefined && 'coinsLost' in outcome.value,
    )
    expect(erased).toHaveLength(1)
    const { coins, sum } = await readBooks(ownerSql, userId)
    expect(coins).toBe(sum)
    await expect(charge()).rejects.toMatchObject({ code: 'user_not_found' })
  })

  test('jobs and stored answers of the person go, those of others and of the operators stay', async () => {
    const { appSql, ownerSql } = database
    const [userId, other] = [await addPerson(ownerSql), await addPerson(ownerSql)]
    const add = (task: string, payload: unknown) =>
      appSql`select graphile_worker.add_job(${task}, ${appSql.json(payload as never)}::json)`
    await add('send_notice', { userId, kind: 'text' })
    await add('send_reply', { userId, chatId: 1, message: 'private words' })
    await add('send_notice', { userId: other, kind: 'text' })
    await add('alert_operators', { kind: 'ledger-drift', subject: `user:${userId}`, params: {} })
    const keep = (key: string, response: unknown) => appSql`
      insert into idempotency_keys (client, function_name, route, key, input_hash, status, response)
      values ('test', 'register', 'POST /', ${key}, ${Buffer.alloc(32)}, 200, ${appSql.json(response as never)})`
    await keep(`mine-${userId}`, { user: { id: userId, username: 'somebody' } })
    await keep(`also-${userId}`, { userId, avatarId: 'x' })
    await keep(`other-${userId}`, { userId: other })
    await erase(userId)
    const jobs = await ownerSql<{ payload: { userId?: string; subject?: string } }[]>`
      select payload from graphile_worker._private_jobs where payload::text like ${`%${userId}%`} or payload ->> 'userId' = ${other}`
    expect(jobs.map(({ payload }) => payload.userId ?? payload.subject).sort()).toEqual(
      [other, `user:${userId}`].sort(),
    )
    const keys = await ownerSql<
      { key: string }[]
    >`select key from idempotency_keys where key like ${`%${userId}`}`
    expect(keys.map(({ key }) => key)).toEqual([`other-${userId}`])
  })

  test('a row that a call under way left behind goes with the second pass', async () => {
    const { appSql, ownerSql } = database
    const userId = await addPerson(ownerSql)
    await erase(userId)
    await ownerSql`insert into user_states (user_id, state_data) values (${userId}, '{"dialogue": {"words": "late"}}')`
    await inTransaction(appSql, (tx) => deletePersonalRows(tx, userId))
    expect(await rowsOf('user_states', userId)).toBe(0)
  })
})

describe('what is left of an erasure', () => {
  test('is taken by one, comes again, and is done after two passes that the backups know of', async () => {
    const { appSql, ownerSql } = database
    const userId = await addPerson(ownerSql)
    await erase(userId)
    const take = () => takeErasures(appSql, { limit: 100, userId })
    const raced = (await Promise.all([take(), take()])).flat().map(({ passes }) => passes)
    // who comes while the other is at it passes it over; who comes after it has the next pass
    if (raced.length === 1) raced.push(...(await take()).map(({ passes }) => passes))
    expect(raced.sort()).toEqual([1, 2])
    const before = await countOpenErasures(appSql)
    await endErasure(appSql, userId)
    // the backups were not told
    expect(await countOpenErasures(appSql)).toBe(before)
    await markBackupsTold(appSql, userId)
    await endErasure(appSql, userId)
    expect(await countOpenErasures(appSql)).toBe(before - 1)
    expect(await take()).toEqual([])
  })

  test('is not due again at once', async () => {
    const { appSql, ownerSql } = database
    const userId = await addPerson(ownerSql)
    await erase(userId)
    const due = async () => (await takeErasures(appSql, { limit: 100 })).map((one) => one.userId)
    expect(await due()).toContain(userId)
    expect(await due()).not.toContain(userId)
    await ownerSql`update erasures set due_at = now() - interval '1 s' where user_id = ${userId}`
    expect(await due()).toContain(userId)
  })
})

describe('a grace period', () => {
  const ask = (userId: string, graceDays: number) =>
    inTransaction(database.appSql, async (tx) => {
      await lockPerson(tx, userId)
      return requestDeletion(tx, { userId, graceDays, actor: 'test' })
    })

  test('keeps its first day, and can be taken back and begun anew', async () => {
    const { appSql, ownerSql } = database
    const userId = await addPerson(ownerSql)
    const first = await ask(userId, 7)
    expect(first.isNew).toBe(true)
    expect(Math.round((first.eraseAt.getTime() - Date.now()) / 86_400_000)).toBe(7)
    expect(await ask(userId, 30)).toEqual({ eraseAt: first.eraseAt, isNew: false })
    expect(await inTransaction(appSql, (tx) => undoDeletion(tx, userId))).toBe(true)
    expect(await inTransaction(appSql, (tx) => undoDeletion(tx, userId))).toBe(false)
    expect(await findDeletion(appSql, userId)).toBeNull()
    expect((await ask(userId, 0)).isNew).toBe(true)
    expect(await inTransaction(appSql, (tx) => isDeletionDue(tx, userId))).toBe(true)
  })
})
