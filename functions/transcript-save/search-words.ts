import { readSearchBatch, type SearchRow, saveWords } from '#shared/db/transcript-words.ts'
import { getTranscript, type TranscriptPlace } from '#shared/db/transcripts.ts'
import {
  hasAllWords,
  listWords,
  WORDS_VERSION,
  type WordList,
  type WordQuery,
} from '#shared/domain/transcript/words.ts'
import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import { fetchSealed, searchableText } from '#shared/http/sealed-text.ts'
import type { Vault } from '#shared/http/text-vault.ts'

/** How long one call looks; where there is more to look through, its cursor leads on from there. */
const BUDGET_MS = 2_500
/** Rows looked at together; whose words are not listed yet are opened, which may ask the object store. */
const CHUNK = 8

export type Search = {
  resources: Resources
  vault: Vault
  userId: string
  query: WordQuery
  /** Most ids found. */
  limit: number
  before: string | undefined
  signal: AbortSignal
}

/** A text that does not open, or whose object is lost, is told to us, and is empty for a search: the person looks for others too. */
export const readSearchable = async (
  { resources, vault, signal }: Search,
  { id, place }: { id: string; place: TranscriptPlace },
): Promise<string> => {
  try {
    return searchableText(vault.openText(id, await fetchSealed(resources, place, signal)))
  } catch (error) {
    if (error instanceof AppError) throw error
    resources.log.error({ err: error, transcriptId: id }, 'a transcript could not be searched')
    return ''
  }
}

/** Lists the words of a transcript that was kept, or given its title, since there was a list; the next search finds them listed. */
const listNow = async (search: Search, { id, title }: SearchRow): Promise<WordList> => {
  const { resources, vault, userId } = search
  try {
    const text = await readSearchable(
      search,
      await getTranscript(resources.sql, { userId, transcriptId: id }),
    )
    const words = listWords(`${vault.openTitle(id, title)}\n${text}`)
    if (text === '') return words
    await saveWords(resources.sql, {
      transcriptId: id,
      title,
      words: vault.sealWords(id, words),
      version: WORDS_VERSION,
    })
    return words
  } catch (error) {
    // deleted meanwhile
    if (error instanceof AppError && error.code === 'transcript_not_found') return ''
    throw error
  }
}

/** A list that does not open is made anew from the text, which is what counts. */
const openList = (search: Search, { id, words }: SearchRow): WordList | undefined => {
  try {
    return words && search.vault.openWords(id, words)
  } catch (error) {
    search.resources.log.error({ err: error, transcriptId: id }, 'a list of words does not open')
    return undefined
  }
}

const isHit = async (search: Search, row: SearchRow): Promise<boolean> =>
  hasAllWords(search.query, openList(search, row) ?? (await listNow(search, row)))

/**
 * Ids of transcripts whose text and title together hold all words of the query, newest first. `nextCursor` is null when everything has
 * been looked through; else another call goes on from there, also where this one found nothing within its time.
 * @throws AppError unavailable (a text in the object store that is not listed yet), deadline
 */
export const searchWords = async (search: Search): Promise<{ ids: string[]; nextCursor: string | null }> => {
  const endsAt = performance.now() + BUDGET_MS
  const ids: string[] = []
  let before = search.before
  for (;;) {
    const batch = await readSearchBatch(search.resources.sql, {
      userId: search.userId,
      before,
      version: WORDS_VERSION,
    })
    for (let at = 0; at < batch.rows.length; at += CHUNK) {
      search.signal.throwIfAborted()
      const chunk = batch.rows.slice(at, at + CHUNK)
      const hits = await Promise.all(chunk.map((row) => isHit(search, row)))
      for (const [index, { id }] of chunk.entries()) {
        before = id
        if (hits[index]) ids.push(id)
        const isEnd = batch.isLast && at + index === batch.rows.length - 1
        if (ids.length === search.limit) return { ids, nextCursor: isEnd ? null : id }
      }
      if (performance.now() > endsAt && !(batch.isLast && at + CHUNK >= batch.rows.length))
        return { ids, nextCursor: before ?? null }
    }
    if (batch.isLast) return { ids, nextCursor: null }
  }
}
