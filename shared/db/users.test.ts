import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { readBooks } from './people.testing.ts'
import { inTransaction } from './transaction.ts'
import { findUser, getUser, type Registration, registerUser, setBlocked } from './users.ts'

let database: TestDatabase
let lastId = 1_000

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const nextId = () => {
  lastId += 1
  return lastId
}
const register = (telegramId: number, over: Partial<Registration> = {}) =>
  inTransaction(database.appSql, (tx) =>
    registerUser(tx, {
      telegramId,
      username: 'anna',
      firstName: 'Анна',
      languageCode: 'ru',
      personHash: createHash('sha256').update(String(telegramId)).digest(),
      bonus: { coins: 50, description: 'Welcome', priceVersion: 'v1' },
      actor: 'test',
      ...over,
    }),
  )

describe('registerUser', () => {
  test('makes account, wallet, settings and bonus; a second time it finds them', async () => {
    const telegramId = 2 ** 52
    const { user, created } = await register(telegramId)
    expect(created).toBe(true)
    expect(user).toMatchObject({ telegramId, username: 'anna', firstName: 'Анна', languageCode: 'ru' })
    expect(await readBooks(database.appSql, user.id)).toMatchObject({ coins: 50, sum: 50, rows: 1 })
    const again = await register(telegramId)
    expect(again).toMatchObject({ created: false, user: { id: user.id } })
    expect(await readBooks(database.appSql, user.id)).toMatchObject({ coins: 50, rows: 1 })
  })

  test('20 at once: one account, one bonus', async () => {
    const telegramId = nextId()
    const all = await Promise.all(Array.from({ length: 20 }, () => register(telegramId)))
    expect(all.filter(({ created }) => created)).toHaveLength(1)
    expect(new Set(all.map(({ user }) => user.id)).size).toBe(1)
    expect(await readBooks(database.appSql, all[0]?.user.id ?? '')).toMatchObject({
      coins: 50,
      sum: 50,
      rows: 1,
    })
  })

  test('names follow Telegram; what it does not tell is kept, a username can go', async () => {
    const telegramId = nextId()
    const { user } = await register(telegramId)
    const changed = await register(telegramId, { username: 'anna_new', firstName: null, languageCode: null })
    expect(changed.user).toMatchObject({
      id: user.id,
      username: 'anna_new',
      firstName: 'Анна',
      languageCode: 'ru',
    })
    expect((await register(telegramId, { username: undefined })).user.username).toBe('anna_new')
    expect((await register(telegramId, { username: null })).user.username).toBeNull()
  })

  test('a username that went to somebody else moves nobody: people are known by their id', async () => {
    const first = await register(nextId(), { username: 'wanted' })
    const second = await register(nextId(), { username: 'wanted' })
    expect(second.created).toBe(true)
    expect(second.user.id).not.toBe(first.user.id)
  })

  test('who was erased and returns gets a new account, and no second bonus', async () => {
    const telegramId = nextId()
    const { user } = await register(telegramId)
    await database.ownerSql`
      update users set erased_at = now(), telegram_id = null, username = null, first_name = null where id = ${user.id}`
    expect(await findUser(database.appSql, { userId: user.id })).toBeUndefined()
    const back = await register(telegramId)
    expect(back.created).toBe(true)
    expect(back.user.id).not.toBe(user.id)
    expect(await readBooks(database.appSql, back.user.id)).toMatchObject({ coins: 0, rows: 0 })
  })

  test('without a bonus the wallet is empty, and a bonus that comes later is for newcomers only', async () => {
    const telegramId = nextId()
    const none = { coins: 0, description: 'none', priceVersion: 'v1' }
    const { user } = await register(telegramId, { bonus: none })
    await register(telegramId)
    expect(await readBooks(database.appSql, user.id)).toMatchObject({ coins: 0, rows: 0 })
  })
})

describe('findUser and getUser', () => {
  test('find by either id; a stranger is user_not_found', async () => {
    const telegramId = nextId()
    const { user } = await register(telegramId)
    expect(await findUser(database.appSql, { telegramId })).toEqual(user)
    expect(await getUser(database.appSql, { userId: user.id })).toEqual(user)
    await expect(getUser(database.appSql, { telegramId: nextId() })).rejects.toMatchObject({
      code: 'user_not_found',
    })
  })
})

test('setBlocked keeps the first moment, and takes it back', async () => {
  const telegramId = nextId()
  await register(telegramId)
  const blockedAt = async () => (await getUser(database.appSql, { telegramId })).blockedAt
  await setBlocked(database.appSql, telegramId, true)
  const first = await blockedAt()
  expect(first).toBeInstanceOf(Date)
  await setBlocked(database.appSql, telegramId, true)
  expect(await blockedAt()).toEqual(first)
  await setBlocked(database.appSql, telegramId, false)
  expect(await blockedAt()).toBeNull()
})
