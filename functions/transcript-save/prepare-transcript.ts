import { randomUUIDv7 } from 'node:crypto'
import { requireCoins } from '#shared/db/require-coins.ts'
import type { TranscriptFormat } from '#shared/db/transcripts.ts'
import { getCustomer } from '#shared/db/users.ts'
import { type Price, priceTranscript } from '#shared/domain/transcript/price.ts'
import { countCharacters } from '#shared/domain/transcript/text.ts'
import { type ParsedTranscript, parseTranscript } from '#shared/domain/transcript-formats.ts'
import { limitPerson } from '#shared/http/limit-person.ts'
import type { Resources } from '#shared/http/resources.ts'
import { subjectOf } from '#shared/http/subject.ts'

import { downloadText } from './read-text.ts'
import { sourceOf, type TranscriptRequest } from './request.ts'
import { type SealedTranscript, sealTranscript } from './seal-transcript.ts'
import { titleOf } from './title.ts'

/** A sealed transcript whose object, if any, is stored and whose row is not written yet. */
export type Prepared = SealedTranscript & {
  id: string
  userId: string
  format: TranscriptFormat
  language: string | null
  characters: number
  durationSeconds: number | null
  price: Price
}

/** The recording lasts at least as long as its last word; a caller may know of silence after it. */
const durationOf = (given: number | undefined, { segments }: ParsedTranscript): number | null => {
  const ends = segments.flatMap(({ end }) => end ?? [])
  const last = ends.reduce((latest, end) => Math.max(latest, end), -1)
  return given === undefined && last < 0 ? null : Math.max(given ?? 0, last)
}

/**
 * Checks, prices, seals and (a large one) stores a transcript: from cheap to costly, so that whatever refuses does so before anything is
 * stored.
 * @throws AppError invalid_input naming the line, too_large, user_not_found, rate_limited, insufficient_funds, file_not_found, unavailable
 */
export const prepareTranscript = async (
  resources: Resources,
  body: TranscriptRequest,
  signal: AbortSignal,
): Promise<Prepared> => {
  const { sql, tariff } = resources
  const subject = subjectOf(body)
  const source = sourceOf(body)
  const user = await getCustomer(sql, subject)
  await limitPerson(resources, 'uploads', user.id)
  const text = 'text' in source ? source.text : await downloadText(resources, source.telegramFileId, signal)
  const content = parseTranscript(text, body.format, tariff.limits.transcript)
  const characters = countCharacters(content.text)
  const durationSeconds = durationOf(body.durationSeconds, content)
  const price = priceTranscript(tariff, { characters, durationSeconds })
  await requireCoins(sql, user.id, price.coins)

  const id = randomUUIDv7()
  const title = body.title ?? titleOf(content.text)
  return {
    id,
    userId: user.id,
    ...(await sealTranscript(resources, { id, userId: user.id, title, content }, signal)),
    format: body.format,
    language: body.language ?? null,
    characters,
    durationSeconds,
    price,
  }
}
