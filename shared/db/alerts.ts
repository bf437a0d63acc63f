import type { Queryable } from './client.ts'

/** What an operator must look at; each kind has its words in both languages and a page in docs/operations. */
export const ALERT_KINDS = [
  'payment-suspense',
  'refund-outside',
  'refund-failed',
  'unmatched-entry',
  'ledger-drift',
  'object-missing',
  'dead-letter',
  'backup-failed',
  'restore-check-failed',
] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

export type Alert = {
  kind: AlertKind
  /** What it is about, such as 'payment:<id>'. */
  subject: string
  /** A few words or figures; no private texts, no secrets. */
  params: Record<string, string | number | null>
}

/** Name of the graphile-worker task that tells the operators. */
export const ALERT_TASK = 'alert_operators'

const MAX_ATTEMPTS = 12
const PRIORITY = 1

/** The expression that queues an alert, for a statement whose effect is the alert's cause. */
export const alertJob = (sql: Queryable, alert: Alert) => sql`
  graphile_worker.add_job(
    ${ALERT_TASK},
    ${sql.json(alert)}::json,
    queue_name => 'operators',
    max_attempts => ${MAX_ATTEMPTS},
    job_key => ${`alert:${alert.kind}:${alert.subject}`},
    priority => ${PRIORITY}
  )`

/** Queues a message to the operators in the transaction of its cause; the same alert about the same subject is queued once at a time. */
export const enqueueAlert = async (sql: Queryable, alert: Alert): Promise<void> => {
  await sql`select ${alertJob(sql, alert)}`
}
