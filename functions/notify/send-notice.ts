import { RetryLater } from '#shared/db/job-runner.ts'
import { findUser } from '#shared/db/users.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { Sender, SendPriority } from '#shared/telegram/sender.ts'
import { QueuedNotice } from './notices.ts'
import { isWanted, renderNotice, secondsOfQuiet } from './render-notice.ts'
import { settleOutcome, type Tally } from './settle-outcome.ts'

const priorityOf = (kind: QueuedNotice['kind']): SendPriority =>
  kind.startsWith('payment-') ? 'high' : 'normal'

/**
 * Sends one notice with what is true now: language, switches, quiet hours, blocked or erased. Telegram knows no idempotency key, so a crash between
 * sending and marking the job as done sends twice: better than never.
 * @throws Error where a later attempt may succeed, RetryLater where Telegram asked for a pause or the person has quiet hours
 */
export const sendNotice = async (
  { resources, sender, tally }: { resources: Resources; sender: Sender; tally: Tally },
  payload: unknown,
): Promise<void> => {
  const { sql } = resources
  // Not ours to drop: a newer version may have queued it, and its attempts end in an alert.
  const notice = QueuedNotice.parse(payload)
  const { kind } = notice
  const user = await findUser(sql, { userId: notice.userId })
  if (!user || user.blockedAt) return
  const { settings } = user
  if (!isWanted(notice, settings)) return
  const waitSeconds = secondsOfQuiet(notice, settings, resources.clock())
  if (waitSeconds > 0) throw new RetryLater(waitSeconds)

  const text = renderNotice(notice, settings.language)
  const priority = priorityOf(kind)
  const outcome = await sender.send(user.telegramId, { kind: 'text', text }, { priority })
  await settleOutcome({ resources, tally, outcome, kind, user })
}
