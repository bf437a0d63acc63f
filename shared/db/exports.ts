import { AppError } from '#shared/errors.ts'
import type { Queryable, Sql } from './client.ts'

export type ExportState = 'queued' | 'building' | 'done' | 'failed'

/** A copy of everything held about a person, being made for the chat. */
export type ExportJob = {
  id: string
  userId: string
  state: ExportState
  /** Hundredths of the work. */
  progress: number
  /** The message in the chat that shows it; null before it is sent. */
  messageId: number | null
  /** Archives that the chat has. */
  partsSent: number
  reason: string | null
  attempts: number
}

/** So often an export is tried; a worker that dies of it counts. */
export const MAX_EXPORT_ATTEMPTS = 5
/** What is shown of exports that have ended, and for how long. */
const KEPT_DAYS = 30

const columns = (sql: Queryable) => sql`
  id, user_id as "userId", state, progress, message_id as "messageId", parts_sent as "partsSent", reason, attempts`

/**
 * Writes the work down, due at once; where one of the person is under way, that one. For a transaction that has locked the person.
 */
export const addExport = async (
  tx: Queryable,
  { userId, actor }: { userId: string; actor: string },
): Promise<{ exportJob: ExportJob; isNew: boolean }> => {
  const [added]: [ExportJob?] = await tx`
    insert into exports (user_id, actor) values (${userId}, ${actor})
    on conflict (user_id) where state in ('queued', 'building') do nothing
    returning ${columns(tx)}`
  if (added) return { exportJob: added, isNew: true }
  const [open]: [ExportJob?] = await tx`
    select ${columns(tx)} from exports where user_id = ${userId} and state in ('queued', 'building')`
  if (open) return { exportJob: open, isNew: false }
  throw new AppError('conflict', { detail: 'An export of this person has just ended; ask again.' })
}

/** @throws AppError not_found, also for another person's */
export const getExport = async (
  sql: Queryable,
  { userId, exportId }: { userId: string; exportId: string },
): Promise<ExportJob> => {
  const [row]: [ExportJob?] = await sql`
    select ${columns(sql)} from exports where user_id = ${userId} and id = ${exportId}`
  if (!row) throw new AppError('not_found', { detail: 'This person has no such export.' })
  return row
}

/** Queued, or left by a worker that let its lease run out. */
const isDue = (sql: Queryable) => sql`
  state in ('queued', 'building') and due_at <= now() and (lease_until is null or lease_until <= now())`

/** Takes the export that has waited longest for `seconds`: one that is queued, or whose worker let its lease run out. Counts the attempt. */
export const claimExport = async (
  sql: Sql,
  { holder, seconds }: { holder: string; seconds: number },
): Promise<ExportJob | undefined> => {
  const [row]: [ExportJob?] = await sql`
    update exports set lease_holder = ${holder}, lease_until = now() + make_interval(secs => ${seconds}),
      attempts = attempts + 1, state = 'building', updated_at = now()
    where id = (
      select id from exports
      where ${isDue(sql)}
      order by due_at limit 1 for update skip locked
    )
    returning ${columns(sql)}`
  return row
}

type ExportClaim = { id: string; holder: string }

/** Keeps a claim for `seconds` more and notes how far the work is; false where it is lost, and the work with it. */
export const keepExport = async (
  sql: Queryable,
  claim: ExportClaim & { seconds: number; progress: number },
): Promise<boolean> => {
  const rows = await sql`
    update exports set lease_until = now() + make_interval(secs => ${claim.seconds}), progress = ${claim.progress}, updated_at = now()
    where id = ${claim.id} and lease_holder = ${claim.holder} and state = 'building'
    returning 1`
  return rows.length === 1
}

/** Remembers the message that shows how far it is. */
export const setExportMessage = async (
  sql: Queryable,
  { id, messageId }: { id: string; messageId: number },
): Promise<void> => {
  await sql`update exports set message_id = ${messageId}, updated_at = now() where id = ${id}`
}

/** One more archive has arrived; an export that is taken up again goes on behind it. */
export const countPart = async (sql: Queryable, { id, holder }: ExportClaim): Promise<void> => {
  await sql`
    update exports set parts_sent = parts_sent + 1, updated_at = now() where id = ${id} and lease_holder = ${holder}`
}

/** Gives a claim back, to be tried in so many seconds; `uncounted` where nothing was wrong with the attempt. */
export const returnExport = async (
  sql: Sql,
  claim: ExportClaim & { afterSeconds: number; uncounted: boolean },
): Promise<void> => {
  await sql`
    update exports set lease_holder = null, lease_until = null, state = 'queued',
      attempts = attempts - ${claim.uncounted ? 1 : 0}, due_at = now() + make_interval(secs => ${claim.afterSeconds}), updated_at = now()
    where id = ${claim.id} and lease_holder = ${claim.holder} and state = 'building'`
}

/** Ends a claimed export, well or with the reason why not; false where the claim is lost. */
export const endExport = async (
  sql: Queryable,
  { id, holder, reason }: ExportClaim & { reason: string | null },
): Promise<boolean> => {
  const rows = await sql`
    update exports set state = case when ${reason}::text is null then 'done' else 'failed' end, reason = ${reason},
      progress = case when ${reason}::text is null then 100 else progress end, lease_holder = null, lease_until = null, updated_at = now()
    where id = ${id} and lease_holder = ${holder} and state = 'building'
    returning 1`
  return rows.length === 1
}

/** Whether there is something to take up now. */
export const hasDueExports = async (sql: Queryable): Promise<boolean> => {
  const rows = await sql`
    select 1 from exports
    where ${isDue(sql)} limit 1`
  return rows.length === 1
}

/** Exports that have not ended, of everybody. */
export const countOpenExports = async (sql: Queryable): Promise<number> => {
  const [row]: [{ count: number }?] = await sql`
    select count(*) from exports where state in ('queued', 'building')`
  return row?.count ?? 0
}

/** Forgets exports that ended long ago. */
export const pruneExports = async (sql: Queryable): Promise<void> => {
  await sql`
    delete from exports where state in ('done', 'failed') and updated_at < now() - make_interval(days => ${KEPT_DAYS})`
}
