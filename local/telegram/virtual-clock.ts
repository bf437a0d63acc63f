import type { Clock } from './clock.ts'

export type VirtualClock = Clock & {
  /** Moves time on, running every timer that falls due in order, and lets the work it starts settle. */
  advance: (byMs: number) => Promise<void>
  /** Lets pending promises settle without moving time. */
  settle: () => Promise<void>
}

/** A clock that stands still until it is told to move: retries of hours are tested in milliseconds. */
export const createVirtualClock = (startMs = Date.UTC(2026, 0, 1)): VirtualClock => {
  const timers = new Map<number, { at: number; run: () => void }>()
  let nowMs = startMs
  let nextTimer = 1

  const settle = async () => {
    for (let round = 0; round < 8; round += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  const nextDue = (untilMs: number) =>
    [...timers.entries()]
      .filter(([, timer]) => timer.at <= untilMs)
      .sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0]

  return {
    now: () => nowMs,
    setTimeout: (run, delayMs) => {
      const id = nextTimer++
      timers.set(id, { at: nowMs + Math.max(0, delayMs), run })
      return () => timers.delete(id)
    },
    settle,
    advance: async (byMs) => {
      const untilMs = nowMs + byMs
      await settle()
      for (let due = nextDue(untilMs); due !== undefined; due = nextDue(untilMs)) {
        const [id, timer] = due
        timers.delete(id)
        nowMs = Math.max(nowMs, timer.at)
        timer.run()
        await settle()
      }
      nowMs = untilMs
    },
  }
}
