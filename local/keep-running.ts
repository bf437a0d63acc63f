import type { ChildEnd } from './services/children.ts'
import { messageOf } from './start-problem.ts'

export type Running = { exited: Promise<ChildEnd>; stop: () => Promise<void> }

export type KeepRunningOptions<T extends Running> = {
  name: string
  /** Starts it and waits until it is ready; `previous` is the one that has ended, undefined the first time. */
  start: (previous: T | undefined) => Promise<T>
  onUp?: (running: T) => void
  onDown?: () => void
  say: (line: string) => void
  /** Aborted = the stack is ending: nothing is started again, nothing is said. */
  signal: AbortSignal
  firstBackoffMs?: number
}

export type Kept<T> = {
  first: T
  stop: () => Promise<void>
  /**
   * Starts another one beside the one that runs and hands over to it; `stopped` resolves when the old one has ended. Throws what the start
   * throws, and the old one stays then.
   */
  replace: () => Promise<{ stopped: Promise<void> }>
}

const FIRST_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 10_000
/** What lived this long begins with the shortest wait again. */
const STEADY_MS = 10_000

/**
 * Starts a process and keeps it running: when it ends by itself it is started again, after a wait that doubles while it keeps
 * failing. One line is said each time. The first start must succeed: its error is thrown.
 */
export const keepRunning = async <T extends Running>(options: KeepRunningOptions<T>): Promise<Kept<T>> => {
  const { name, start, say, signal, onUp, onDown, firstBackoffMs = FIRST_BACKOFF_MS } = options
  let isStopped = false
  const isOver = (): boolean => isStopped || signal.aborted
  let backoffMs = firstBackoffMs
  let timer: NodeJS.Timeout | undefined
  let restarting: Promise<void> = Promise.resolve()

  const watch = (running: T): void => {
    const since = performance.now()
    void running.exited.then(({ code, signal }) => {
      // another one has its place already
      if (current !== running) return
      onDown?.()
      if (isOver()) return
      if (performance.now() - since > STEADY_MS) backoffMs = firstBackoffMs
      schedule(`ended (${signal ?? `code ${code}`})`, running)
    })
  }

  const schedule = (why: string, previous: T): void => {
    say(`${name}: ${why}; starting it again in ${backoffMs / 1000} s`)
    timer = setTimeout(() => {
      if (isOver()) return
      restarting = restart(previous)
    }, backoffMs)
    backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS)
  }

  const restart = async (previous: T): Promise<void> => {
    try {
      current = await start(previous)
    } catch (error) {
      if (!isOver()) schedule(messageOf(error), previous)
      return
    }
    if (isOver()) return current.stop()
    onUp?.(current)
    watch(current)
  }

  const replace = async (): Promise<{ stopped: Promise<void> }> => {
    const old = current
    const next = await start(old)
    // the old one has ended meanwhile, and was started again
    if (isOver() || current !== old) return { stopped: next.stop() }
    current = next
    onUp?.(next)
    watch(next)
    return { stopped: old.stop() }
  }

  let current = await start(undefined)
  onUp?.(current)
  watch(current)
  return {
    first: current,
    replace,
    stop: async () => {
      isStopped = true
      clearTimeout(timer)
      await restarting
      await current.stop()
    },
  }
}
