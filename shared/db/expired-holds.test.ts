import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { expireHolds } from './expired-holds.ts'
import { addPerson } from './people.testing.ts'
import { isLockTimeout, sqlStateOf } from './sqlstate.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** A person with a hold of 5 coins that ran out so many seconds ago, and a wallet that knows of `held` of them. */
const withExpired = async (secondsAgo: number, held = 5): Promise<string> => {
  const id = await addPerson(database.ownerSql, { coins: 10, held })
  await database.ownerSql`
    insert into holds (user_id, coins, description, actor, expires_at)
    values (${id}, 5, 'ran out', 'test', now() - make_interval(secs => ${secondsAgo}))`
  return id
}

const heldOf = async (userId: string) => {
  const [row] = await database.ownerSql<{ held: number }[]>`
    select held from user_balances where user_id = ${userId}`
  return row?.held
}

test('a busy wallet and a broken one keep nobody from getting coins back, and are told', async () => {
  const busy = await withExpired(300)
  const broken = await withExpired(200, 0)
  const others = [await withExpired(100), await withExpired(50)]
  const ended = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const work = database.ownerSql.begin(async (tx) => {
    await tx`select 1 from user_balances where user_id = ${busy} for update`
    begun.resolve()
    await ended.promise
  })
  await begun.promise
  const failures = new Map<string, unknown>()
  try {
    expect(await expireHolds(database.appSql, 100, (error, userId) => failures.set(userId, error))).toBe(2)
  } finally {
    ended.resolve()
    await work
  }
  expect([...failures.keys()]).toEqual([busy, broken])
  expect(isLockTimeout(failures.get(busy))).toBe(true)
  // check_violation: fewer coins are held than the hold says
  expect(sqlStateOf(failures.get(broken))).toBe('23514')
  for (const id of others) expect(await heldOf(id)).toBe(0)
  expect(await heldOf(busy)).toBe(5)
  expect(await expireHolds(database.appSql, 100)).toBe(1)
  expect(await heldOf(busy)).toBe(0)
})

test('a lost connection ends the sweep at once', async () => {
  await withExpired(10)
  const { appSql } = database
  const sql: typeof appSql = Object.assign(
    (...args: Parameters<typeof appSql>) => Reflect.apply(appSql, undefined, args),
    {
      begin: () => Promise.reject(Object.assign(new Error('gone'), { code: 'CONNECTION_CLOSED' })),
    },
  ) as never
  const failures: string[] = []
  await expect(expireHolds(sql, 100, (_error, userId) => failures.push(userId))).rejects.toThrow('gone')
  expect(failures).toEqual([])
})
