import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createRateLimiter, type RateLimiterSettings, refillOf, unlimited } from './rate-limit.ts'
import { createRedis, type RedisConnection } from './redis.ts'
import { startRedisServer, type TestRedisServer } from './redis-server.testing.ts'

let server: TestRedisServer
let redis: RedisConnection

beforeAll(async () => {
  server = await startRedisServer()
})
afterAll(() => server.stop())

beforeEach(async () => {
  redis = createRedis({ url: server.url })
  expect(await redis.connect()).toBe(true)
  await redis.client.flushall()
})
afterEach(() => redis.close())

const limiter = (settings: Partial<RateLimiterSettings> = {}) =>
  createRateLimiter({
    redis: redis.client,
    name: 'test',
    rule: { perMinute: 6, burst: 3 },
    onDegraded: 'open',
    ...settings,
  })

const allowedOf = async (count: number, limit: () => Promise<{ allowed: boolean }>): Promise<number> => {
  const results = await Promise.all(Array.from({ length: count }, limit))
  return results.filter((result) => result.allowed).length
}

describe('refillOf', () => {
  test.each([
    [
      { perSecond: 5, burst: 30 },
      { tokens: 1, intervalMs: 200, burst: 30 },
    ],
    [
      { perSecond: 500, burst: 1000 },
      { tokens: 1, intervalMs: 2, burst: 1000 },
    ],
    [
      { perSecond: 3, burst: 3 },
      { tokens: 3, intervalMs: 1000, burst: 3 },
    ],
    [
      { perMinute: 20, burst: 20 },
      { tokens: 1, intervalMs: 3000, burst: 20 },
    ],
  ])('%o', (rule, expected) => {
    expect(refillOf(rule)).toEqual(expected)
  })

  test.each([0, -1, 1.5, Number.NaN])('refuses %d', (perSecond) => {
    expect(() => refillOf({ perSecond, burst: 1 })).toThrow(/whole numbers/)
    expect(() => refillOf({ perSecond: 1, burst: perSecond })).toThrow(/whole numbers/)
  })
})

describe('with Redis', () => {
  test('allows exactly the burst, also to parallel calls of two replicas, and says when to come back', async () => {
    const [one, other] = [limiter(), limiter()]
    expect(await allowedOf(20, () => one.limit('ann'))).toBe(3)
    expect(await other.limit('ann')).toEqual({
      allowed: false,
      // 6 a minute: a token every 10 s.
      retryAfterSeconds: 10,
      degraded: false,
    })
    expect(await other.limit('bob')).toEqual({ allowed: true, retryAfterSeconds: 0, degraded: false })
  })

  test('refills', async () => {
    const fast = limiter({ rule: { perSecond: 20, burst: 2 } })
    expect(await allowedOf(5, () => fast.limit('ann'))).toBe(2)
    await expect.poll(async () => (await fast.limit('ann')).allowed, { timeout: 1000 }).toBe(true)
  })

  test('tags its keys for a Cluster and lets them expire', async () => {
    await limiter().limit('client-7')
    expect(await redis.client.keys('*')).toEqual(['kopeika:rl:test:{client-7}'])
    expect(await redis.client.pttl('kopeika:rl:test:{client-7}')).toBeGreaterThan(0)
  })

  test('counts anew after a flush of keys and scripts', async () => {
    const one = limiter()
    await allowedOf(3, () => one.limit('ann'))
    await redis.client.flushall()
    await redis.client.script('FLUSH')
    expect(await allowedOf(5, () => one.limit('ann'))).toBe(3)
  })
})

describe('without Redis', () => {
  const away = () => createRedis({ url: 'redis://127.0.0.1:1' })

  test('open: the same rule holds in this process', async () => {
    const connection = away()
    expect(await connection.connect()).toBe(false)
    let nowMs = 1_000_000
    const open = limiter({ redis: connection.client, now: () => nowMs })
    expect(await allowedOf(20, () => open.limit('ann'))).toBe(3)
    expect(await open.limit('ann')).toEqual({ allowed: false, retryAfterSeconds: 10, degraded: true })
    nowMs += 10_000
    expect(await open.limit('ann')).toEqual({ allowed: true, retryAfterSeconds: 0, degraded: true })
    expect((await open.limit('ann')).allowed).toBe(false)
    await connection.close()
  })

  test('closed: refuses and reports why', async () => {
    const connection = away()
    const errors: unknown[] = []
    const closed = limiter({
      redis: connection.client,
      onDegraded: 'closed',
      onError: (error) => errors.push(error),
    })
    expect(await closed.limit('ann')).toEqual({ allowed: false, retryAfterSeconds: 5, degraded: true })
    expect(errors).toHaveLength(1)
    await connection.close()
  })

  test('a command that Redis refuses counts as away', async () => {
    await redis.client.set('kopeika:rl:test:{ann}', 'not a hash')
    expect(await limiter({ onDegraded: 'closed' }).limit('ann')).toMatchObject({
      allowed: false,
      degraded: true,
    })
  })

  test.each(['open', 'closed'] as const)('a frozen Redis delays little (%s)', async (onDegraded) => {
    const one = limiter({ onDegraded })
    await one.limit('warm-up')
    server.freeze()
    try {
      const startedMs = performance.now()
      expect(await one.limit('ann')).toMatchObject({ allowed: onDegraded === 'open', degraded: true })
      expect(performance.now() - startedMs).toBeLessThan(400)
    } finally {
      server.thaw()
    }
    await expect.poll(async () => (await one.limit('bob')).degraded, { timeout: 5000 }).toBe(false)
  })

  test('switched off, everything is allowed', async () => {
    expect(await unlimited.limit('ann')).toEqual({ allowed: true, retryAfterSeconds: 0, degraded: false })
  })
})
