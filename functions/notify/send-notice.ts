import { RetryLater } from '#shared/db/job-runner.ts'
import { getSettings } from '#shared/db/states.ts'
import { findUser, setBlocked } from '#shared/db/users.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { Sender, SendPriority } from '#shared/telegram/sender.ts'
import { notifyMetrics } from './metrics.ts'
import { QueuedNotice } from './notices.ts'
import { isWanted, renderNotice } from './render-notice.ts'

/** What happened to notices in one run. */
export type Tally = { sent: number; failed: number }

const DEFAULT_PAUSE_SECONDS = 5

const priorityOf = (kind: QueuedNotice['kind']): SendPriority =>
  kind.startsWith('payment-') ? 'high' : 'normal'

/**
 * Sends one notice with what is true now: language, switches, blocked or erased. Telegram knows no idempotency key, so a crash between
 * sending and marking the job as done sends twice: better than never.
 * @throws Error where a later attempt may succeed, RetryLater where Telegram asked for a pause
 */
export const sendNotice = async (
  { resources, sender, tally }: { resources: Resources; sender: Sender; tally: Tally },
  payload: unknown,
): Promise<void> => {
  const { sql, log } = resources
  const { sent, failed } = notifyMetrics(resources)
  // Not ours to drop: a newer version may have queued it, and its attempts end in an alert.
  const notice = QueuedNotice.parse(payload)
  const { kind } = notice
  const user = await findUser(sql, { userId: notice.userId })
  if (!user || user.blockedAt) return
  const settings = await getSettings(sql, user)
  if (!isWanted(notice, settings)) return

  const text = renderNotice(notice, settings.language)
  const priority = priorityOf(kind)
  const outcome = await sender.send(user.telegramId, { kind: 'text', text }, { priority })
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
      return setBlocked(sql, user.telegramId, true)
    case 'rejected':
      tally.failed += 1
      log.error(
        { userId: user.id, kind, description: outcome.description },
        'Telegram refused a notice for good',
      )
  }
}
