import { createHmac } from 'node:crypto'
import type { Api } from 'grammy'
import { createPacer, type Pacer, unpaced } from '#shared/cache/pacing.ts'
import { createRateLimiter, type RateLimiter, unlimited } from '#shared/cache/rate-limit.ts'
import { createRedis, type RedisConnection } from '#shared/cache/redis.ts'
import { openDatabase, type Sql } from '#shared/db/client.ts'
import type { Tariff } from '#shared/domain/tariff.ts'
import type { Config } from '#shared/platform/config.ts'
import { createEnvelope, type Envelope } from '#shared/platform/crypto.ts'
import { createLog, type Log } from '#shared/platform/log.ts'
import { createMetrics, type Metrics } from '#shared/platform/metrics.ts'
import { loadTariff } from '#shared/platform/tariff-file.ts'
import { createSpeechClient, type SpeechClient } from '#shared/speech/client.ts'
import { createObjectStore, type ObjectStore } from '#shared/storage/object-store.ts'
import { createTelegram } from '#shared/telegram/api.ts'
import { type CallFunction, createFunctionCaller, type FetchFromFunction, type WakeFunction } from './call.ts'

export type LimitName = 'client' | 'chat' | 'uploads' | 'invoices' | 'notifications' | 'logins' | 'visits'

const CLOSED_WITHOUT_REDIS: ReadonlySet<LimitName> = new Set(['uploads', 'invoices', 'logins'])

/** The connections and tools of one function; each is opened on first use and closed by `close`. */
export type Resources = {
  config: Config
  log: Log
  metrics: Metrics
  tariff: Tariff
  clock: () => number
  sql: Sql
  redis: RedisConnection
  limiter: (name: LimitName) => RateLimiter
  storage: ObjectStore
  telegram: Api
  pacer: Pacer
  envelope: Envelope
  /** Undefined where no server for it is set up. */
  speech: SpeechClient | undefined
  /** HMAC-SHA256 under the signing key; `purpose` keeps signatures of one kind from passing as another. */
  sign: (purpose: string, text: string) => Buffer
  call: CallFunction
  fetchFrom: FetchFromFunction
  wake: WakeFunction
  /** Begins what nobody waits for, after an answer; it must not reject. */
  afterAnswer: (work: () => Promise<void>) => void
  /** Resolves when nothing that was begun after an answer goes on, and no wake-up is due or under way. */
  wakesSettled: () => Promise<void>
  close: () => Promise<void>
}

const missing = (name: string, what: string): never => {
  throw new Error(`The function ${name} uses ${what}, but does not list it in its needs.`)
}

/** Remembers the first result; tells whether there is one. */
const lazy = <T>(make: () => T): { get: () => T; opened: () => T | undefined } => {
  let value: T | undefined
  return {
    get: () => {
      value ??= make()
      return value
    },
    opened: () => value,
  }
}

export type ResourceOptions = {
  writeLog?: (line: string) => void
  clock?: () => number
  runtimeMetrics?: boolean
}

/** Opens what a function needs, as its configuration says. */
export const openResources = (config: Config, options: ResourceOptions = {}): Resources => {
  const name = config.functionName
  const clock = options.clock ?? Date.now
  const log = createLog(name, config.logLevel, options.writeLog)
  const metrics = createMetrics(name, { runtime: options.runtimeMetrics ?? true })
  const tariff = loadTariff(config.tariffFile)

  const sql = lazy(() =>
    openDatabase({
      url: config.databaseUrl ?? missing(name, 'the database'),
      applicationName: `kopeika-${name}`,
      onNotice: (message) => log.debug({ message }, 'notice of the database'),
    }),
  )
  const redis = lazy(() =>
    createRedis({
      url: config.redisUrl ?? missing(name, 'Redis'),
      onError: (error) => log.warn({ err: error }, 'Redis is not reachable'),
    }),
  )
  const storage = lazy(() => {
    const { buckets: _buckets, ...connection } = config.storage ?? missing(name, 'the object store')
    return createObjectStore({ ...connection, timeoutMs: 5_000 })
  })
  const telegram = lazy(() =>
    createTelegram({ ...(config.telegram ?? missing(name, 'Telegram')), timeoutMs: 6_000 }),
  )
  const pacer = lazy(() =>
    config.rateLimits
      ? createPacer({ redis: redis.get().client, perSecondOverall: 25, perChatMs: 1_000, chatBurstMs: 3_000 })
      : unpaced,
  )
  const envelope = lazy(() => createEnvelope(config.masterKeys ?? missing(name, 'the master keys')))

  const speech = lazy(() => (config.speech ? createSpeechClient(config.speech) : undefined))

  const limiters = new Map<LimitName, RateLimiter>()
  const limiter = (limit: LimitName): RateLimiter => {
    const known = limiters.get(limit)
    if (known) return known
    if (!config.rateLimits) return unlimited
    const rule = tariff.rateLimits[limit]
    const made = createRateLimiter({
      redis: redis.get().client,
      name: limit,
      rule: 'burst' in rule ? rule : { ...rule, burst: rule.perMinute },
      // Money must move with Redis away; work that costs us and can wait must not (design 8).
      onDegraded: CLOSED_WITHOUT_REDIS.has(limit) ? 'closed' : 'open',
      now: clock,
      onError: (error) => log.debug({ err: error, limit }, 'Redis did not decide a rate limit'),
    })
    limiters.set(limit, made)
    return made
  }
  const caller = createFunctionCaller({ config, clock, log })

  const close = async (): Promise<void> => {
    await Promise.allSettled([caller.close(), sql.opened()?.end({ timeout: 5 }), redis.opened()?.close()])
    storage.opened()?.close()
  }
  const unfinished = new Set<Promise<void>>()
  return {
    config,
    log,
    metrics,
    tariff,
    clock,
    get sql() {
      return sql.get()
    },
    get redis() {
      return redis.get()
    },
    get storage() {
      return storage.get()
    },
    get telegram() {
      return telegram.get()
    },
    get pacer() {
      return pacer.get()
    },
    get envelope() {
      return envelope.get()
    },
    get speech() {
      return speech.get()
    },
    limiter,
    sign: (purpose, text) =>
      createHmac('sha256', config.signingKey ?? missing(name, 'the signing key'))
        .update(`${purpose}\n${text}`)
        .digest(),
    call: caller.call,
    fetchFrom: caller.fetchFrom,
    wake: caller.wake,
    afterAnswer: (work) => {
      const run = work().finally(() => unfinished.delete(run))
      unfinished.add(run)
    },
    wakesSettled: async () => {
      await Promise.all(unfinished)
      await caller.settled()
    },
    close,
  }
}
