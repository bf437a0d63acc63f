import { BulkheadRejectedError, bulkhead } from 'cockatiel'
import { z } from 'zod'
import { getTranscripts } from '#shared/db/transcripts.ts'
import { findUserKey } from '#shared/db/user-keys.ts'
import { getUser } from '#shared/db/users.ts'
import { makeSnippet } from '#shared/domain/transcript/snippet.ts'
import { parseQuery } from '#shared/domain/transcript/words.ts'
import { unavailable } from '#shared/errors.ts'
import { readRoute } from '#shared/http/route.ts'
import { pageOf, pageQuery } from '#shared/http/schemas.ts'
import { querySubject, subjectOf } from '#shared/http/subject.ts'
import { openVault } from '#shared/http/text-vault.ts'
import { readSearchable, type Search, searchWords } from './search-words.ts'
import { TranscriptView, viewOf } from './view.ts'

/** Searches at a time and waiting in one process: deciphering holds the processor, and saving must get through. */
const lane = bulkhead(2, 16)
/** Each is opened for its snippet. */
const MAX_FOUND = 50

const Position = z.int().nonnegative()
const Found = z.strictObject({
  transcript: TranscriptView,
  snippet: z.strictObject({
    text: z.string(),
    hits: z.array(z.strictObject({ start: Position, end: Position })),
  }),
})

/** How long texts are opened for their snippets; what is left goes to the next page. */
const PRESENT_MS = 4_000

type Page = { items: z.infer<typeof Found>[]; nextCursor: string | null }

const present = async (
  search: Search,
  { ids, nextCursor }: { ids: readonly string[]; nextCursor: string | null },
): Promise<Page> => {
  const { resources, vault, userId, query } = search
  const endsAt = performance.now() + PRESENT_MS
  const items: Page['items'] = []
  const entries = await getTranscripts(resources.sql, { userId, transcriptIds: ids })
  for (const [index, entry] of entries.entries()) {
    const text = await readSearchable(search, entry)
    items.push({ transcript: viewOf(vault, entry), snippet: makeSnippet(text, query) })
    if (performance.now() > endsAt && index < entries.length - 1) return { items, nextCursor: entry.id }
  }
  return { items, nextCursor }
}

/** GET /search?userId&q: all words, the last one perhaps unfinished, in the text, its speakers or the title. */
export const searchTranscripts = readRoute({
  method: 'GET',
  path: '/search',
  summary:
    "Searches a person's transcripts, newest first. A page may end early, or be empty, when its time is over: go on while nextCursor is given",
  query: z.strictObject({
    ...querySubject,
    ...pageQuery,
    limit: z.coerce.number().int().min(1).max(MAX_FOUND).default(20),
    q: z.string().min(1).max(200),
  }),
  answers: { 200: pageOf(Found) },
  run: async ({ query, sql, resources, signal }) => {
    const words = parseQuery(query.q)
    const { id: userId } = await getUser(sql, subjectOf(query))
    // who has kept nothing yet has no key either
    if (!(await findUserKey(sql, userId))) return { status: 200, body: { items: [], nextCursor: null } }
    const vault = await openVault(resources, userId)
    const { limit, cursor: before } = query
    const search = { resources, vault, userId, query: words, limit, before, signal }
    try {
      const page = await lane.execute(async () => present(search, await searchWords(search)), signal)
      return { status: 200, body: page }
    } catch (error) {
      if (error instanceof BulkheadRejectedError)
        throw unavailable('Too many searches at a time.', undefined, 1)
      throw error
    }
  },
})
