import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { type Answer, findAnswer, hashInput, type KeyScope, runOnce } from './idempotency.ts'
import { addPerson, credit, readBooks } from './people.testing.ts'
import { postTransaction } from './wallets.ts'

let database: TestDatabase
let lastKey = 0

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const INPUT = { method: 'POST', path: '/', query: {}, body: { coins: 1 } }
const newScope = (over: Partial<KeyScope> = {}): KeyScope => {
  lastKey += 1
  return {
    client: 'studio',
    functionName: 'charge',
    route: 'POST /',
    key: `key-${lastKey}`,
    inputHash: hashInput(INPUT),
    ...over,
  }
}
const answer = (body: unknown): Promise<Answer> => Promise.resolve({ status: 200, body })
const once = (scope: KeyScope, work: Parameters<typeof runOnce>[2]) => runOnce(database.appSql, scope, work)

describe('hashInput', () => {
  const same = (a: Partial<typeof INPUT>, b: Partial<typeof INPUT>) =>
    hashInput({ ...INPUT, ...a }).equals(hashInput({ ...INPUT, ...b }))
  const body = (value: unknown) => ({ body: value as typeof INPUT.body })

  test('the order of keys does not matter at any depth; the order of a list does', () => {
    expect(
      same(body({ a: 1, b: { c: [1, { d: 2, e: 3 }] } }), body({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 })),
    ).toBe(true)
    expect(same(body([1, 2]), body([2, 1]))).toBe(false)
    const query = (value: Record<string, string>) => ({ query: value as typeof INPUT.query })
    expect(same(query({ a: '1', b: '2' }), query({ b: '2', a: '1' }))).toBe(true)
    expect(same(query({ a: '1' }), query({ a: '2' }))).toBe(false)
  })

  test.each([
    ['method', { method: 'DELETE' }],
    ['path', { path: '/holds' }],
    ['a value', body({ coins: 2 })],
    ['the type of a value', body({ coins: '1' })],
    ['null instead of nothing', body({ coins: 1, units: null })],
    ['no body', body(undefined)],
    ['bytes that spell the same JSON', body(Buffer.from(JSON.stringify(INPUT.body)))],
  ])('another %s is other input', (_what, change) => {
    expect(same({}, change)).toBe(false)
  })

  test('bytes are compared as bytes', () => {
    expect(same(body(Buffer.from('ab')), body(Buffer.from('ab')))).toBe(true)
    expect(same(body(Buffer.from('ab')), body(Buffer.from('ac')))).toBe(false)
  })
})

describe('runOnce', () => {
  test('the first answer again, without the work', async () => {
    const scope = newScope()
    let runs = 0
    const work = () => {
      runs += 1
      return answer({ n: runs, text: 'ёж', big: Number.MAX_SAFE_INTEGER, nothing: null })
    }
    const first = await once(scope, work)
    const second = await once(scope, work)
    expect(first).toMatchObject({ status: 200, replayed: false })
    expect(second).toEqual({ ...first, replayed: true })
    expect(runs).toBe(1)
    expect(await findAnswer(database.appSql, scope)).toEqual(second)
  })

  test('the same key with other input is refused, whether or not it is looked up first', async () => {
    const scope = newScope()
    await once(scope, () => answer('first'))
    const other = { ...scope, inputHash: hashInput({ ...INPUT, body: { coins: 2 } }) }
    const refused = { code: 'key_reused', status: 422 }
    await expect(once(other, () => answer('second'))).rejects.toMatchObject(refused)
    await expect(findAnswer(database.appSql, other)).rejects.toMatchObject(refused)
  })

  test('20 at once: one effect, 19 replays of it', async () => {
    const scope = newScope()
    const userId = await addPerson(database.ownerSql)
    const all = await Promise.all(
      Array.from({ length: 20 }, () =>
        once(scope, async (tx) => {
          const { transactionId } = await postTransaction(tx, credit(userId, 5))
          return answer({ transactionId })
        }),
      ),
    )
    expect(all.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(new Set(all.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 5, sum: 5, rows: 1 })
  })

  test('a call that comes while the first runs waits for its answer', async () => {
    const scope = newScope()
    const gate = Promise.withResolvers<void>()
    const started = Promise.withResolvers<void>()
    const first = once(scope, async () => {
      started.resolve()
      await gate.promise
      return answer('slow')
    })
    await started.promise
    const second = once(scope, () => answer('never'))
    await waitUntilBlocked()
    gate.resolve()
    expect(await first).toMatchObject({ body: 'slow', replayed: false })
    expect(await second).toMatchObject({ body: 'slow', replayed: true })
  })

  test('a call that waited for one which then failed does the work itself', async () => {
    const scope = newScope()
    const gate = Promise.withResolvers<void>()
    const started = Promise.withResolvers<void>()
    const first = once(scope, async () => {
      started.resolve()
      await gate.promise
      throw new Error('the work failed')
    })
    const firstFailed = expect(first).rejects.toThrow('the work failed')
    await started.promise
    const second = once(scope, () => answer('mine'))
    await waitUntilBlocked()
    gate.resolve()
    await firstFailed
    expect(await second).toMatchObject({ body: 'mine', replayed: false })
  })

  test('the first still runs after lock_timeout: 409, and it was not disturbed', async () => {
    const scope = newScope()
    const gate = Promise.withResolvers<void>()
    const started = Promise.withResolvers<void>()
    const first = once(scope, async () => {
      started.resolve()
      await gate.promise
      return answer('slow')
    })
    await started.promise
    await expect(once(scope, () => answer('never'))).rejects.toMatchObject({
      code: 'in_progress',
      status: 409,
      retryAfterSeconds: 1,
    })
    gate.resolve()
    expect(await first).toMatchObject({ body: 'slow' })
  })

  test('a lock that the work itself waits for in vain is no `in_progress`', async () => {
    const scope = newScope()
    const timedOut = Object.assign(new Error('forced'), { code: '55P03' })
    await expect(
      once(scope, async () => {
        throw timedOut
      }),
    ).rejects.toBe(timedOut)
  })

  test('a failed call frees its key and leaves nothing', async () => {
    const scope = newScope()
    const userId = await addPerson(database.ownerSql)
    const failing = once(scope, async (tx) => {
      await postTransaction(tx, credit(userId, 5))
      throw new Error('the work failed')
    })
    await expect(failing).rejects.toThrow('the work failed')
    expect(await findAnswer(database.appSql, scope)).toBeUndefined()
    expect(await readBooks(database.appSql, userId)).toMatchObject({ coins: 0, rows: 0 })
    const other = { ...scope, inputHash: hashInput({ ...INPUT, body: 'other' }) }
    expect(await once(other, () => answer('second'))).toMatchObject({ body: 'second', replayed: false })
  })

  test('keys of another client, function or route are apart, and those that differ in case', async () => {
    const scope = newScope({ key: 'shared-key' })
    const scopes: KeyScope[] = [
      scope,
      { ...scope, client: 'other' },
      { ...scope, functionName: 'top-up' },
      { ...scope, route: 'POST /holds' },
      { ...scope, key: 'Shared-Key' },
    ]
    for (const [index, one] of scopes.entries()) {
      expect(await once(one, () => answer(index))).toMatchObject({ body: index, replayed: false })
    }
    for (const [index, one] of scopes.entries()) {
      expect(await once(one, () => answer('never'))).toMatchObject({ body: index, replayed: true })
    }
  })
})

/** Resolves once a session of this database waits for another one. */
async function waitUntilBlocked(): Promise<void> {
  for (;;) {
    const rows = await database.ownerSql`
      select 1 from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`
    if (rows.length > 0) return
  }
}
