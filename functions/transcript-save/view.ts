import { z } from 'zod'
import type { TranscriptEntry } from '#shared/db/transcripts.ts'
import { Id } from '#shared/http/subject.ts'
import type { Vault } from '#shared/http/text-vault.ts'

/** A transcript as callers see it; `characters` counts code points of the normalised text. */
export const TranscriptView = z
  .strictObject({
    id: Id,
    title: z.string(),
    language: z.string().nullable(),
    characters: z.int().positive(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Transcript' })

export const viewOf = (vault: Vault, entry: TranscriptEntry): z.infer<typeof TranscriptView> => ({
  id: entry.id,
  title: vault.openTitle(entry.id, entry.title),
  language: entry.language,
  characters: entry.characters,
  createdAt: entry.createdAt.toISOString(),
})

const SealedBytes = z.base64().transform((text) => Buffer.from(text, 'base64'))

/** A transcript in an answer that is kept under an Idempotency-Key: its title stays sealed there. */
export const StoredTranscript = z.strictObject({
  id: Id,
  title: SealedBytes,
  language: z.string().nullable(),
  characters: z.int(),
  durationSeconds: z.number().nullable(),
  createdAt: z.coerce.date(),
})

export const storedOf = ({
  title,
  createdAt,
  ...entry
}: TranscriptEntry): z.input<typeof StoredTranscript> => ({
  ...entry,
  title: title.toString('base64'),
  createdAt: createdAt.toISOString(),
})
