import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { changeRoute } from './route.ts'
import { openToy, type Toy } from './toy.testing.ts'

const Body = z.strictObject({
  a: z.int().optional(),
  b: z.string().trim().optional(),
  fails: z.boolean().optional(),
})
const answers = { 200: z.unknown() }

let database: TestDatabase
let toy: Toy
let keys = 0
/** What happened outside the transaction, in order. */
let events: string[] = []
let prepared = 0
let gate: Promise<void> = Promise.resolve()

const plain = (path: string) =>
  changeRoute({
    method: 'POST',
    path,
    summary: '',
    answers,
    body: Body,
    run: async ({ body, tx, key, caller }) => {
      events.push(`run ${key}`)
      await tx`insert into audit_log (actor, action) values (${caller.id}, ${`toy ${key}`})`
      if (body.fails) throw new AppError('conflict')
      return { status: 201, body: { run: events.length } }
    },
  })

beforeAll(async () => {
  database = await createTestDatabase()
  toy = await openToy(
    {
      needs: ['database'],
      routes: [
        plain('/'),
        plain('/other'),
        changeRoute({
          method: 'POST',
          path: '/prepared',
          summary: '',
          answers,
          body: Body,
          prepare: async () => {
            prepared += 1
            const mine = prepared
            events.push(`prepare ${mine}`)
            await gate
            return mine
          },
          run: async ({ body, prepared }) => {
            events.push(`run ${prepared}`)
            if (body.fails) throw new AppError('insufficient_funds')
            return { status: 200, body: { prepared } }
          },
          abandon: async (mine) => {
            events.push(`abandon ${mine}`)
            throw new Error('cleaning up failed')
          },
          present: async (body) => {
            events.push('present')
            return { ...z.object({ prepared: z.int() }).parse(body), url: `fresh ${events.length}` }
          },
        }),
      ],
    },
    { databaseUrl: database.appUrl },
  )
})
afterAll(async () => {
  await toy.close()
  await database.drop()
})
beforeEach(() => {
  events = []
  prepared = 0
  gate = Promise.resolve()
})

const newKey = () => {
  keys += 1
  return `key-${keys}`
}
const effects = async (key: string) =>
  (await database.ownerSql`select 1 from audit_log where action = ${`toy ${key}`}`).length

describe('a call that changes something', () => {
  test('again with the same key and input: the first answer, and it says so', async () => {
    const key = newKey()
    const first = await toy.call('POST', '/', { key, json: { a: 1, b: 'x' } })
    const second = await toy.call('POST', '/', { key, json: { b: ' x ', a: 1.0 } })
    expect(first.status).toBe(201)
    expect(first.headers['idempotency-replayed']).toBeUndefined()
    expect(second).toMatchObject({ status: 201, body: first.body })
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id'])
    expect(await effects(key)).toBe(1)
  })

  test('the same key with other input: 422, nothing done', async () => {
    const key = newKey()
    await toy.call('POST', '/', { key, json: { a: 1 } })
    const other = await toy.call('POST', '/', { key, json: { a: 2 } })
    expect(other).toMatchObject({ status: 422, body: { code: 'key_reused' } })
    expect(await effects(key)).toBe(1)
  })

  test('20 at once: one effect, one answer', async () => {
    const key = newKey()
    const all = await Promise.all(
      Array.from({ length: 20 }, () => toy.call('POST', '/', { key, json: { a: 1 } })),
    )
    expect(new Set(all.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(all[0]?.status).toBe(201)
    expect(all.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(19)
    expect(await effects(key)).toBe(1)
  })

  test('a failed call frees its key', async () => {
    const key = newKey()
    expect((await toy.call('POST', '/', { key, json: { fails: true } })).status).toBe(409)
    expect(await effects(key)).toBe(0)
    expect((await toy.call('POST', '/', { key, json: { a: 1 } })).status).toBe(201)
    expect(await effects(key)).toBe(1)
  })

  test('keys of another client or route are apart', async () => {
    const key = newKey()
    const calls = [
      await toy.call('POST', '/', { key, json: { a: 1 } }),
      await toy.call('POST', '/', { key, json: { a: 2 }, as: 'boss' }),
      await toy.call('POST', '/other', { key, json: { a: 3 } }),
    ]
    expect(calls.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(await effects(key)).toBe(3)
  })

  test('bad input takes no key', async () => {
    const key = newKey()
    expect((await toy.call('POST', '/', { key, json: { a: 'x' } })).status).toBe(400)
    expect((await toy.call('POST', '/', { key, json: { a: 1 } })).status).toBe(201)
  })
})

describe('work outside the transaction', () => {
  const call = (key: string, json: unknown = {}) => toy.call('POST', '/prepared', { key, json })

  test('is not done again for an answer that we have; what must be fresh is made anew', async () => {
    const key = newKey()
    const first = await call(key)
    const second = await call(key)
    expect(events).toEqual(['prepare 1', 'run 1', 'present', 'present'])
    expect(first.body).toEqual({ prepared: 1, url: 'fresh 3' })
    expect(second.body).toEqual({ prepared: 1, url: 'fresh 4' })
  })

  test('is taken back when the transaction fails; a failure of that hides nothing', async () => {
    const reply = await call(newKey(), { fails: true })
    expect(reply).toMatchObject({ status: 402, body: { code: 'insufficient_funds' } })
    expect(events).toEqual(['prepare 1', 'run 1', 'abandon 1'])
    expect(toy.logs.join('')).toContain('could not clean up')
  })

  test('is taken back by those who lose the race for a key', async () => {
    const key = newKey()
    const opened = Promise.withResolvers<void>()
    gate = opened.promise
    const racing = Promise.all([call(key), call(key), call(key)])
    while (prepared < 3) await new Promise((resolve) => setImmediate(resolve))
    opened.resolve()
    const replies = await racing
    expect(new Set(replies.map(({ body }) => body.prepared)).size).toBe(1)
    expect(events.filter((event) => event.startsWith('run'))).toHaveLength(1)
    const winner = replies[0]?.body.prepared
    expect(events.filter((event) => event.startsWith('abandon')).sort()).toEqual(
      [1, 2, 3].filter((n) => n !== winner).map((n) => `abandon ${n}`),
    )
  })

  test('is not begun for other input under a known key', async () => {
    const key = newKey()
    await call(key)
    expect((await call(key, { a: 1 })).status).toBe(422)
    expect(events.filter((event) => event.startsWith('prepare'))).toHaveLength(1)
  })
})

test('after a 504 the work still ends, and the same key finds its answer', async () => {
  const started = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  let runs = 0
  const slow = await openToy(
    {
      needs: ['database'],
      deadlineMs: 300,
      routes: [
        changeRoute({
          method: 'POST',
          path: '/',
          summary: '',
          answers,
          run: async ({ signal }) => {
            runs += 1
            started.resolve()
            await opened.promise
            ended.resolve()
            return { status: 200, body: { aborted: signal.aborted } }
          },
        }),
      ],
    },
    { databaseUrl: database.appUrl },
  )
  const key = newKey()
  const first = slow.call('POST', '/', { key })
  await started.promise
  expect(await first).toMatchObject({ status: 504, body: { code: 'deadline' } })
  opened.resolve()
  await ended.promise
  expect(await slow.call('POST', '/', { key })).toMatchObject({ status: 200, body: { aborted: true } })
  expect(runs).toBe(1)
  await slow.close()
})
