import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import {
  addLoginLink,
  endSession,
  findLoginLink,
  findSession,
  openSession,
  pruneSessions,
  takeLoginLink,
} from './cabinet-sessions.ts'
import { addPerson } from './people.testing.ts'
import { inTransaction } from './transaction.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const add = async (userId: string): Promise<Buffer> => {
  const tokenHash = randomBytes(32)
  await inTransaction(database.appSql, (tx) => addLoginLink(tx, { userId, tokenHash, seconds: 600 }))
  return tokenHash
}
const take = (tokenHash: Buffer) => inTransaction(database.appSql, (tx) => takeLoginLink(tx, tokenHash))
const open = (userId: string) =>
  inTransaction(database.appSql, (tx) => openSession(tx, { userId, seconds: 600 }))

test('a link is looked at as often as one likes, and taken once', async () => {
  const userId = await addPerson(database.ownerSql)
  const tokenHash = await add(userId)
  expect(await findLoginLink(database.appSql, tokenHash)).toBe(userId)
  expect(await findLoginLink(database.appSql, tokenHash)).toBe(userId)
  const taken = await Promise.all(Array.from({ length: 20 }, () => take(tokenHash)))
  expect(taken.filter((one) => one !== undefined)).toEqual([userId])
  expect(await findLoginLink(database.appSql, tokenHash)).toBeUndefined()
})

test('a link whose session cannot be opened stays good', async () => {
  const userId = await addPerson(database.ownerSql)
  const tokenHash = await add(userId)
  const failing = inTransaction(database.appSql, async (tx) => {
    await takeLoginLink(tx, tokenHash)
    throw new Error('the database went away')
  })
  await expect(failing).rejects.toThrow('went away')
  expect(await take(tokenHash)).toBe(userId)
})

test('a link that is over is nobody’s', async () => {
  const tokenHash = await add(await addPerson(database.ownerSql))
  await database.ownerSql`
    update cabinet_logins set created_at = now() - interval '1 hour', expires_at = now() where token_hash = ${tokenHash}`
  expect(await findLoginLink(database.appSql, tokenHash)).toBeUndefined()
  expect(await take(tokenHash)).toBeUndefined()
})

test('a session lasts until it is ended, in the language of its person', async () => {
  const userId = await addPerson(database.ownerSql)
  const session = await open(userId)
  expect(session?.language).toBe('en')
  const sessionId = session?.sessionId ?? ''
  expect(await findSession(database.appSql, sessionId)).toEqual({ userId, language: 'en' })
  await endSession(database.appSql, sessionId)
  await endSession(database.appSql, sessionId)
  expect(await findSession(database.appSql, sessionId)).toBeUndefined()
  expect(await findSession(database.appSql, randomUUID())).toBeUndefined()
})

test('nobody who is erased gets one, and none of theirs is found', async () => {
  const userId = await addPerson(database.ownerSql)
  const session = await open(userId)
  await database.ownerSql`
    update users set erased_at = now(), telegram_id = null, username = null, first_name = null where id = ${userId}`
  expect(await findSession(database.appSql, session?.sessionId ?? '')).toBeUndefined()
  expect(await open(userId)).toBeUndefined()
})

test('what is over is forgotten, at most so many rows at a time', async () => {
  const userId = await addPerson(database.ownerSql)
  const kept = await open(userId)
  for (let count = 0; count < 3; count += 1) {
    await add(userId)
    await open(userId)
  }
  const link = await add(userId)
  await database.ownerSql`
    update cabinet_logins set created_at = now() - interval '1 hour', expires_at = now() - interval '1 minute'
    where user_id = ${userId} and token_hash <> ${link}`
  await database.ownerSql`
    update cabinet_sessions set created_at = now() - interval '1 hour', expires_at = now() - interval '1 minute'
    where user_id = ${userId} and id <> ${kept?.sessionId ?? ''}`
  const counts: number[] = []
  for (let count = 0; count < 4; count += 1) counts.push(await pruneSessions(database.appSql, 2))
  expect(counts.at(-1)).toBe(0)
  expect(counts[0]).toBeLessThanOrEqual(4)
  expect(await findLoginLink(database.appSql, link)).toBe(userId)
  expect(await findSession(database.appSql, kept?.sessionId ?? '')).toBeDefined()
  const [row] = await database.ownerSql`
    select (select count(*) from cabinet_logins where user_id = ${userId})::int as links,
      (select count(*) from cabinet_sessions where user_id = ${userId})::int as sessions`
  expect(row).toEqual({ links: 1, sessions: 1 })
})
