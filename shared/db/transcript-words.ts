import type { Queryable, Tx } from './client.ts'

/** A transcript in a search: `words` is undefined where they are not listed yet, or by another version. */
export type SearchRow = { id: string; title: Buffer; words: Buffer | undefined }

/** Rows of one look at the table, and about how many bytes of words: long texts have long lists. */
const BATCH_ROWS = 500
const BATCH_BYTES = 8 * 1024 * 1024

/**
 * Keeps the sealed words of a transcript, which are those of this title and the text. One that is gone, or renamed meanwhile, gets none: who
 * renames waits for us or we for them.
 */
export const saveWords = async (
  sql: Queryable,
  entry: { transcriptId: string; title: Buffer; words: Buffer; version: number },
): Promise<void> => {
  await sql`
    insert into user_transcript_words (transcript_id, words_data, version)
    select id, ${entry.words}, ${entry.version} from user_transcripts
    where id = ${entry.transcriptId} and title_data = ${entry.title} for share
    on conflict (transcript_id) do update set words_data = excluded.words_data, version = excluded.version, updated_at = now()`
}

/** The words of a transcript are no longer what they were: the next search lists them anew. */
export const dropWords = async (tx: Tx, transcriptId: string): Promise<void> => {
  await tx`delete from user_transcript_words where transcript_id = ${transcriptId}`
}

/**
 * The next of a person's transcripts for a search, newest first; at least one unless there is none. `before` is the last id seen,
 * `isLast` says that nothing follows.
 */
export const readSearchBatch = async (
  sql: Queryable,
  { userId, before, version }: { userId: string; before: string | undefined; version: number },
): Promise<{ rows: SearchRow[]; isLast: boolean }> => {
  // sizes are summed up within the batch only, and without reading what is stored out of line
  const rows = await sql<{ id: string; title: Buffer; words: Buffer | null; total: number }[]>`
    select id, title, words, total from (
      select batch.*, sum(octet_length(words)) over (order by id desc) as bytes, count(*) over () as total,
        row_number() over (order by id desc) as place
      from (
        select t.id, t.title_data as title, w.words_data as words
        from user_transcripts t
        left join user_transcript_words w on w.transcript_id = t.id and w.version = ${version}
        where t.user_id = ${userId} and (${before ?? null}::uuid is null or t.id < ${before ?? null}::uuid)
        order by t.id desc
        limit ${BATCH_ROWS}
      ) batch
    ) measured
    where place = 1 or bytes is null or bytes <= ${BATCH_BYTES}
    order by id desc`
  const total = rows[0]?.total ?? 0
  return {
    rows: rows.map(({ id, title, words }) => ({ id, title, words: words ?? undefined })),
    isLast: rows.length === total && total < BATCH_ROWS,
  }
}
