import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createPacer } from './pacing.ts'
import { createRateLimiter } from './rate-limit.ts'
import { createRedis } from './redis.ts'
import { freePort, startRedisServer, type TestRedisServer } from './redis-server.testing.ts'

const SLOT_RANGES = [
  [0, 5460],
  [5461, 10_922],
  [10_923, 16_383],
] as const

const servers: (TestRedisServer & { busPort: number })[] = []

const startNode = async (): Promise<TestRedisServer & { busPort: number }> => {
  // The usual bus port (port + 10000) can lie beyond 65535.
  const busPort = await freePort()
  const args = ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`, '--cluster-node-timeout', '2000']
  return { ...(await startRedisServer({ args })), busPort }
}

beforeAll(async () => {
  for (let index = 0; index < SLOT_RANGES.length; index += 1) servers.push(await startNode())
  const nodes = servers.map(({ port }) => new Redis(port, '127.0.0.1'))
  await Promise.all(
    nodes.map(async (node, index) => {
      const [from, to] = SLOT_RANGES[index] ?? [0, 0]
      await node.call('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`)
      await node.call('CLUSTER', 'ADDSLOTSRANGE', `${from}`, `${to}`)
    }),
  )
  for (const { port, busPort } of servers.slice(1)) {
    await nodes[0]?.call('CLUSTER', 'MEET', '127.0.0.1', `${port}`, `${busPort}`)
  }
  const states = () => Promise.all(nodes.map((node) => node.call('CLUSTER', 'INFO')))
  await vi.waitFor(
    async () => {
      for (const text of await states()) expect(text).toMatch(/cluster_state:ok[\s\S]*known_nodes:3/)
    },
    { timeout: 8000 },
  )
  for (const node of nodes) node.disconnect()
}, 15_000)

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
})

test('limits and pacing work on a real Cluster of three masters: no key of a script on a foreign node', async () => {
  const errors: unknown[] = []
  const onError = (error: unknown): void => {
    errors.push(error)
  }
  const url = `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
  const redis = createRedis({ url, onError, commandTimeoutMs: 2000 })
  expect(await redis.connect()).toBe(true)
  const limiter = createRateLimiter({
    redis: redis.client,
    name: 'cluster',
    rule: { perMinute: 1, burst: 2 },
    onDegraded: 'closed',
    timeoutMs: 2000,
    onError,
  })
  const results = await Promise.all(
    Array.from({ length: 600 }, (_, index) => limiter.limit(`user-${index % 200}`)),
  )
  expect(errors).toEqual([])
  expect(results.filter(({ degraded }) => degraded)).toEqual([])
  expect(results.filter(({ allowed }) => allowed)).toHaveLength(400)

  const pacer = createPacer({ redis: redis.client, timeoutMs: 2000, onError })
  const bookings = await Promise.all(
    Array.from({ length: 10 }, (_, index) => pacer.reserve(index, { maxWaitMs: 2000 })),
  )
  expect(bookings.every(({ degraded }) => !degraded)).toBe(true)
  expect(errors).toEqual([])
  await redis.close()
})
