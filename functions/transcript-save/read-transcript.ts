import { z } from 'zod'
import { getTranscript } from '#shared/db/transcripts.ts'
import { getUser } from '#shared/db/users.ts'
import { readRoute } from '#shared/http/route.ts'
import { fetchSealed } from '#shared/http/sealed-text.ts'
import { Id, querySubject, subjectOf } from '#shared/http/subject.ts'
import { openVault } from '#shared/http/text-vault.ts'
import { FILE_FORMATS, writeTranscriptFile } from '#shared/platform/transcript-file.ts'
import { dispositionOf } from './title.ts'
import { TranscriptView, viewOf } from './view.ts'

const Segment = z.strictObject({
  start: z.number().optional(),
  end: z.number().optional(),
  speaker: z.string().optional(),
  text: z.string(),
})

const Whole = z.strictObject({ transcript: TranscriptView, text: z.string(), segments: z.array(Segment) })

/** GET /<id>?userId&format: JSON, or with `format` the document itself as a download. */
export const readTranscript = readRoute({
  method: 'GET',
  path: '/:id',
  summary: 'One transcript: as JSON with its segments, or with format as the document itself',
  query: z.strictObject({ ...querySubject, format: z.enum(FILE_FORMATS).optional() }),
  params: z.strictObject({ id: Id }),
  answers: { 200: Whole },
  run: async ({ query, params, sql, resources, signal }) => {
    const user = await getUser(sql, subjectOf(query))
    const stored = await getTranscript(sql, { userId: user.id, transcriptId: params.id })
    const vault = await openVault(resources, user.id)
    const { text, segments } = vault.openText(stored.id, await fetchSealed(resources, stored.place, signal))
    const transcript = viewOf(vault, stored)
    if (query.format === undefined) return { status: 200, body: { transcript, text, segments } }
    const { body, contentType } = await writeTranscriptFile(
      transcript.title,
      { segments, text },
      query.format,
    )
    return {
      status: 200,
      headers: {
        'content-type': contentType,
        'content-disposition': dispositionOf(transcript.title, stored.id, query.format),
      },
      body,
    }
  },
})
