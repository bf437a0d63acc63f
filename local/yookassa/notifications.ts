import { randomUUID } from 'node:crypto'
import { mergeOver } from '../misbehave/answer.ts'
import type { Faults } from '../misbehave/rules.ts'
import type { Clock } from '../telegram/clock.ts'
import type { Book } from './book.ts'
import type { PendingNotification } from './model.ts'

export type NotifierOptions = {
  clock: Clock
  book: Book
  faults: Faults
  log: (line: string) => void
  /** Wait before the try after so many failed ones. */
  retryDelayMs?: (failures: number) => number
}

export type Notifier = {
  /** Puts it on its way, where there is a webhook; `asked` by a control call, which no rule touches. */
  send: (event: string, object: Record<string, unknown>, asked?: boolean) => void
  setWebhook: (url: string | undefined) => void
  webhook: () => string | undefined
  /** Settles when nothing is on its way any more. */
  settled: () => Promise<void>
  stop: () => Promise<void>
}

/** YooKassa goes on for a day. */
const LIFE_MS = 24 * 3600 * 1000
const ANSWER_TIMEOUT_MS = 30_000
const FIRST_RETRY_MS = 250
const RETRY_CAP_MS = 60_000
const DELAY_MS = 1_000

const usualDelayMs = (failures: number): number =>
  Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20), RETRY_CAP_MS)

/**
 * Posts notifications to the webhook until it answers 200, each on its own, for a day: anything else, redirects too, is tried again after a
 * time that grows. What is on its way is kept in the book.
 */
export const startNotifier = (options: NotifierOptions): Notifier => {
  const { clock, book, faults, log, retryDelayMs = usualDelayMs } = options
  const stopping = new AbortController()
  const waits = new Map<string, () => void>()
  const running = new Set<Promise<void>>()
  let onSettled: (() => void)[] = []

  const checkSettled = (): void => {
    if (running.size > 0 || waits.size > 0) return
    for (const resolve of onSettled.splice(0)) resolve()
  }
  const webhook = () => book.settings.get('webhook')
  const forget = (id: string): void => book.notifications.delete(id)

  const post = async (url: string, { event, object }: PendingNotification): Promise<boolean> => {
    const timeout = new AbortController()
    const cancelTimeout = clock.setTimeout(() => timeout.abort(), ANSWER_TIMEOUT_MS)
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ type: 'notification', event, object }),
        redirect: 'manual',
        signal: AbortSignal.any([timeout.signal, stopping.signal]),
      })
      await response.body?.cancel()
      if (response.status !== 200) log(`the webhook answered ${response.status} to ${event}; again soon`)
      return response.status === 200
    } catch (error) {
      if (!stopping.signal.aborted)
        log(`the webhook got no ${event}: ${error instanceof Error ? error.message : String(error)}`)
      return false
    } finally {
      cancelTimeout()
    }
  }

  const deliver = async (pending: PendingNotification): Promise<void> => {
    const url = webhook()
    if (url === undefined || clock.now() - pending.createdAtMs > LIFE_MS) return forget(pending.id)
    const isTaken = await post(url, pending)
    if (stopping.signal.aborted) return
    if (isTaken) return forget(pending.id)
    const failed = { ...pending, attempts: pending.attempts + 1 }
    book.notifications.set(failed.id, failed)
    start(failed, retryDelayMs(failed.attempts))
  }

  const run = (pending: PendingNotification): void => {
    const work = deliver(pending).finally(() => {
      running.delete(work)
      checkSettled()
    })
    running.add(work)
  }

  const start = (pending: PendingNotification, delayMs: number): void => {
    if (stopping.signal.aborted) return
    if (delayMs === 0) {
      run(pending)
      return
    }
    const cancel = clock.setTimeout(() => {
      waits.delete(pending.id)
      run(pending)
    }, delayMs)
    waits.set(pending.id, cancel)
  }

  const keep = (event: string, object: Record<string, unknown>, delayMs: number): void => {
    const pending = { id: randomUUID(), event, object, createdAtMs: clock.now(), attempts: 0 }
    book.notifications.set(pending.id, pending)
    start(pending, delayMs)
  }

  /** Nothing stays undelivered for having no place to go: YooKassa does not keep what no webhook wants. */
  const send: Notifier['send'] = (event, object, asked = false) => {
    if (webhook() === undefined || stopping.signal.aborted) return
    const fault = asked ? undefined : faults.ofWebhook([event])
    switch (fault?.do) {
      case 'lose':
        return
      case 'delay':
        return keep(event, object, fault.delayMs ?? DELAY_MS)
      case 'reorder':
        return keep(event, object, Math.ceil(fault.random() * (fault.delayMs ?? DELAY_MS)))
      case 'alter':
        return keep(event, mergeOver(object, fault.fields ?? {}), 0)
      case 'duplicate':
      case 'second-update':
        keep(event, object, 0)
        return keep(event, object, fault.delayMs ?? 0)
      default:
        return keep(event, object, 0)
    }
  }

  for (const pending of [...book.notifications.values()]) start(pending, 0)

  return {
    send,
    webhook,
    setWebhook: (url) => {
      if (url === undefined) book.settings.delete('webhook')
      else book.settings.set('webhook', url)
    },
    settled: () =>
      new Promise((resolve) => {
        onSettled.push(resolve)
        checkSettled()
      }),
    stop: async () => {
      stopping.abort()
      for (const cancel of waits.values()) cancel()
      waits.clear()
      await Promise.allSettled(running)
      onSettled = []
    },
  }
}
