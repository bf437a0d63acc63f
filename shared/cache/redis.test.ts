import { inspect } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { createRedis, type RedisConnection, type RedisSettings } from './redis.ts'
import { freePort, startRedisServer, type TestRedisServer } from './redis-server.testing.ts'

const opened = (settings: RedisSettings): RedisConnection => {
  const redis = createRedis(settings)
  onTestFinished(() => redis.close())
  return redis
}

const started = async (starting: Promise<TestRedisServer>): Promise<TestRedisServer> => {
  const server = await starting
  onTestFinished(() => server.stop())
  return server
}

test('a missing Redis stops nobody: connect is false, commands fail at once, errors are reported once', async () => {
  const reports: unknown[] = []
  const redis = opened({
    url: `redis://:hunter2@127.0.0.1:${await freePort()}`,
    onError: (error) => reports.push(error),
  })
  expect(await redis.connect()).toBe(false)
  const startedMs = performance.now()
  await expect(redis.client.get('key')).rejects.toThrow()
  expect(performance.now() - startedMs).toBeLessThan(150)
  await expect.poll(() => redis.client.status, { timeout: 2000 }).toBe('reconnecting')
  expect(reports).toHaveLength(1)
  expect(inspect(reports, { depth: 10 })).not.toContain('hunter2')
})

test('comes back by itself when Redis does', async () => {
  const port = await freePort()
  const redis = opened({ url: `redis://127.0.0.1:${port}/2` })
  expect(await redis.connect()).toBe(false)
  await started(startRedisServer({ port }))
  await expect.poll(() => redis.client.status, { timeout: 5000 }).toBe('ready')
  expect(await redis.client.set('key', 'value')).toBe('OK')
  await redis.close()
  expect(redis.client.status).toBe('end')
})

test('unreachable Sentinels and an unreachable Cluster neither hang nor throw', async () => {
  const port = await freePort()
  for (const url of [`redis+sentinel://127.0.0.1:${port}/main`, `redis+cluster://127.0.0.1:${port}`]) {
    const redis = opened({ url, connectTimeoutMs: 300 })
    expect(await redis.connect()).toBe(false)
  }
})

test('asks a Sentinel for the master', async () => {
  const master = await started(startRedisServer())
  const sentinel = await started(startRedisServer({ sentinelOf: master.port }))
  const redis = opened({ url: `redis+sentinel://127.0.0.1:${sentinel.port}/main` })
  expect(await redis.connect()).toBe(true)
  expect(await redis.client.set('key', 'value')).toBe('OK')
})
