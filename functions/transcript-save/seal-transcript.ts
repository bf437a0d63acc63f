import { randomUUID } from 'node:crypto'
import type { TranscriptPlace } from '#shared/db/transcripts.ts'
import { listWords } from '#shared/domain/transcript/words.ts'
import type { ParsedTranscript } from '#shared/domain/transcript-formats.ts'
import type { Resources } from '#shared/http/resources.ts'
import { searchableText } from '#shared/http/sealed-text.ts'
import { type NewObjects, putObjects } from '#shared/http/stored-objects.ts'
import { ensureVault } from '#shared/http/text-vault.ts'
import { OBJECT_HEADERS } from '#shared/storage/object-headers.ts'

/** Everything of a transcript that tells of its words, sealed; its object, if any, is stored, and no row names it yet. */
export type SealedTranscript = {
  title: Buffer
  place: TranscriptPlace
  /** Its sealed words, for searching. */
  words: Buffer
  objects: NewObjects | undefined
}

/** Larger ciphertexts lie in the object store: they would weigh on every backup and vacuum of the table. */
const MAX_BYTES_IN_ROW = 256 * 1024

const placeText = async (
  resources: Resources,
  userId: string,
  sealed: Buffer,
  signal: AbortSignal,
): Promise<{ place: TranscriptPlace; objects: NewObjects | undefined }> => {
  if (sealed.length <= MAX_BYTES_IN_ROW) return { place: { data: sealed }, objects: undefined }
  const key = `transcripts/${userId}/${randomUUID()}`
  const object = { key, bytes: sealed, ...OBJECT_HEADERS.transcripts }
  const objects = await putObjects(resources, 'transcripts', [object], signal)
  return { place: { objectKey: key }, objects }
}

/** Seals a transcript under its person's key; a large one goes to the object store. @throws AppError unavailable, deadline */
export const sealTranscript = async (
  resources: Resources,
  { id, userId, title, content }: { id: string; userId: string; title: string; content: ParsedTranscript },
  signal: AbortSignal,
): Promise<SealedTranscript> => {
  const vault = await ensureVault(resources, userId)
  return {
    title: vault.sealTitle(id, title),
    words: vault.sealWords(id, listWords(`${title}\n${searchableText(content)}`)),
    ...(await placeText(resources, userId, vault.sealText(id, content), signal)),
  }
}
