import { z } from 'zod'
import type { TranscriptEntry } from '#shared/db/transcripts.ts'
import { Id } from '#shared/http/subject.ts'
import type { Vault } from './vault.ts'

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
