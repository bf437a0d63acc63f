import { z } from 'zod'
import * as transcripts from '#shared/db/transcripts.ts'
import { getUser } from '#shared/db/users.ts'
import { readRoute } from '#shared/http/route.ts'
import { pageOf, pageQuery } from '#shared/http/schemas.ts'
import { querySubject, subjectOf } from '#shared/http/subject.ts'
import { openVault } from '#shared/http/text-vault.ts'
import { TranscriptView, viewOf } from './view.ts'

/** GET /?userId&limit&cursor, newest first. */
export const listTranscripts = readRoute({
  method: 'GET',
  path: '/',
  summary: 'Transcripts of a person, newest first, without their texts',
  query: z.strictObject({ ...querySubject, ...pageQuery }),
  answers: { 200: pageOf(TranscriptView) },
  run: async ({ query, sql, resources }) => {
    const user = await getUser(sql, subjectOf(query))
    const page = await transcripts.listTranscripts(sql, {
      userId: user.id,
      limit: query.limit,
      before: query.cursor,
    })
    if (page.items.length === 0) return { status: 200, body: { items: [], nextCursor: null } }
    const vault = await openVault(resources, user.id)
    return {
      status: 200,
      body: { items: page.items.map((entry) => viewOf(vault, entry)), nextCursor: page.nextCursor },
    }
  },
})
