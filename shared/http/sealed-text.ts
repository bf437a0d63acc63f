import type { TranscriptPlace } from '#shared/db/transcripts.ts'
import { type ParsedTranscript, renderTranscript } from '#shared/domain/transcript-formats.ts'
import { AppError } from '#shared/errors.ts'
import type { Resources } from './resources.ts'
import { bucketOf } from './stored-objects.ts'

/** Above every sealed transcript: its text has at most 5 MB, its JSON hardly twice that. */
const MAX_SEALED_BYTES = 64 * 1024 * 1024

/** The ciphertext of a transcript, wherever it lies. @throws AppError unavailable, deadline; Error when its object is lost */
export const fetchSealed = async (
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

/** What a search looks through and shows: as the text file has it, with the names of who speaks. */
export const searchableText = ({ segments, text }: ParsedTranscript): string =>
  renderTranscript(segments, text, 'txt').body
