import { z } from 'zod'
import { ensureUserKey, findUserKey, type StoredUserKey } from '#shared/db/user-keys.ts'
import type { ParsedTranscript } from '#shared/domain/transcript-formats.ts'
import { open, seal, transcriptRecord } from '#shared/platform/crypto.ts'
import type { Resources } from './resources.ts'

/** Seals and opens what belongs to one person. What does not open throws a plain Error: tampering or a bug, never the caller's fault. */
export type Vault = {
  sealTitle: (transcriptId: string, title: string) => Buffer
  openTitle: (transcriptId: string, sealed: Buffer) => string
  sealText: (transcriptId: string, content: ParsedTranscript) => Buffer
  openText: (transcriptId: string, sealed: Buffer) => ParsedTranscript
  /** The list that `listWords` makes. */
  sealWords: (transcriptId: string, words: string) => Buffer
  /** Its bytes in UTF-8: a search compares them as they are. */
  openWords: (transcriptId: string, sealed: Buffer) => Buffer
}

const Content = z.strictObject({
  text: z.string(),
  segments: z.array(
    z.strictObject({
      start: z.number().exactOptional(),
      end: z.number().exactOptional(),
      speaker: z.string().exactOptional(),
      text: z.string(),
    }),
  ),
})

const makeVault = ({ envelope }: Resources, userId: string, { wrapped, version }: StoredUserKey): Vault => {
  const key = envelope.unwrapDataKey(userId, wrapped)
  const boundTo = (...part: Parameters<typeof transcriptRecord>) => ({
    ownerId: userId,
    recordId: transcriptRecord(...part),
    keyVersion: version,
  })
  return {
    sealTitle: (id, title) => seal(key, boundTo(id, 'title'), title),
    openTitle: (id, sealed) => open(key, boundTo(id, 'title'), sealed).toString('utf8'),
    sealText: (id, { text, segments }) =>
      seal(key, boundTo(id, 'text'), JSON.stringify({ text, segments }), { compress: true }),
    openText: (id, sealed) =>
      Content.parse(JSON.parse(open(key, boundTo(id, 'text'), sealed).toString('utf8'))),
    sealWords: (id, words) => seal(key, boundTo(id, 'words'), words, { compress: true }),
    openWords: (id, sealed) => open(key, boundTo(id, 'words'), sealed),
  }
}

/** The person's vault; its key is made on first use. */
export const ensureVault = async (resources: Resources, userId: string): Promise<Vault> => {
  const stored = await ensureUserKey(resources.sql, userId, () => resources.envelope.newDataKey(userId))
  return makeVault(resources, userId, stored)
}

/** The vault of a person who has transcripts. */
export const openVault = async (resources: Resources, userId: string): Promise<Vault> => {
  const stored = await findUserKey(resources.sql, userId)
  if (!stored) throw new Error('A person with transcripts has no data key.')
  return makeVault(resources, userId, stored)
}
