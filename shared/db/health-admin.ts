import type { Queryable } from './client.ts'

/** What waits, or lies still, all over the house. */
export type Queues = {
  /** Jobs that are due now, and those that failed as often as allowed. */
  jobsDue: number
  jobsDead: number
  updatesDead: number
  updatesWaiting: number
  paymentsSuspended: number
  refundsRequested: number
  recordingsOpen: number
}

/** Sizes of the queues that an operator minds. */
export const readQueues = async (sql: Queryable): Promise<Queues> => {
  const [row]: [Queues?] = await sql`
    select
      (select count(*) from graphile_worker.jobs where attempts < max_attempts and run_at <= now()) as "jobsDue",
      (select count(*) from graphile_worker.jobs where attempts >= max_attempts) as "jobsDead",
      (select count(*) from telegram_updates where state = 'dead') as "updatesDead",
      (select count(*) from telegram_updates where state = 'failed') as "updatesWaiting",
      (select count(*) from payments where state = 'suspense') as "paymentsSuspended",
      (select count(*) from refunds where state = 'requested') as "refundsRequested",
      (select count(*) from recordings where state in ('queued', 'downloading', 'recognising')) as "recordingsOpen"`
  if (!row) throw new Error('A select of counts returned no row.')
  return row
}

export type BackupNews = { at: Date; subject: string; details: Record<string, unknown> }

/** How far back the log is searched: hourly backups stand far nearer to its end. */
const LINES_SEARCHED = 200_000

/** The last backup that was made and the last that was proven, as the audit log tells. */
export const readBackupNews = async (
  sql: Queryable,
): Promise<{ made: BackupNews | undefined; checked: BackupNews | undefined }> => {
  const lastOf = async (action: string): Promise<BackupNews | undefined> => {
    const [row]: [BackupNews?] = await sql`
      select created_at as at, subject, details from audit_log
      where action = ${action} and id > (select coalesce(max(id), 0) - ${LINES_SEARCHED}::bigint from audit_log)
      order by id desc limit 1`
    return row
  }
  return { made: await lastOf('backup-made'), checked: await lastOf('backup-checked') }
}
