/** Time as the simulator sees it: the machine's, or a virtual one in tests (24 hours of retries in a millisecond). */
export type Clock = {
  /** Milliseconds since 1970. */
  now: () => number
  /** Runs `run` once after `delayMs`; the answer cancels it. */
  setTimeout: (run: () => void, delayMs: number) => () => void
}

/** The machine's clock. Its timers keep no process alive: a simulator that is idle must not hold up a shutdown. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, delayMs) => {
    const timer = setTimeout(run, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Unix time in whole seconds: what the Bot API calls a date. */
export const nowSeconds = (clock: Clock): number => Math.floor(clock.now() / 1000)
