import { tooManyRequests } from '../api-error.ts'
import type { SimulatorState } from '../state.ts'

type Bucket = { tokens: number; atMs: number }

/** Telegram's send limits (bots/faq), loosely: about 1 a second in a chat with some slack, 30 a second over all. */
const PER_CHAT = { burst: 5, perSecond: 1 }
const OVERALL = { burst: 30, perSecond: 30 }

const buckets = new WeakMap<SimulatorState, Map<string, Bucket>>()

const take = (state: SimulatorState, name: string, { burst, perSecond }: typeof PER_CHAT): void => {
  const all = buckets.get(state) ?? new Map<string, Bucket>()
  buckets.set(state, all)
  const atMs = state.clock.now()
  const last = all.get(name) ?? { tokens: burst, atMs }
  const tokens = Math.min(burst, last.tokens + ((atMs - last.atMs) / 1000) * perSecond)
  if (tokens < 1) throw tooManyRequests(Math.max(1, Math.ceil((1 - tokens) / perSecond)))
  all.set(name, { tokens: tokens - 1, atMs })
}

/** Counts one message to that chat. Throws 429 with `retry_after` where `enforceLimits` is on and there were too many. */
export const countSend = (state: SimulatorState, chatId: number): void => {
  if (!state.enforceLimits) return
  take(state, `chat:${chatId}`, PER_CHAT)
  take(state, 'all', OVERALL)
}
