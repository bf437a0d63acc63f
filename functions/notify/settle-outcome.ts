import { RetryLater } from '#shared/db/job-runner.ts'
import { setBlocked } from '#shared/db/users.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { SendOutcome } from '#shared/telegram/sender.ts'
import { notifyMetrics } from './metrics.ts'

/** What happened to messages in one run. */
export type Tally = { sent: number; failed: number }

const DEFAULT_PAUSE_SECONDS = 5

/**
 * Counts what became of a message, and decides whether its job is done.
 * @throws Error where a later attempt may succeed, RetryLater where Telegram asked for a pause
 */
export const settleOutcome = async ({
  resources,
  tally,
  outcome,
  kind,
  user,
}: {
  resources: Resources
  tally: Tally
  outcome: SendOutcome
  kind: string
  user: { id: string; telegramId: number }
}): Promise<void> => {
  const { sent, failed } = notifyMetrics(resources)
  if (outcome.ok) {
    tally.sent += 1
    sent.inc({ kind })
    return
  }
  const { reason } = outcome
  failed.inc({ kind, reason })
  switch (reason) {
    case 'rate_limited':
      throw new RetryLater(outcome.retryAfterSeconds ?? DEFAULT_PAUSE_SECONDS)
    case 'unavailable':
      throw new Error('Telegram is not available')
    case 'blocked':
    case 'gone':
      tally.failed += 1
      return setBlocked(resources.sql, user.telegramId, true)
    case 'rejected':
      tally.failed += 1
      resources.log.error(
        { userId: user.id, kind, description: outcome.description },
        'Telegram refused a message for good',
      )
  }
}
