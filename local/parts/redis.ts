import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { keepRunning } from '../keep-running.ts'
import { type RunningRedis, startRedis } from '../services/redis.ts'
import { findRedisProgram } from '../services/redis-program.ts'
import { codeOf, messageOf, StartProblem } from '../start-problem.ts'
import { describePart, type PartContext, withoutCredentials } from './part.ts'

export type RedisPart = { url: string; stop: () => Promise<void> }

const CONNECT_TIMEOUT_MS = 3_000
const DEFAULT_PORT = 6379

const ping = async (url: string): Promise<void> => {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  // ioredis' own rejection says only "Connection is closed."; the event says why
  let why: unknown
  redis.on('error', (error) => {
    why ??= error
  })
  try {
    await redis.connect()
    await redis.ping()
  } catch (error) {
    throw why ?? error
  } finally {
    redis.disconnect()
  }
}

const reachOne = async (hostAndPort: string): Promise<void> => {
  const { hostname, port } = new URL(`tcp://${hostAndPort}`)
  const socket = connect({ host: hostname, port: Number(port) || DEFAULT_PORT })
  socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('no answer')))
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}

/** `redis+cluster://` and `redis+sentinel://` name several hosts: one that listens is enough here, the functions' own client knows the rest. */
const hostsOf = (url: string): string[] =>
  (/^[^:]+:\/\/([^/?]+)/.exec(url)?.[1] ?? '').split(',').map((host) => host.slice(host.lastIndexOf('@') + 1))

const checkReachable = async (url: string): Promise<string> => {
  const hosts = hostsOf(url)
  try {
    if (/^rediss?:/.test(url)) await ping(url)
    else await Promise.any(hosts.map(reachOne))
    return hosts.join(',')
  } catch (error) {
    throw new StartProblem(
      `REDIS_URL: Redis at ${hosts.join(',')} cannot be used (${codeOf(error) ?? messageOf(error)}): correct it, or unset it for the embedded one.`,
    )
  }
}

const startEmbedded = async ({
  home,
  secrets,
  settings,
  tracker,
  say,
  signal,
}: PartContext): Promise<RedisPart> => {
  const since = performance.now()
  const program = await findRedisProgram({ path: settings.path, say, isRoot: process.getuid?.() === 0 })
  const kept = await keepRunning<RunningRedis>({
    name: 'redis',
    say,
    signal,
    start: (previous) =>
      startRedis({
        program,
        folder: home.redis,
        logFile: join(home.logs, 'redis.log'),
        password: secrets.redisPassword,
        port: previous?.port ?? 0,
        tracker,
      }),
  })
  say(describePart('redis', withoutCredentials(kept.first.url), since))
  return { url: kept.first.url, stop: kept.stop }
}

/**
 * Redis: a server of our own, or the one that REDIS_URL names.
 * @throws StartProblem
 */
export const startRedisPart = async (context: PartContext): Promise<RedisPart> => {
  const { redisUrl } = context.settings
  if (redisUrl === undefined) return startEmbedded(context)
  const since = performance.now()
  context.say(describePart('redis', `${await checkReachable(redisUrl)} (yours)`, since))
  return { url: redisUrl, stop: async () => {} }
}
