/** Whom a message waits for: payments go first, broadcasts last. */
export type Priority = 'high' | 'normal' | 'low'

/**
 * Telegram's limits as a calendar: time is cut into slots of `slotMs` (25 messages/s overall: 40 ms), a slot holds one
 * message of any chat, and a chat's next message comes `perChatMs` after its last. Booking real slots, instead of counting
 * arrivals, keeps the overall limit also when waiting messages of many chats become due together.
 */
export type CalendarRules = { slotMs: number; perChatMs: number; chatBurstMs?: number }

export type Booking = {
  /** False: nothing free within `maxWaitMs`, nothing was booked, and `waitMs` is when to try again at the earliest. */
  reserved: boolean
  waitMs: number
}

/**
 * Every n-th slot is kept free of this priority and those below: of 25 a second, broadcasts may use 20, all but payments
 * 24, so that a payment's receipt waits at most a second behind any backlog.
 */
export const KEPT_FREE_EVERY = { high: 0, normal: 25, low: 5 } as const satisfies Record<Priority, number>

export type LocalCalendar = {
  book: (chatId: number, priority: Priority, maxWaitMs: number) => Booking
  /** Nothing is sent to the chat (or at all) for so long. */
  hold: (target: number | 'all', forMs: number) => void
}

/** The calendar in this process alone: stands in while Redis is away. The Lua in pacing.ts is its twin. */
export const createLocalCalendar = (
  { slotMs, perChatMs, chatBurstMs = 0 }: CalendarRules,
  now: () => number,
  maxChats = 10_000,
): LocalCalendar => {
  const taken = new Set<number>()
  const nextAtMs = new Map<number | 'all', number>()

  const forgetPast = (nowMs: number): void => {
    for (const slot of taken) if ((slot + 1) * slotMs < nowMs) taken.delete(slot)
    if (nextAtMs.size <= maxChats) return
    for (const [target, atMs] of nextAtMs) if (atMs <= nowMs) nextAtMs.delete(target)
  }

  const remember = (target: number | 'all', atMs: number): void => {
    nextAtMs.set(target, Math.max(nextAtMs.get(target) ?? 0, atMs))
  }

  return {
    book: (chatId, priority, maxWaitMs) => {
      const nowMs = now()
      forgetPast(nowMs)
      const startMs = Math.max(nowMs, nextAtMs.get('all') ?? 0, (nextAtMs.get(chatId) ?? 0) - chatBurstMs)
      const keptFreeEvery = KEPT_FREE_EVERY[priority]
      let slot = Math.floor(startMs / slotMs)
      for (;;) {
        const atMs = Math.max(slot * slotMs, startMs)
        const waitMs = Math.ceil(atMs - nowMs)
        if (waitMs > maxWaitMs) return { reserved: false, waitMs }
        if (!taken.has(slot) && (keptFreeEvery === 0 || slot % keptFreeEvery !== 0)) {
          taken.add(slot)
          remember(chatId, Math.max(atMs, nextAtMs.get(chatId) ?? 0) + perChatMs)
          return { reserved: true, waitMs }
        }
        slot += 1
      }
    },
    hold: (target, forMs) => remember(target, now() + forMs + (target === 'all' ? 0 : chatBurstMs)),
  }
}
