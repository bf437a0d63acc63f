import { z } from 'zod'
import { getTranscript, type TranscriptPlace } from '#shared/db/transcripts.ts'
import { getUser } from '#shared/db/users.ts'
import { OUTPUT_FORMATS, renderTranscript } from '#shared/domain/transcript-formats.ts'
import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import { readRoute } from '#shared/http/route.ts'
import { bucketOf } from '#shared/http/stored-objects.ts'
import { Id, querySubject, subjectOf } from '#shared/http/subject.ts'
import { dispositionOf } from './title.ts'
import { openVault } from './vault.ts'
import { TranscriptView, viewOf } from './view.ts'

/** Above every sealed transcript: its text has at most 5 MB, its JSON hardly twice that. */
const MAX_SEALED_BYTES = 64 * 1024 * 1024

const Segment = z.strictObject({
  start: z.number().optional(),
  end: z.number().optional(),
  speaker: z.string().optional(),
  text: z.string(),
})

const Whole = z.strictObject({ transcript: TranscriptView, text: z.string(), segments: z.array(Segment) })

const fetchSealed = async (
  resources: Resources,
  place: TranscriptPlace,
  signal: AbortSignal,
): Promise<Buffer> => {
  if ('data' in place) return place.data
  try {
    return await resources.storage.get(bucketOf(resources, 'transcripts'), place.objectKey, {
      maxBytes: MAX_SEALED_BYTES,
      signal,
    })
  } catch (cause) {
    // the row says that it is there: our loss, not a wrong question
    if (cause instanceof AppError && cause.code === 'file_not_found') {
      throw new Error('The object of a transcript is missing.', { cause })
    }
    throw cause
  }
}

/** GET /<id>?userId&format: JSON, or with `format` the document itself as a download. */
export const readTranscript = readRoute({
  method: 'GET',
  path: '/:id',
  summary: 'One transcript: as JSON with its segments, or with format as the document itself',
  query: z.strictObject({ ...querySubject, format: z.enum(OUTPUT_FORMATS).optional() }),
  params: z.strictObject({ id: Id }),
  answers: { 200: Whole },
  run: async ({ query, params, sql, resources, signal }) => {
    const user = await getUser(sql, subjectOf(query))
    const stored = await getTranscript(sql, { userId: user.id, transcriptId: params.id })
    const vault = await openVault(resources, user.id)
    const { text, segments } = vault.openText(stored.id, await fetchSealed(resources, stored.place, signal))
    const transcript = viewOf(vault, stored)
    if (query.format === undefined) return { status: 200, body: { transcript, text, segments } }
    const { body, contentType } = renderTranscript(segments, text, query.format)
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
