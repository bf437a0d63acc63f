import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { type ScheduledRoute, scheduledRoute } from './route.ts'
import { openToy, type Toy } from './toy.testing.ts'

let database: TestDatabase
let closed: Toy
let open: Toy
let runs = 0
/** What a run waits for. */
let gate: Promise<void> = Promise.resolve()

const routes: ScheduledRoute[] = [
  scheduledRoute({
    path: '/',
    summary: '',
    answers: { 200: z.unknown() },
    leaseSeconds: 60,
    minIntervalSeconds: 300,
    busyAnswer: { sent: 0, busy: true },
    run: async () => {
      runs += 1
      const mine = runs
      await gate
      return { status: 200, body: { run: mine } }
    },
  }),
]

beforeAll(async () => {
  database = await createTestDatabase()
  const config = { databaseUrl: database.appUrl }
  closed = await openToy({ needs: ['database'], routes }, config)
  open = await openToy({ needs: ['database'], routes }, { ...config, allowCronWakeup: true })
})
afterAll(async () => {
  await closed.close()
  await open.close()
  await database.drop()
})
beforeEach(async () => {
  await database.ownerSql`delete from leases`
  runs = 0
  gate = Promise.resolve()
})

const age = (seconds: number) => database.ownerSql`
  update leases set started_at = started_at - make_interval(secs => ${seconds}),
    expires_at = expires_at - make_interval(secs => ${seconds})`
const CONNECTOR = { as: null, headers: { 'x-connector': 'cron-connector' } }
const untilRuns = async (count: number): Promise<void> => {
  while (runs < count) await new Promise((resolve) => setImmediate(resolve))
}

describe('with a token', () => {
  test('runs without an Idempotency-Key, as often as it is called', async () => {
    expect((await closed.call('POST', '/', { as: 'cron' })).body).toEqual({ run: 1 })
    expect((await closed.call('POST', '/', { as: 'cron' })).body).toEqual({ run: 2 })
  })

  test('while one runs, others hear that it is busy', async () => {
    const opened = Promise.withResolvers<void>()
    gate = opened.promise
    const first = closed.call('POST', '/', { as: 'cron' })
    await untilRuns(1)
    expect(await closed.call('POST', '/', { as: 'cron' })).toMatchObject({
      status: 200,
      body: { sent: 0, busy: true },
    })
    opened.resolve()
    expect((await first).body).toEqual({ run: 1 })
    expect(runs).toBe(1)
  })

  test('a run that outlived its lease does not end the lease of the next, not even under one X-Call-Id', async () => {
    const opened = Promise.withResolvers<void>()
    gate = opened.promise
    const headers = { 'x-call-id': 'x'.repeat(64) }
    const first = closed.call('POST', '/', { as: 'cron', headers })
    await untilRuns(1)
    await age(61)
    const stillClosed = Promise.withResolvers<void>()
    gate = stillClosed.promise
    const second = closed.call('POST', '/', { as: 'cron', headers })
    await untilRuns(2)
    opened.resolve()
    expect((await first).body).toEqual({ run: 1 })
    expect((await closed.call('POST', '/', { as: 'cron' })).body).toEqual({ sent: 0, busy: true })
    stillClosed.resolve()
    expect((await second).body).toEqual({ run: 2 })
  })

  test('a run that fails answers so, and gives the lease back', async () => {
    gate = Promise.reject(new Error('the work failed'))
    gate.catch(() => undefined)
    expect((await closed.call('POST', '/', { as: 'cron' })).status).toBe(500)
    gate = Promise.resolve()
    expect((await closed.call('POST', '/', { as: 'cron' })).body).toEqual({ run: 2 })
  })

  test('needs the scope, and POST', async () => {
    expect((await closed.call('POST', '/', { as: 'reader' })).status).toBe(403)
    expect((await closed.call('GET', '/', { as: 'cron' })).status).toBe(405)
  })
})

describe('by the cron connector, which sends no token', () => {
  test('only where it is allowed, and only under its own name', async () => {
    expect(await closed.call('POST', '/', CONNECTOR)).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    })
    expect((await open.call('POST', '/', { as: null })).status).toBe(401)
    expect((await open.call('POST', '/', { as: null, headers: { 'x-connector': 'cron' } })).status).toBe(401)
    const withBadToken = { 'x-connector': 'cron-connector', authorization: 'Bearer nonsense' }
    expect((await open.call('POST', '/', { as: null, headers: withBadToken })).status).toBe(401)
    expect(runs).toBe(0)
  })

  test('starts what is due, at most once in its interval, and answers 202 with nothing', async () => {
    const first = await open.call('POST', '/', CONNECTOR)
    expect(first).toMatchObject({ status: 202, text: '' })
    expect(await open.call('POST', '/', CONNECTOR)).toMatchObject({ status: 202, text: '' })
    expect(runs).toBe(1)
    await age(301)
    await open.call('POST', '/', CONNECTOR)
    expect(runs).toBe(2)
  })

  test('a call with a token still runs at once, and counts as a start', async () => {
    await open.call('POST', '/', CONNECTOR)
    expect((await open.call('POST', '/', { as: 'cron' })).body).toEqual({ run: 2 })
    await age(299)
    await open.call('POST', '/', CONNECTOR)
    expect(runs).toBe(2)
  })
})
