import { type Clock, systemClock } from './clock.ts'

export type ShiftedClock = Clock & {
  /** Moves time on: all that falls due by then happens at once. Negative: back, so that what happens next is old afterwards. */
  advance: (byMs: number) => void
}

/**
 * The machine's clock, which can be put forward and back: a day's outage takes no day. A process that is started again has the machine's
 * time again.
 */
export const createShiftedClock = (base: Clock = systemClock): ShiftedClock => {
  const timers = new Set<{ at: number; restart: () => void }>()
  let aheadMs = 0
  const now = () => base.now() + aheadMs

  return {
    now,
    setTimeout: (run, delayMs) => {
      let cancelBase = () => {}
      const timer = { at: now() + delayMs, restart: () => {} }
      timer.restart = () => {
        cancelBase()
        cancelBase = base.setTimeout(
          () => {
            timers.delete(timer)
            run()
          },
          Math.max(0, timer.at - now()),
        )
      }
      timers.add(timer)
      timer.restart()
      return () => {
        timers.delete(timer)
        cancelBase()
      }
    },
    advance: (byMs) => {
      aheadMs += byMs
      for (const timer of [...timers].sort((a, b) => a.at - b.at)) timer.restart()
    },
  }
}
