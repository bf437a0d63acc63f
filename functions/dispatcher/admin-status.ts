import { z } from 'zod'
import { writeAudit } from '#shared/db/audit.ts'
import { readBackupNews, readQueues } from '#shared/db/health-admin.ts'
import { listRuns, type ReconcileRun } from '#shared/db/reconcile-runs.ts'
import { hasScope } from '#shared/platform/clients.ts'
import { actorOf, adminButton, menuButton, type Screen } from './admin-rights.ts'
import type { Chat } from './chat.ts'
import { dateOf } from './money-words.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How long ago that was, in the unit in which it is no large number. */
const ageOf = (chat: Chat, at: Date): string => {
  const ms = Math.max(0, chat.resources.clock() - at.getTime())
  if (ms < 2 * HOUR_MS) return chat.say('admin-age', { count: Math.floor(ms / MINUTE_MS), unit: 'minutes' })
  if (ms < 2 * DAY_MS) return chat.say('admin-age', { count: Math.floor(ms / HOUR_MS), unit: 'hours' })
  return chat.say('admin-age', { count: Math.floor(ms / DAY_MS), unit: 'days' })
}

/** What restore-check wrote down, as JSON in a field of its own. */
const Report = z.looseObject({ ok: z.boolean() })

const isGood = (details: Record<string, unknown>): boolean => {
  try {
    return Report.parse(JSON.parse(String(details.report))).ok
  } catch {
    return false
  }
}

const backupLines = async (chat: Chat): Promise<string[]> => {
  const { made, checked } = await readBackupNews(chat.resources.sql)
  const when = (at: Date) => ({ date: dateOf(chat, at.toISOString()), age: ageOf(chat, at) })
  return [
    made ? chat.say('admin-status-backup', when(made.at)) : chat.say('admin-status-backup-none'),
    checked
      ? chat.say('admin-status-check', {
          ...when(checked.at),
          verdict: isGood(checked.details) ? 'good' : 'bad',
        })
      : chat.say('admin-status-check-none'),
  ]
}

const Figures = z.looseObject({
  incomplete: z.boolean().catch(false),
  payments: z
    .looseObject({
      credited: z.int().catch(0),
      reversed: z.int().catch(0),
      unmatched: z.int().catch(0),
    })
    .catch({ credited: 0, reversed: 0, unmatched: 0 }),
  ledger: z.looseObject({ drift: z.int().catch(0) }).catch({ drift: 0 }),
})

const stateOf = ({ finishedAt, failure }: ReconcileRun, isIncomplete: boolean) => {
  if (finishedAt === null) return 'running'
  if (failure !== null) return 'failed'
  return isIncomplete ? 'incomplete' : 'done'
}

const reconcileLine = async (chat: Chat): Promise<string> => {
  const [run] = await listRuns(chat.resources.sql, { kind: 'books', limit: 1 })
  if (!run) return chat.say('admin-status-reconcile-none')
  const { payments, ledger, incomplete } = Figures.parse(run.report ?? {})
  const { credited, reversed, unmatched } = payments
  return chat.say('admin-status-reconcile', {
    date: dateOf(chat, run.startedAt.toISOString()),
    state: stateOf(run, incomplete),
    credited,
    reversed,
    unmatched,
    drift: ledger.drift,
  })
}

/** Backups, books and queues, as far as the database tells. */
export const statusScreen = async (chat: Chat): Promise<Screen> => {
  const queues = await readQueues(chat.resources.sql)
  const lines = [
    chat.say('admin-status-title'),
    [...(await backupLines(chat)), await reconcileLine(chat)].join('\n'),
    chat.say('admin-status-queues', {
      jobsDue: queues.jobsDue,
      jobsDead: queues.jobsDead,
      updatesWaiting: queues.updatesWaiting,
      updatesDead: queues.updatesDead,
      suspense: queues.paymentsSuspended,
      refunds: queues.refundsRequested,
      recordings: queues.recordingsOpen,
    }),
  ]
  return {
    text: lines.join('\n\n'),
    keyboard: [
      [adminButton(chat, 'admin-button-run-reconcile', { screen: 'run-reconcile' })],
      [adminButton(chat, 'admin-button-run-backup', { screen: 'run-backup' })],
      [adminButton(chat, 'admin-button-run-check', { screen: 'run-check' })],
      [adminButton(chat, 'admin-button-status', { screen: 'status' }), menuButton(chat)],
    ],
  }
}

const FUNCTION_OF = {
  'run-reconcile': { functionName: 'reconcile', what: 'reconcile' },
  'run-backup': { functionName: 'backup', what: 'backup' },
  'run-check': { functionName: 'restore-check', what: 'check' },
} as const

/**
 * Starts what else a schedule starts. Nobody waits for its end: a backup may take minutes, and two at once do the work once (a lease). Gives
 * the words of the pop-up.
 */
export const runNow = async (chat: Chat, screen: keyof typeof FUNCTION_OF): Promise<string> => {
  const { config, sql, wake } = chat.resources
  const { functionName, what } = FUNCTION_OF[screen]
  const self = config.clients.find(config.functionName)
  if (!self || !hasScope(self, `${functionName}:write`)) return chat.say('admin-run-forbidden')
  await writeAudit(sql, { actor: actorOf(chat), action: 'run-asked', subject: functionName })
  wake(functionName)
  return chat.say('admin-run-asked', { what })
}
