import { defineScript, runScript, type ScriptClient } from './script.ts'
import { type Booking, createLocalCalendar, KEPT_FREE_EVERY, type Priority } from './send-calendar.ts'

export type PacerSettings = {
  redis: ScriptClient
  perSecondOverall?: number
  perChatMs?: number
  /** A chat that was quiet may get so much of its time at once: answers of a conversation come in small bursts. */
  chatBurstMs?: number
  /** Longest wait for Redis. */
  timeoutMs?: number
  /** Milliseconds since the epoch, for the local calendar; Redis uses its own clock, one for all replicas. */
  now?: () => number
  /** Told why Redis did not decide. */
  onError?: (error: unknown) => void
}

export type ReserveOptions = {
  priority?: Priority
  /** Nothing is booked that would have to wait longer (at most 60 s). */
  maxWaitMs?: number
}

export type Reservation = Booking & { degraded: boolean }

export type Pacer = {
  /** Books the next time at which a message to the chat may be sent. */
  reserve: (chatId: number, options?: ReserveOptions) => Promise<Reservation>
  /** Remembers a 429: nothing more to the chat (or to anybody) for `seconds`. */
  penalise: (target: number | 'all', seconds: number) => Promise<void>
}

const MAX_WAIT_MS = 60_000
const MAX_PENALTY_SECONDS = 86_400

// One hash tag puts all these keys on one node of a Cluster: a chat's and the overall limit are then booked in one step,
// or not at all. The price, one node for all of them, is nothing at 25 messages a second.
const SLOTS_KEY = 'kopeika:{tg}:slots'
const keyOf = (target: number | 'all'): string => `kopeika:{tg}:next:${target}`

/** KEYS: slots, next of all, next of the chat. ARGV: slotMs, perChatMs, maxWaitMs, keptFreeEvery, life of the slots in ms, chatBurstMs. */
const RESERVE = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local slotMs, perChatMs, maxWaitMs = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local keptFreeEvery = tonumber(ARGV[4])
local ofAll = tonumber(redis.call('GET', KEYS[2]) or '0')
local ofChat = tonumber(redis.call('GET', KEYS[3]) or '0')
local start = math.max(now, ofAll, ofChat - tonumber(ARGV[6]))
local slot = math.floor(start / slotMs)
while true do
  local at = math.max(slot * slotMs, start)
  local wait = math.ceil(at - now)
  if wait > maxWaitMs then
    return {0, wait}
  end
  local open = keptFreeEvery == 0 or slot % keptFreeEvery ~= 0
  if open and not redis.call('ZSCORE', KEYS[1], slot) then
    redis.call('ZADD', KEYS[1], slot, slot)
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', math.floor(now / slotMs) - 1)
    redis.call('PEXPIRE', KEYS[1], ARGV[5])
    local nextAt = math.ceil(math.max(at, ofChat) + perChatMs)
    redis.call('SET', KEYS[3], nextAt, 'PX', nextAt - now)
    return {1, wait}
  end
  slot = slot + 1
end
`)

/** KEYS: next of the chat or of all. ARGV: how long in ms. */
const HOLD = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local nextAt = math.max(now + tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[1]) or '0'))
redis.call('SET', KEYS[1], nextAt, 'PX', nextAt - now)
return nextAt
`)

const readBooking = (reply: unknown): Booking => {
  const [reserved, waitMs]: unknown[] = Array.isArray(reply) ? reply : []
  if (typeof waitMs !== 'number') throw new Error('Redis answered nonsense to a reservation.')
  return { reserved: reserved === 1, waitMs }
}

const within = async <T>(timeoutMs: number, promise: Promise<T>): Promise<T> => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error(`Redis did not answer within ${timeoutMs} ms.`)),
    timeoutMs,
  )
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Keeps all replicas together within Telegram's limits (about 30 messages/s overall, 1/s in a chat: core.telegram.org/bots/faq)
 * through one small script. Never throws: while Redis is away each replica keeps the limits for itself.
 */
export const createPacer = (settings: PacerSettings): Pacer => {
  const {
    redis,
    perSecondOverall = 25,
    perChatMs = 1000,
    chatBurstMs = 0,
    timeoutMs = 150,
    now = Date.now,
    onError,
  } = settings
  const slotMs = 1000 / perSecondOverall
  const local = createLocalCalendar({ slotMs, perChatMs, chatBurstMs }, now)

  return {
    reserve: async (chatId, { priority = 'normal', maxWaitMs = 5000 } = {}) => {
      const boundMs = Math.min(maxWaitMs, MAX_WAIT_MS)
      const keys = [SLOTS_KEY, keyOf('all'), keyOf(chatId)]
      const args = [slotMs, perChatMs, boundMs, KEPT_FREE_EVERY[priority], MAX_WAIT_MS * 2, chatBurstMs].map(
        String,
      )
      try {
        const reply = await within(timeoutMs, runScript(redis, RESERVE, keys, args))
        return { ...readBooking(reply), degraded: false }
      } catch (error) {
        onError?.(error)
        return { ...local.book(chatId, priority, boundMs), degraded: true }
      }
    },
    penalise: async (target, seconds) => {
      const forMs = Math.ceil(Math.min(Math.max(seconds, 1), MAX_PENALTY_SECONDS) * 1000)
      // Here as well, so that a Redis that goes away takes no penalty with it.
      local.hold(target, forMs)
      try {
        const bookedMs = forMs + (target === 'all' ? 0 : chatBurstMs)
        await within(timeoutMs, runScript(redis, HOLD, [keyOf(target)], [String(bookedMs)]))
      } catch (error) {
        onError?.(error)
      }
    },
  }
}

/** Sends everything at once: RATE_LIMITS=off, for benchmarks and tests. */
export const unpaced: Pacer = {
  reserve: () => Promise.resolve({ reserved: true, waitMs: 0, degraded: false }),
  penalise: () => Promise.resolve(),
}
