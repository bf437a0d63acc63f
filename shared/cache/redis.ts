import { Cluster, Redis } from 'ioredis'
import { parseRedisUrl, type RedisTarget } from './redis-url.ts'

export type RedisClient = Redis | Cluster

export type RedisSettings = {
  /** See parseRedisUrl: one node, `redis+cluster://` or `redis+sentinel://`. */
  url: string
  /** Password of the Sentinels themselves, where they have one. */
  sentinelPassword?: string
  commandTimeoutMs?: number
  /** How long `connect` waits for a first connection. */
  connectTimeoutMs?: number
  /**
   * Told of connection errors, at most once in 10 s; `suppressed` counts those it was not told of in between.
   * Redis is never needed for correctness, so an error here is a line in the log and no more.
   */
  onError?: (error: unknown, suppressed: number) => void
}

export type RedisConnection = {
  client: RedisClient
  /** Opens the connection. False when it is not there yet; it is then tried again for ever in the background. */
  connect: () => Promise<boolean>
  close: () => Promise<void>
}

const ERROR_REPORT_INTERVAL_MS = 10_000
const MAX_RECONNECT_DELAY_MS = 2000
/** A half-open connection (cable cut, no RST) is thrown away after this long without an answer. */
const SOCKET_TIMEOUT_MS = 2000
const CLOSE_TIMEOUT_MS = 500

const reconnectDelayMs = (attempt: number): number =>
  Math.min(50 * 2 ** Math.min(attempt - 1, 10), MAX_RECONNECT_DELAY_MS)

const throttleErrors = (onError: RedisSettings['onError']): ((error: unknown) => void) => {
  let suppressed = 0
  let nextAtMs = 0
  return (error) => {
    const nowMs = performance.now()
    if (nowMs < nextAtMs) {
      suppressed += 1
      return
    }
    nextAtMs = nowMs + ERROR_REPORT_INTERVAL_MS
    onError?.(error, suppressed)
    suppressed = 0
  }
}

const createClient = (target: RedisTarget, settings: RedisSettings): RedisClient => {
  const common = {
    commandTimeout: settings.commandTimeoutMs ?? 150,
    connectTimeout: settings.connectTimeoutMs ?? 1000,
    socketTimeout: SOCKET_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    // Sent again after a reconnect, a limiter's command would take its token twice.
    autoResendUnfulfilledCommands: false,
    connectionName: 'kopeika',
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(target.tls ? { tls: {} } : {}),
  }
  if (target.kind === 'cluster') {
    return new Cluster(target.nodes, {
      redisOptions: common,
      lazyConnect: true,
      enableOfflineQueue: false,
      enableAutoPipelining: true,
      // A pipeline of writes in which one key has moved to another node is not repeated by ioredis; a lone command is.
      autoPipeliningIgnoredCommands: ['eval', 'evalsha'],
      clusterRetryStrategy: reconnectDelayMs,
    })
  }
  const one = {
    ...common,
    db: target.db,
    lazyConnect: true,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    retryStrategy: reconnectDelayMs,
  }
  if (target.kind === 'single') return new Redis({ ...one, ...target.node })
  return new Redis({
    ...one,
    sentinels: target.sentinels,
    name: target.masterName,
    enableTLSForSentinelMode: target.tls,
    sentinelCommandTimeout: 1000,
    sentinelRetryStrategy: reconnectDelayMs,
    ...(settings.sentinelPassword === undefined ? {} : { sentinelPassword: settings.sentinelPassword }),
    ...(target.tls ? { sentinelTLS: {} } : {}),
  })
}

/** True when `promise` fulfils within `timeoutMs`; a rejection is false. */
const settles = async (promise: Promise<unknown>, timeoutMs: number): Promise<boolean> => {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), timeoutMs)
  try {
    return await Promise.race([
      promise.then(
        () => true,
        () => false,
      ),
      late.promise,
    ])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * A Redis client that fails fast: 150 ms a command, nothing queued while it is away, reconnecting for ever with at most
 * 2 s between tries. Without Redis the caller still starts and works (design, section 8). Throws only for a bad URL.
 */
export const createRedis = (settings: RedisSettings): RedisConnection => {
  const client = createClient(parseRedisUrl(settings.url), settings)
  const report = throttleErrors(settings.onError)
  // Without a listener Node would end the process on 'error'.
  client.on('error', report)
  client.on('node error', report)

  return {
    client,
    connect: () => {
      if (client.status === 'ready') return Promise.resolve(true)
      // The reason of a failure reaches `onError` through the 'error' event.
      return settles(client.connect(), settings.connectTimeoutMs ?? 1000)
    },
    close: async () => {
      const { status } = client
      const ended = new Promise<void>((resolve) => client.once('end', resolve))
      client.disconnect()
      // Between two attempts there is no socket whose end could be announced.
      if (status === 'end' || status === 'reconnecting') return
      await settles(ended, CLOSE_TIMEOUT_MS)
    },
  }
}
