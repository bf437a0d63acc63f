import { Ratelimit } from '@upstash/ratelimit'
import { createLocalBuckets, type Refill } from './local-bucket.ts'
import { defineScript, type Script, type ScriptClient, sha1Hex } from './script.ts'

/** So many calls in a unit of time on average, and at most `burst` at once (whole numbers, at least 1). */
export type RateRule = { burst: number } & ({ perSecond: number } | { perMinute: number })

export type RateLimitResult = {
  allowed: boolean
  /** Whole seconds until the next try makes sense; 0 when allowed. */
  retryAfterSeconds: number
  /** True when Redis did not decide: it was away, slow, or refused the command. */
  degraded: boolean
}

export type RateLimiter = { limit: (key: string) => Promise<RateLimitResult> }

export type RateLimiterSettings = {
  redis: ScriptClient
  /** Names the limit in its keys: `kopeika:rl:<name>:{<key>}`. */
  name: string
  rule: RateRule
  /** Without Redis: 'open' counts in this process instead, 'closed' refuses. */
  onDegraded: 'open' | 'closed'
  /** Longest wait for Redis. */
  timeoutMs?: number
  /** Milliseconds since the epoch, for the local bucket and for `retryAfterSeconds`. */
  now?: () => number
  /** Told why Redis did not decide. */
  onError?: (error: unknown) => void
}

const CLOSED_RETRY_AFTER_SECONDS = 5

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b)

/** The rule in its smallest whole steps (5 a second is 1 every 200 ms), so that tokens come back evenly. */
export const refillOf = (rule: RateRule): Refill => {
  const [count, windowMs] = 'perSecond' in rule ? [rule.perSecond, 1000] : [rule.perMinute, 60_000]
  for (const value of [count, rule.burst]) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new Error('A rate limit needs whole numbers of at least 1.')
    }
  }
  const divisor = greatestCommonDivisor(count, windowMs)
  return { tokens: count / divisor, intervalMs: windowMs / divisor, burst: rule.burst }
}

type UpstashRedis = ConstructorParameters<typeof Ratelimit>[0]['redis']

/**
 * Gives ioredis the two calls that the limiter makes. The library's scripts begin with `#!lua flags=allow-key-locking`,
 * a flag of Upstash's own servers that Redis refuses: the line is cut off, and the library's name for the script (the
 * hash of the uncut text) leads to ours.
 */
const adaptRedis = (redis: ScriptClient): UpstashRedis => {
  const scripts = new Map<string, Script>()
  const text = (args: readonly unknown[]): string[] => args.map((arg) => (arg == null ? '' : String(arg)))
  const adapter = {
    evalsha: async (sha: string, keys: string[], args: unknown[]): Promise<unknown> => {
      const script = scripts.get(sha)
      if (script === undefined) throw new Error('NOSCRIPT not sent yet')
      return redis.evalsha(script.sha, keys.length, ...keys, ...text(args))
    },
    eval: (source: string, keys: string[], args: unknown[]): Promise<unknown> => {
      const script = defineScript(source.replace(/^#!lua[^\n]*\n/, ''))
      scripts.set(sha1Hex(source), script)
      return redis.eval(script.source, keys.length, ...keys, ...text(args))
    },
  }
  // The library asks for the whole client of @upstash/redis and, without analytics and deny list, calls just these two.
  return adapter as unknown as UpstashRedis
}

const secondsUntil = (untilMs: number, nowMs: number): number =>
  Math.max(1, Math.ceil((untilMs - nowMs) / 1000))

/**
 * A limit shared by all replicas through Redis, by token bucket. The hash tag keeps all keys of one caller on one node
 * of a Cluster. `limit` never throws and takes at most `timeoutMs`.
 */
export const createRateLimiter = (settings: RateLimiterSettings): RateLimiter => {
  const { redis, name, rule, onDegraded, timeoutMs = 150, now = Date.now, onError } = settings
  const refill = refillOf(rule)
  const local = createLocalBuckets(refill, now)
  const shared = new Ratelimit({
    redis: adaptRedis(redis),
    limiter: Ratelimit.tokenBucket(refill.tokens, `${refill.intervalMs} ms`, refill.burst),
    prefix: `kopeika:rl:${name}`,
    timeout: timeoutMs,
    ephemeralCache: false,
    analytics: false,
  })

  const decideAlone = (key: string): RateLimitResult => {
    if (onDegraded === 'closed') {
      return { allowed: false, retryAfterSeconds: CLOSED_RETRY_AFTER_SECONDS, degraded: true }
    }
    const waitMs = local.take(key)
    return { allowed: waitMs === 0, retryAfterSeconds: Math.ceil(waitMs / 1000), degraded: true }
  }

  return {
    limit: async (key) => {
      try {
        const { success, reset, reason } = await shared.limit(`{${key}}`)
        if (reason === undefined) {
          return {
            allowed: success,
            retryAfterSeconds: success ? 0 : secondsUntil(reset, now()),
            degraded: false,
          }
        }
        // The library answers "allowed" when Redis is slow: that is ours to decide.
        onError?.(new Error(`Redis did not answer the rate limit '${name}' within ${timeoutMs} ms.`))
      } catch (error) {
        onError?.(error)
      }
      return decideAlone(key)
    },
  }
}

/** Allows everything: RATE_LIMITS=off, for benchmarks. */
export const unlimited: RateLimiter = {
  limit: () => Promise.resolve({ allowed: true, retryAfterSeconds: 0, degraded: false }),
}
