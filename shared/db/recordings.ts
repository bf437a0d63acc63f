import { AppError } from '#shared/errors.ts'
import type { Queryable, Sql, Tx } from './client.ts'

/** Queued, being fetched, being listened to, and the two ends. */
export type RecordingState = 'queued' | 'downloading' | 'recognising' | 'done' | 'failed'

/** A recording that becomes (or became) a transcript of the same id. */
export type Recording = {
  id: string
  userId: string
  holdId: string
  telegramFileId: string | null
  /** Sealed. */
  title: Buffer | null
  language: string | null
  durationSeconds: number
  messageId: number | null
  state: RecordingState
  reason: string | null
  transactionId: string | null
  attempts: number
  tellings: number
  createdAt: Date
}

/** So often a recording is tried; a worker that dies of it counts. */
export const MAX_ATTEMPTS = 3
/** So often the chat is told of the end, a minute and more apart, before it is given up. */
const MAX_TELLINGS = 10

const columns = (sql: Queryable) => sql`
  id, user_id as "userId", hold_id as "holdId", telegram_file_id as "telegramFileId", title_data as title, language,
  duration_seconds as "durationSeconds", message_id as "messageId", state, reason, transaction_id as "transactionId", attempts,
  tellings, created_at as "createdAt"`

/**
 * Writes the work down, due at once; undefined where the same message has a recording that did not fail. For the transaction that sets the
 * coins aside.
 */
export const addRecording = async (
  tx: Tx,
  recording: Pick<
    Recording,
    'id' | 'userId' | 'holdId' | 'title' | 'language' | 'durationSeconds' | 'messageId'
  > & {
    telegramFileId: string
    actor: string
  },
): Promise<Recording | undefined> => {
  const [row]: [Recording?] = await tx`
    insert into recordings
      (id, user_id, hold_id, telegram_file_id, title_data, language, duration_seconds, message_id, told, actor)
    values (
      ${recording.id}, ${recording.userId}, ${recording.holdId}, ${recording.telegramFileId}, ${recording.title},
      ${recording.language}, ${recording.durationSeconds}, ${recording.messageId}, ${recording.messageId === null},
      ${recording.actor}
    )
    on conflict (user_id, message_id) where state <> 'failed' do nothing
    returning ${columns(tx)}`
  return row
}

/** How many recordings of the person are under way. */
export const countOpenRecordings = async (sql: Queryable, userId: string): Promise<number> => {
  const [row]: [{ count: number }?] = await sql`
    select count(*) from recordings where user_id = ${userId} and state in ('queued', 'downloading', 'recognising')`
  return row?.count ?? 0
}

/** How many recordings have not ended, of everybody. */
export const countOpen = async (sql: Queryable): Promise<number> => {
  const [row]: [{ count: number }?] = await sql`
    select count(*) from recordings where state in ('queued', 'downloading', 'recognising')`
  return row?.count ?? 0
}

/** @throws AppError not_found, also for another person's */
export const getRecording = async (
  sql: Queryable,
  which: { userId: string; recordingId: string },
): Promise<Recording> => {
  const [row]: [Recording?] = await sql`
    select ${columns(sql)} from recordings where user_id = ${which.userId} and id = ${which.recordingId}`
  if (!row) throw new AppError('not_found', { detail: 'This person has no such recording.' })
  return row
}

/**
 * Takes the recording that has waited longest for `seconds`: one that is queued, or whose worker let its lease run out. Counts the attempt.
 */
export const claimRecording = async (
  sql: Sql,
  { holder, seconds }: { holder: string; seconds: number },
): Promise<Recording | undefined> => {
  const [row]: [Recording?] = await sql`
    update recordings set lease_holder = ${holder}, lease_until = now() + make_interval(secs => ${seconds}),
      attempts = attempts + 1, state = 'downloading', updated_at = now()
    where id = (
      select id from recordings
      where state in ('queued', 'downloading', 'recognising') and due_at <= now() and attempts < ${MAX_ATTEMPTS}
        and (lease_until is null or lease_until <= now())
      order by due_at limit 1 for update skip locked
    )
    returning ${columns(sql)}`
  return row
}

/** Keeps a claim for `seconds` more, in that state; false where it is lost, and the work with it. */
export const keepClaim = async (
  sql: Queryable,
  claim: { id: string; holder: string; state: 'downloading' | 'recognising'; seconds: number },
): Promise<boolean> => {
  const rows = await sql`
    update recordings set lease_until = now() + make_interval(secs => ${claim.seconds}), state = ${claim.state}, updated_at = now()
    where id = ${claim.id} and lease_holder = ${claim.holder} and state in ('downloading', 'recognising')
    returning 1`
  return rows.length === 1
}

/** Gives a claim back, to be tried in so many seconds; `uncounted` where the attempt was cut short by our own end. */
export const returnClaim = async (
  sql: Sql,
  claim: { id: string; holder: string; afterSeconds: number; uncounted: boolean },
): Promise<void> => {
  await sql`
    update recordings set lease_holder = null, lease_until = null, state = 'queued',
      attempts = attempts - ${claim.uncounted ? 1 : 0}, due_at = now() + make_interval(secs => ${claim.afterSeconds}), updated_at = now()
    where id = ${claim.id} and lease_holder = ${claim.holder} and state in ('downloading', 'recognising')`
}

/**
 * Ends a claimed recording well, in the transaction that stores its text and takes the coins.
 * @throws AppError conflict where the claim is lost: then nothing of that transaction may stay
 */
export const finishRecording = async (
  tx: Tx,
  end: { id: string; holder: string; transactionId: string },
): Promise<void> => {
  const rows = await tx`
    update recordings set state = 'done', transaction_id = ${end.transactionId}, telegram_file_id = null, lease_holder = null,
      lease_until = null, due_at = now(), updated_at = now()
    where id = ${end.id} and lease_holder = ${end.holder} and state = 'recognising'
    returning 1`
  if (rows.length === 0) throw new AppError('conflict', { detail: 'Another worker has this recording.' })
}

/**
 * Ends a recording that no text comes of, in the transaction that frees its coins; false where it has ended, or is another worker's. `holder`
 * null: nobody's. `durationSeconds`: what it turned out to last.
 */
export const failRecording = async (
  tx: Tx,
  end: { id: string; holder: string | null; reason: string; durationSeconds?: number | undefined },
): Promise<boolean> => {
  const rows = await tx`
    update recordings set state = 'failed', reason = ${end.reason}, telegram_file_id = null,
      duration_seconds = least(coalesce(${end.durationSeconds ?? null}::integer, duration_seconds), 86400), lease_holder = null, lease_until = null,
      due_at = now(), updated_at = now()
    where id = ${end.id} and state in ('queued', 'downloading', 'recognising')
      and (lease_holder = ${end.holder} or (${end.holder}::uuid is null and (lease_until is null or lease_until <= now())))
    returning 1`
  return rows.length === 1
}

/** Recordings that nobody is at and nobody will take again: tried too often, or without the coins that were set aside for them. */
export const listGivenUp = async (
  sql: Sql,
  limit: number,
): Promise<(Pick<Recording, 'id' | 'userId' | 'holdId' | 'attempts'> & { isTooLate: boolean })[]> => sql`
  select r.id, r.user_id as "userId", r.hold_id as "holdId", r.attempts,
    h.state <> 'active' or h.expires_at <= now() as "isTooLate"
  from recordings r join holds h on h.id = r.hold_id
  where r.state in ('queued', 'downloading', 'recognising') and (r.lease_until is null or r.lease_until <= now())
    and (r.attempts >= ${MAX_ATTEMPTS} or h.state <> 'active' or h.expires_at <= now())
  order by r.due_at limit ${limit}`

/**
 * Takes ended recordings of which the chat does not know yet, so that no other worker tells of them at the same time. Each comes back in a
 * minute, and later each time, unless `markTold` says that it is done.
 */
export const takeUntold = async (sql: Sql, limit: number): Promise<Recording[]> => sql<Recording[]>`
  update recordings set tellings = tellings + 1, due_at = now() + make_interval(secs => 60 * (tellings + 1)),
    told = tellings + 1 >= ${MAX_TELLINGS}, updated_at = now()
  where id in (
    select id from recordings where not told and state in ('done', 'failed') and due_at <= now()
    order by due_at limit ${limit} for update skip locked
  )
  returning ${columns(sql)}`

export const markTold = async (sql: Sql, id: string): Promise<void> => {
  await sql`update recordings set told = true, updated_at = now() where id = ${id}`
}

/** Whether there is something to do now: a recording to take, to give up, or to tell of. */
export const hasDueRecordings = async (sql: Sql): Promise<boolean> => {
  const rows = await sql`
    select 1 from recordings
    where due_at <= now() and (
      (state in ('queued', 'downloading', 'recognising') and (lease_until is null or lease_until <= now()))
      or (not told and state in ('done', 'failed'))
    )
    limit 1`
  return rows.length === 1
}
