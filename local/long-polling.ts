import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { messageOf } from './start-problem.ts'
import { type CallTelegram, TelegramRefusal } from './telegram-api.ts'

export type LongPollingOptions = {
  call: CallTelegram
  allowedUpdates: readonly string[]
  webhook: { url: string; secret: string }
  say: (line: string) => void
  pollSeconds?: number
  firstBackoffMs?: number
}

export type RunningLongPolling = { stop: () => Promise<void> }

const POLL_SECONDS = 50
const FIRST_BACKOFF_MS = 500
const MAX_BACKOFF_MS = 30_000
/** Telegram's own cap for Retry-After (WebhookActor.cpp). */
const MAX_RETRY_AFTER_SECONDS = 3_600
const DELIVERY_TIMEOUT_MS = 60_000

const Updates = z.array(z.looseObject({ update_id: z.number() }))

const ADVICE: Record<number, string> = {
  401: 'Telegram refuses the token: check TELEGRAM_BOT_TOKEN',
  404: 'Telegram does not know this token: check TELEGRAM_BOT_TOKEN',
  409: 'another program takes the updates of this bot (a webhook, or a second copy): stop it',
}

const retryAfterMs = (answer: Response, backoffMs: number): number => {
  const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0
    ? Math.min(seconds, MAX_RETRY_AFTER_SECONDS) * 1000
    : backoffMs
}

/**
 * Brings a real bot's updates to the dispatcher where no public address exists: getUpdates, then a POST just like the webhook's. The offset
 * moves on only after a 2xx, so that a crash in between delivers again (the dispatcher de-duplicates) and loses nothing.
 */
export const startLongPolling = (options: LongPollingOptions): RunningLongPolling => {
  const { call, webhook, say, pollSeconds = POLL_SECONDS, firstBackoffMs = FIRST_BACKOFF_MS } = options
  const ending = new AbortController()
  const { signal } = ending
  let lastSaid = ''

  // the same trouble every second is one line, not thousands
  const sayOnce = (line: string): void => {
    if (line !== lastSaid) say(line)
    lastSaid = line
  }

  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => {})

  const deliver = async (update: unknown): Promise<void> => {
    for (
      let backoffMs = firstBackoffMs;
      !signal.aborted;
      backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS)
    ) {
      let waitMs = backoffMs
      try {
        const answer = await fetch(webhook.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': webhook.secret },
          body: JSON.stringify(update),
          signal: AbortSignal.any([signal, AbortSignal.timeout(DELIVERY_TIMEOUT_MS)]),
        })
        await answer.body?.cancel()
        if (answer.ok) return
        waitMs = retryAfterMs(answer, backoffMs)
        sayOnce(`telegram: the dispatcher answered ${answer.status}; the update is delivered again`)
      } catch (error) {
        if (!signal.aborted)
          sayOnce(`telegram: an update could not be delivered (${messageOf(error)}); again soon`)
      }
      await pause(waitMs)
    }
  }

  const loop = async (): Promise<void> => {
    let offset: number | undefined
    let backoffMs = firstBackoffMs
    while (!signal.aborted) {
      try {
        const timeout = AbortSignal.any([signal, AbortSignal.timeout((pollSeconds + 15) * 1000)])
        const params = {
          timeout: pollSeconds,
          allowed_updates: options.allowedUpdates,
          ...(offset === undefined ? {} : { offset }),
        }
        const updates = Updates.parse(await call('getUpdates', params, timeout))
        backoffMs = firstBackoffMs
        for (const update of updates) {
          await deliver(update)
          if (signal.aborted) return
          offset = update.update_id + 1
          lastSaid = ''
        }
      } catch (error) {
        if (signal.aborted) return
        const advice = error instanceof TelegramRefusal ? ADVICE[error.code] : undefined
        sayOnce(`telegram: ${advice ?? messageOf(error)}`)
        await pause(backoffMs)
        backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS)
      }
    }
  }
  const done = loop()
  return {
    stop: async () => {
      ending.abort()
      await done
    },
  }
}
