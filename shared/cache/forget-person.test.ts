import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, test } from 'vitest'
import { forgetPerson } from './forget-person.ts'
import { createPacer } from './pacing.ts'
import { createRateLimiter } from './rate-limit.ts'

const redis = new Redis(inject('servers').redisUrl)
afterAll(() => redis.quit())

const keysWith = async (traces: readonly string[]): Promise<string[]> => {
  const found: string[] = []
  for await (const keys of redis.scanStream({ count: 500 }))
    found.push(...(keys as string[]).filter((key) => traces.some((trace) => key.includes(trace))))
  return found
}

test('takes what limits and the pace keep of a person, and of nobody else', async () => {
  const [person, other] = [
    { userId: randomUUID(), telegramId: 6_100_000_001 },
    { userId: randomUUID(), telegramId: 6_100_000_002 },
  ]
  const limiterOf = (name: string) =>
    createRateLimiter({ redis, name, rule: { perMinute: 1, burst: 5 }, onDegraded: 'open' })
  const pacer = createPacer({ redis, perChatMs: 60_000 })
  for (const { userId, telegramId } of [person, other]) {
    await limiterOf('chat').limit(String(telegramId))
    await limiterOf('uploads').limit(userId)
    await limiterOf('invoices').limit(userId)
    await pacer.reserve(telegramId)
  }
  const of = ({ userId, telegramId }: typeof person) => keysWith([userId, String(telegramId)])
  expect((await of(person)).length).toBe(4)
  await forgetPerson(redis, person)
  expect(await of(person)).toEqual([])
  expect((await of(other)).length).toBe(4)
})
