import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { scheduledRoute } from './route.ts'
import { openToy, type Toy } from './toy.testing.ts'

let database: TestDatabase
let toy: Toy
let begun = Promise.withResolvers<void>()
let ended = Promise.withResolvers<void>()

const route = scheduledRoute({
  path: '/',
  summary: '',
  answers: { 200: z.unknown() },
  leaseSeconds: 60,
  minIntervalSeconds: 300,
  waitMs: 300,
  busyAnswer: { figures: 0 },
  run: async () => {
    begun.resolve()
    await ended.promise
    return { status: 200, body: { figures: 7 } }
  },
})

beforeAll(async () => {
  database = await createTestDatabase()
  const config = { databaseUrl: database.appUrl, allowCronWakeup: true }
  toy = await openToy({ needs: ['database'], routes: [route] }, config)
})
afterAll(async () => {
  await toy.close()
  await database.drop()
})

test('whoever asks in person and waits in vain hears 409, never figures that are none; the schedule goes away', async () => {
  begun = Promise.withResolvers()
  ended = Promise.withResolvers()
  const first = toy.call('POST', '/', { as: 'cron' })
  await begun.promise
  const inVain = await toy.call('POST', '/', { as: 'studio' })
  expect(inVain).toMatchObject({ status: 409, body: { code: 'in_progress' } })
  expect(Number(inVain.headers['retry-after'])).toBeGreaterThan(0)
  expect(await toy.call('POST', '/', { as: 'cron' })).toMatchObject({ status: 200, body: { figures: 0 } })
  const connector = { as: null, headers: { 'x-connector': 'cron-connector' } }
  expect(await toy.call('POST', '/', connector)).toMatchObject({ status: 202, text: '' })
  const patient = toy.call('POST', '/', { as: 'studio' })
  ended.resolve()
  expect((await first).body).toEqual({ figures: 7 })
  expect((await patient).body).toEqual({ figures: 7 })
})
