import { z } from 'zod'
import { ALERT_KINDS, type AlertKind } from '#shared/db/alerts.ts'
import { RetryLater } from '#shared/db/job-runner.ts'
import { findUser } from '#shared/db/users.ts'
import type { Language } from '#shared/domain/settings.ts'
import { formatPrice } from '#shared/domain/texts/format-price.ts'
import { text } from '#shared/domain/texts/texts.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { Sender, SendOutcome } from '#shared/telegram/sender.ts'
import { notifyMetrics } from './metrics.ts'

/** The payload of an `alert_operators` job. */
const QueuedAlert = z.strictObject({
  kind: z.enum(ALERT_KINDS),
  subject: z.string().min(1).max(200),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
})
type QueuedAlert = z.infer<typeof QueuedAlert>

const DEFAULT_PAUSE_SECONDS = 5

/** The id behind `payment:<id>` and the like. */
const idOf = (subject: string): string => subject.slice(subject.indexOf(':') + 1)

/** What to run first, for each kind: docs/operations/money.md says how to go on. */
const COMMAND_OF: Readonly<Record<AlertKind, (subject: string) => string>> = {
  'payment-suspense': (subject) => `payments show ${idOf(subject)}`,
  'refund-outside': (subject) =>
    subject.startsWith('payment:') ? `payments show ${idOf(subject)}` : 'payments list',
  'refund-failed': (subject) =>
    subject.startsWith('payment:') ? `payments show ${idOf(subject)}` : 'payments list',
  'unmatched-entry': () => 'reconcile status',
  'ledger-drift': () => 'ledger',
  'object-missing': () => 'reconcile status',
  'backup-failed': () => 'backup status',
  'restore-check-failed': () => 'backup status',
  'dead-letter': (subject) =>
    subject.startsWith('update:') ? `updates show ${idOf(subject)}` : 'updates list --state dead',
}

const isMoney = (params: QueuedAlert['params']): params is { amount: number; currency: string } =>
  typeof params.amount === 'number' &&
  typeof params.currency === 'string' &&
  /^[A-Z]{3}$/.test(params.currency)

/** The figures of an alert, one on a line; names stay as the code has them, which is what a search in the log needs. */
const detailsOf = (params: QueuedAlert['params'], language: Language): string => {
  const { amount: _amount, currency: _currency, ...others } = params
  const shown = isMoney(params) ? { amount: formatPrice(params, language), ...others } : params
  return Object.entries(shown)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}

/** An alert in words. */
export const renderAlert = ({ kind, subject, params }: QueuedAlert, language: Language): string =>
  text(language, 'operator-alert', {
    kind,
    subject,
    details: detailsOf(params, language),
    command: COMMAND_OF[kind](subject),
  })

/** Operators are people of the bot as a rule; one who is not reads Russian, as the first users do. */
const languageOf = async (resources: Resources, telegramId: number): Promise<Language> =>
  (await findUser(resources.sql, { telegramId }))?.settings.language ?? 'ru'

const tell = async (resources: Resources, sender: Sender, alert: QueuedAlert): Promise<SendOutcome[]> => {
  const outcomes: SendOutcome[] = []
  for (const telegramId of resources.config.operators ?? []) {
    const message = {
      kind: 'text',
      text: renderAlert(alert, await languageOf(resources, telegramId)),
    } as const
    const outcome = await sender.send(telegramId, message, { priority: 'high' })
    if (!outcome.ok) {
      const { reason, description } = outcome
      resources.log.error({ alert, telegramId, reason, description }, 'an operator could not be told')
    }
    outcomes.push(outcome)
  }
  return outcomes
}

/**
 * Tells every operator. One who was told is not told again because another could not be reached: the job is done as soon as anybody
 * knows. Where no operators are set, the log at level `error` is all there is.
 * @throws Error where a later attempt may succeed, RetryLater where Telegram asked for a pause
 */
export const alertOperators = async (
  { resources, sender }: { resources: Resources; sender: Sender },
  payload: unknown,
): Promise<void> => {
  const alert = QueuedAlert.parse(payload)
  const { alerts } = notifyMetrics(resources)
  const { kind } = alert
  resources.log.error({ alert }, 'an operator must look at this: see docs/operations/money.md')
  const outcomes = await tell(resources, sender, alert)
  if (outcomes.length === 0) return alerts.inc({ kind, outcome: 'nobody' })
  if (outcomes.some(({ ok }) => ok)) return alerts.inc({ kind, outcome: 'sent' })
  alerts.inc({ kind, outcome: 'failed' })
  for (const outcome of outcomes) {
    if (outcome.ok) continue
    if (outcome.reason === 'rate_limited')
      throw new RetryLater(outcome.retryAfterSeconds ?? DEFAULT_PAUSE_SECONDS)
    if (outcome.reason === 'unavailable') throw new Error('Telegram is not available')
  }
  // blocked or refused by all of them: trying again changes nothing, and the log has it
}
