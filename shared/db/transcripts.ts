import { AppError } from '#shared/errors.ts'
import type { Queryable, Tx } from './client.ts'
import { enqueueObjectDeletion } from './object-jobs.ts'
import { lockPerson } from './person-lock.ts'

export type TranscriptFormat = 'text' | 'srt' | 'vtt' | 'json'

/** A transcript without its text; `title` is sealed. */
export type TranscriptEntry = {
  id: string
  title: Buffer
  language: string | null
  characters: number
  durationSeconds: number | null
  createdAt: Date
}

/** Where the sealed text lies: in the row, or in the object store for a large one. */
export type TranscriptPlace = { data: Buffer } | { objectKey: string }

type Row = TranscriptEntry & { data: Buffer | null; objectKey: string | null }

const entryColumns = (sql: Queryable) =>
  sql`id, title_data as title, language, characters, duration_seconds as "durationSeconds", created_at as "createdAt"`

/** @throws AppError user_not_found when the person was erased meanwhile */
export const addTranscript = async (
  tx: Tx,
  transcript: Omit<TranscriptEntry, 'createdAt'> & {
    userId: string
    format: TranscriptFormat
    place: TranscriptPlace
  },
): Promise<TranscriptEntry> => {
  await lockPerson(tx, transcript.userId)
  const { place } = transcript
  const [row]: [{ createdAt: Date }?] = await tx`
    insert into user_transcripts
      (id, user_id, transcript_data, object_key, title_data, format, language, characters, duration_seconds)
    values (
      ${transcript.id}, ${transcript.userId}, ${'data' in place ? place.data : null},
      ${'objectKey' in place ? place.objectKey : null}, ${transcript.title}, ${transcript.format},
      ${transcript.language}, ${transcript.characters}, ${transcript.durationSeconds}
    )
    returning created_at as "createdAt"`
  if (!row) throw new Error('An insert returned no row.')
  const { id, title, language, characters, durationSeconds } = transcript
  return { id, title, language, characters, durationSeconds, createdAt: row.createdAt }
}

/** One page of a person's transcripts, newest first; `before` is the last id of the former page. */
export const listTranscripts = async (
  sql: Queryable,
  page: { userId: string; limit: number; before?: string | undefined },
): Promise<{ items: TranscriptEntry[]; nextCursor: string | null }> => {
  // one more than asked tells whether there is a next page
  const rows = await sql<TranscriptEntry[]>`
    select ${entryColumns(sql)}
    from user_transcripts
    where user_id = ${page.userId} and (${page.before ?? null}::uuid is null or id < ${page.before ?? null}::uuid)
    order by id desc
    limit ${page.limit + 1}`
  const items = rows.slice(0, page.limit)
  return { items, nextCursor: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null }
}

const toPlace = (row: { data: Buffer | null; objectKey: string | null }): TranscriptPlace => {
  if (row.data) return { data: row.data }
  if (row.objectKey !== null) return { objectKey: row.objectKey }
  throw new Error('A transcript lies nowhere.') // user_transcripts_stored_once forbids it
}

/** @throws AppError transcript_not_found, also for another person's */
export const getTranscript = async (
  sql: Queryable,
  which: { userId: string; transcriptId: string },
): Promise<TranscriptEntry & { place: TranscriptPlace }> => {
  const [row]: [Row?] = await sql`
    select ${entryColumns(sql)}, transcript_data as data, object_key as "objectKey"
    from user_transcripts where user_id = ${which.userId} and id = ${which.transcriptId}`
  if (!row) throw notFound()
  const { data, objectKey, ...entry } = row
  return { ...entry, place: toPlace({ data, objectKey }) }
}

/** Those of the given transcripts that the person has. */
export const getTranscripts = async (
  sql: Queryable,
  which: { userId: string; transcriptIds: readonly string[] },
): Promise<(TranscriptEntry & { place: TranscriptPlace })[]> => {
  if (which.transcriptIds.length === 0) return []
  const rows = await sql<Row[]>`
    select ${entryColumns(sql)}, transcript_data as data, object_key as "objectKey"
    from user_transcripts where user_id = ${which.userId} and id in ${sql(which.transcriptIds)}
    order by id desc`
  return rows.map(({ data, objectKey, ...entry }) => ({ ...entry, place: toPlace({ data, objectKey }) }))
}

/** A transcript without its text. @throws AppError transcript_not_found, also for another person's */
export const getTranscriptEntry = async (
  sql: Queryable,
  which: { userId: string; transcriptId: string },
): Promise<TranscriptEntry> => {
  const [row]: [TranscriptEntry?] = await sql`
    select ${entryColumns(sql)} from user_transcripts
    where user_id = ${which.userId} and id = ${which.transcriptId}`
  if (!row) throw notFound()
  return row
}

/** Puts a sealed title in the place of the former. @throws AppError transcript_not_found, also for another person's */
export const setTranscriptTitle = async (
  tx: Tx,
  { userId, transcriptId, title }: { userId: string; transcriptId: string; title: Buffer },
): Promise<TranscriptEntry> => {
  const [row]: [TranscriptEntry?] = await tx`
    update user_transcripts set title_data = ${title}, updated_at = now()
    where user_id = ${userId} and id = ${transcriptId}
    returning ${entryColumns(tx)}`
  if (!row) throw notFound()
  return row
}

/** Deletes the row and queues the removal of its object. @throws AppError transcript_not_found */
export const deleteTranscript = async (
  tx: Tx,
  which: { userId: string; transcriptId: string; bucket: string },
): Promise<void> => {
  const [row]: [{ objectKey: string | null }?] = await tx`
    delete from user_transcripts where user_id = ${which.userId} and id = ${which.transcriptId}
    returning object_key as "objectKey"`
  if (!row) throw notFound()
  if (row.objectKey !== null) await enqueueObjectDeletion(tx, { bucket: which.bucket, keys: [row.objectKey] })
}

/** Whether a transcript of this id is stored. */
export const hasTranscript = async (sql: Queryable, transcriptId: string): Promise<boolean> =>
  (await sql`select 1 from user_transcripts where id = ${transcriptId}`).length === 1

const notFound = (): AppError =>
  new AppError('transcript_not_found', { detail: 'This person has no such transcript.' })
