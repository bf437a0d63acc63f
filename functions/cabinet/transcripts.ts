import { z } from 'zod'
import { INPUT_FORMATS } from '#shared/domain/transcript-formats.ts'
import { personRoute } from '#shared/http/route.ts'
import { pageQuery } from '#shared/http/schemas.ts'
import { Id } from '#shared/http/subject.ts'
import { FILE_FORMATS } from '#shared/platform/transcript-file.ts'
import { ask, askForDocument } from './ask.ts'
import { asDownload } from './document.ts'
import { TRANSCRIPT_BYTES } from './limits.ts'
import {
  Deleted,
  FoundTranscripts,
  OneTranscript,
  SavedTranscript,
  Transcripts,
  WholeTranscript,
} from './shapes.ts'

const KEEPER = { functionName: 'transcript-save' } as const
const TranscriptPath = z.strictObject({ id: Id })
/** transcript-save says what a title may be; here it is only kept from being endless. */
const Title = z.string().min(1).max(800)

/** GET /api/transcripts?limit&cursor, newest first. */
export const showTranscripts = personRoute({
  method: 'GET',
  path: '/api/transcripts',
  summary: 'Transcripts of the person of the session, without their texts',
  query: z.strictObject(pageQuery),
  answers: { 200: Transcripts },
  run: async (context) => ({
    status: 200,
    body: await ask(context, { ...KEEPER, method: 'GET', query: context.query }, Transcripts),
  }),
})

/** GET /api/transcripts/search?q&limit&cursor */
export const findTranscripts = personRoute({
  method: 'GET',
  path: '/api/transcripts/search',
  summary: 'Searches the transcripts of the person of the session; go on while nextCursor is given',
  query: z.strictObject({
    ...pageQuery,
    limit: z.coerce.number().int().min(1).max(50).default(20),
    q: z.string().min(1).max(200),
  }),
  answers: { 200: FoundTranscripts },
  run: async (context) => ({
    status: 200,
    body: await ask(
      context,
      { ...KEEPER, method: 'GET', path: '/search', query: context.query },
      FoundTranscripts,
    ),
  }),
})

/** GET /api/transcripts/<id> */
export const showTranscript = personRoute({
  method: 'GET',
  path: '/api/transcripts/:id',
  summary: 'One transcript with its text',
  params: TranscriptPath,
  answers: { 200: WholeTranscript },
  run: async (context) => ({
    status: 200,
    body: await ask(context, { ...KEEPER, method: 'GET', path: `/${context.params.id}` }, WholeTranscript),
  }),
})

/** GET /api/transcripts/<id>/file?format */
export const takeTranscriptAway = personRoute({
  method: 'GET',
  path: '/api/transcripts/:id/file',
  summary: 'One transcript as a file',
  params: TranscriptPath,
  query: z.strictObject({ format: z.enum(FILE_FORMATS) }),
  answers: {},
  run: async (context) => {
    const { params, query } = context
    const question = { ...KEEPER, method: 'GET', path: `/${params.id}`, query } as const
    return asDownload(await askForDocument(context, question), `transcript.${query.format}`)
  },
})

/** POST /api/transcripts {text, format, title?} */
export const saveTranscript = personRoute({
  method: 'POST',
  path: '/api/transcripts',
  summary: 'Stores a text as a transcript of the person of the session, and charges for it',
  body: z.strictObject({ text: z.string(), format: z.enum(INPUT_FORMATS), title: Title.optional() }),
  bodyLimitBytes: TRANSCRIPT_BYTES,
  answers: { 201: SavedTranscript },
  run: async (context) => ({
    status: 201,
    body: await ask(
      context,
      { ...KEEPER, method: 'POST', body: context.body, person: 'body' },
      SavedTranscript,
    ),
  }),
})

/** PATCH /api/transcripts/<id> {title} */
export const renameTranscript = personRoute({
  method: 'PATCH',
  path: '/api/transcripts/:id',
  summary: 'Gives a transcript another title',
  params: TranscriptPath,
  body: z.strictObject({ title: Title }),
  answers: { 200: OneTranscript },
  run: async (context) => ({
    status: 200,
    body: await ask(
      context,
      { ...KEEPER, method: 'PATCH', path: `/${context.params.id}`, body: context.body },
      OneTranscript,
    ),
  }),
})

/** DELETE /api/transcripts/<id> */
export const deleteTranscript = personRoute({
  method: 'DELETE',
  path: '/api/transcripts/:id',
  summary: 'Deletes a transcript',
  params: TranscriptPath,
  answers: { 200: Deleted },
  run: async (context) => ({
    status: 200,
    body: await ask(context, { ...KEEPER, method: 'DELETE', path: `/${context.params.id}` }, Deleted),
  }),
})
