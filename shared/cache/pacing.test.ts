import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createPacer, type Pacer, type PacerSettings } from './pacing.ts'
import { createRedis, type RedisConnection } from './redis.ts'
import { startRedisServer, type TestRedisServer } from './redis-server.testing.ts'

let server: TestRedisServer
let redis: RedisConnection

beforeAll(async () => {
  server = await startRedisServer()
})
afterAll(() => server.stop())
beforeEach(async () => {
  redis = createRedis({ url: server.url, commandTimeoutMs: 2000 })
  await redis.connect()
  await redis.client.flushall()
})
afterEach(() => redis.close())

const failOnError = (error: unknown): void => {
  throw error
}
const pacer = (settings: Partial<PacerSettings> = {}): Pacer =>
  createPacer({ redis: redis.client, timeoutMs: 2000, onError: failOnError, ...settings })

/** When the messages would go out, counted from the start of the test, in order. */
const sendTimes = async (
  reserve: (index: number) => ReturnType<Pacer['reserve']>,
  count: number,
): Promise<number[]> => {
  const startedMs = performance.now()
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    const { reserved, waitMs } = await reserve(index)
    if (reserved) times.push(performance.now() - startedMs + waitMs)
  }
  return times.sort((a, b) => a - b)
}

const mostWithinOneSecond = (times: readonly number[]): number =>
  Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 1000).length))

describe('with Redis', () => {
  test('one chat: a message a second', async () => {
    const one = pacer()
    const waits = [await one.reserve(5), await one.reserve(5), await one.reserve(5)].map(
      ({ waitMs }) => waitMs,
    )
    expect(waits[0]).toBeLessThanOrEqual(40)
    expect(waits[1]).toBeGreaterThan(900)
    expect(waits[1]).toBeLessThanOrEqual(1040)
    expect(waits[2]).toBeGreaterThan(1900)
    expect(waits[2]).toBeLessThanOrEqual(2080)
  })

  test('all chats, two replicas: never more than 26 in any second, and no slot is lost', async () => {
    const [one, other] = [pacer(), pacer()]
    const times = await sendTimes(
      (index) => (index % 2 ? one : other).reserve(index, { priority: 'high' }),
      100,
    )
    expect(times).toHaveLength(100)
    expect(mostWithinOneSecond(times)).toBeLessThanOrEqual(26)
    expect(times.at(-1)).toBeLessThan(4500)
  })

  test('chats that become free together do not burst', async () => {
    const one = pacer()
    await Promise.all(Array.from({ length: 60 }, (_, chat) => one.penalise(chat, 1)))
    const times = await sendTimes((chat) => one.reserve(chat), 60)
    expect(times[0]).toBeGreaterThan(900)
    expect(mostWithinOneSecond(times)).toBeLessThanOrEqual(26)
  })

  test('a broadcast leaves room: a payment waits little behind it', async () => {
    const one = pacer()
    for (let chat = 0; chat < 60; chat += 1) await one.reserve(chat, { priority: 'low', maxWaitMs: 4000 })
    const next = await one.reserve(1000, { priority: 'low' })
    const payment = await one.reserve(1001, { priority: 'high' })
    expect(next.waitMs).toBeGreaterThan(2000)
    expect(payment.waitMs).toBeLessThanOrEqual(240)
  })

  test('books nothing that would wait too long', async () => {
    const one = pacer()
    await one.reserve(7)
    const refused = await one.reserve(7, { maxWaitMs: 100 })
    expect(refused).toMatchObject({ reserved: false, degraded: false })
    expect(refused.waitMs).toBeGreaterThan(100)
    expect((await one.reserve(7, { maxWaitMs: 1500 })).waitMs).toBeLessThanOrEqual(1040)
  })

  test('a 429 holds the chat, for every replica, and no other chat', async () => {
    const [one, other] = [pacer(), pacer()]
    await one.penalise(-1001, 30)
    await one.penalise(-1001, 2)
    expect((await other.reserve(-1001)).reserved).toBe(false)
    expect((await other.reserve(-1001)).waitMs).toBeGreaterThan(29_000)
    expect((await other.reserve(1)).waitMs).toBeLessThanOrEqual(40)
    await one.penalise('all', 3600)
    expect(await other.reserve(2)).toMatchObject({ reserved: false })
  })

  test('a quiet chat gets a burst at once, then a message a second; a 429 holds it all the same', async () => {
    const one = pacer({ chatBurstMs: 2000 })
    const waits = []
    for (let index = 0; index < 4; index += 1) waits.push((await one.reserve(5)).waitMs)
    expect(Math.max(...waits.slice(0, 3))).toBeLessThanOrEqual(160)
    expect(waits[3]).toBeGreaterThan(800)
    await one.penalise(6, 3)
    expect((await one.reserve(6, { maxWaitMs: 100 })).waitMs).toBeGreaterThan(2900)
  })

  test('leaves only keys that expire', async () => {
    const one = pacer()
    await one.reserve(1)
    await one.penalise('all', 1)
    const keys = await redis.client.keys('*')
    expect(keys.sort()).toEqual(['kopeika:{tg}:next:1', 'kopeika:{tg}:next:all', 'kopeika:{tg}:slots'])
    for (const key of keys) expect(await redis.client.pttl(key)).toBeGreaterThan(0)
  })
})

describe('without Redis', () => {
  test('each replica keeps the limits for itself and remembers a 429', async () => {
    const away = createRedis({ url: 'redis://127.0.0.1:1' })
    const errors: unknown[] = []
    let nowMs = 1_000_000
    const one = pacer({ redis: away.client, now: () => nowMs, onError: (error) => errors.push(error) })
    expect(await one.reserve(5)).toEqual({ reserved: true, waitMs: 40, degraded: true })
    expect(await one.reserve(5)).toEqual({ reserved: true, waitMs: 1040, degraded: true })
    await one.penalise(6, 10)
    expect(await one.reserve(6)).toEqual({ reserved: false, waitMs: 10_000, degraded: true })
    nowMs += 10_000
    expect(await one.reserve(6)).toMatchObject({ reserved: true })
    const times = await Promise.all(
      Array.from({ length: 100 }, (_, chat) => one.reserve(100 + chat, { maxWaitMs: 5000 })),
    )
    expect(mostWithinOneSecond(times.map(({ waitMs }) => waitMs))).toBeLessThanOrEqual(26)
    expect(errors.length).toBeGreaterThan(100)
    await away.close()
  })

  test('each replica keeps the burst for itself', async () => {
    const away = createRedis({ url: 'redis://127.0.0.1:1' })
    const one = pacer({
      redis: away.client,
      chatBurstMs: 2000,
      now: () => 1_000_000,
      onError: () => undefined,
    })
    const waits = []
    for (let index = 0; index < 4; index += 1) waits.push((await one.reserve(5)).waitMs)
    expect(waits).toEqual([40, 80, 120, 1040])
    await one.penalise(6, 3)
    expect((await one.reserve(6)).waitMs).toBe(3040)
    await away.close()
  })

  test('a frozen Redis delays little', async () => {
    const quick = createRedis({ url: server.url })
    await quick.connect()
    const one = createPacer({ redis: quick.client })
    await one.reserve(1)
    server.freeze()
    try {
      const startedMs = performance.now()
      expect(await one.reserve(2)).toMatchObject({ degraded: true, reserved: true })
      expect(performance.now() - startedMs).toBeLessThan(400)
    } finally {
      server.thaw()
      await quick.close()
    }
  })
})
