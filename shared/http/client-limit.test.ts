import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createTestRedis, type TestRedis } from '../../test/support/services.ts'
import { readRoute } from './route.ts'
import { METRICS_TOKEN, openToy, type Toy, toyConfig } from './toy.testing.ts'

const routes = [
  readRoute({
    method: 'GET',
    path: '/',
    summary: '',
    answers: { 200: z.unknown() },
    run: async () => ({ status: 200, body: 'ok' }),
  }),
]

let redis: TestRedis
let folder: string
let tariffFile: string

beforeAll(async () => {
  redis = await createTestRedis()
  folder = mkdtempSync(join(tmpdir(), 'kopeika-limits-'))
  tariffFile = join(folder, 'tariff.yml')
  const text = readFileSync(toyConfig().tariffFile, 'utf8')
  const limited = text.replace(/client: \{.*?\}/, 'client: { perSecond: 1, burst: 3 }')
  writeFileSync(tariffFile, limited)
})
afterAll(async () => {
  await redis.close()
  rmSync(folder, { recursive: true, force: true })
})

const open = (over: { redisUrl?: string; rateLimits?: boolean; clock?: () => number } = {}): Promise<Toy> => {
  const { redisUrl = redis.url, rateLimits = true, clock } = over
  return openToy({ needs: ['redis'], routes }, { redisUrl, rateLimits, tariffFile }, clock ? { clock } : {})
}
const statuses = async (toy: Toy, count: number, as = 'studio'): Promise<number[]> => {
  const replies: number[] = []
  for (let n = 0; n < count; n += 1) replies.push((await toy.call('GET', '/', { as })).status)
  return replies
}
const metricsOf = async (toy: Toy) =>
  (await toy.call('GET', '/metrics', { as: null, headers: { authorization: `Bearer ${METRICS_TOKEN}` } }))
    .text

describe('the limit of a client', () => {
  test('beyond the burst: 429 with the time to wait; two replicas share it, clients do not', async () => {
    const [one, two] = [await open(), await open()]
    expect(await statuses(one, 2)).toEqual([200, 200])
    expect(await statuses(two, 1)).toEqual([200])
    const refused = await two.call('GET', '/')
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect(await statuses(one, 1, 'reader')).toEqual([200])
    expect(await metricsOf(two)).toContain('kopeika_rate_limited_total{limit="client",function="toy"} 1')
    expect(await metricsOf(one)).not.toContain('kopeika_rate_limit_degraded_total{limit')
    await Promise.all([one.close(), two.close()])
  })

  test('our own functions and the schedule have none; /metrics and /ready neither', async () => {
    const toy = await open()
    const probe = { as: null }
    for (let n = 0; n < 5; n += 1) {
      expect((await toy.call('GET', '/ready', probe)).status).toBe(200)
      expect((await toy.call('GET', '/', { as: 'cron' })).status).toBe(200)
    }
    await toy.close()
  })

  test('RATE_LIMITS=off turns it off', async () => {
    const toy = await open({ rateLimits: false })
    expect(await statuses(toy, 6, 'boss')).toEqual([200, 200, 200, 200, 200, 200])
    await toy.close()
  })

  test('with Redis away calls go on; a bucket in the process stands in', async () => {
    const startedAtMs = Date.now()
    // a clock that stands still: no token comes back meanwhile
    const toy = await open({
      redisUrl: 'redis://127.0.0.1:1',
      clock: () => startedAtMs,
    })
    expect(await statuses(toy, 3)).toEqual([200, 200, 200])
    const refused = await toy.call('GET', '/')
    expect(refused.status).toBe(429)
    expect(refused.headers['retry-after']).toBe('1')
    expect(await metricsOf(toy)).toContain(
      'kopeika_rate_limit_degraded_total{limit="client",function="toy"} 4',
    )
    await toy.close()
  })
})
