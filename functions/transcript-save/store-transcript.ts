import { z } from 'zod'
import { chargeCoins } from '#shared/db/charges.ts'
import type { Tx } from '#shared/db/client.ts'
import { addTranscript } from '#shared/db/transcripts.ts'
import { getUser } from '#shared/db/users.ts'
import { serviceTitle, type Tariff } from '#shared/domain/tariff.ts'
import { Id } from '#shared/http/subject.ts'
import type { Prepared } from './prepare-transcript.ts'

const SealedBytes = z.base64().transform((text) => Buffer.from(text, 'base64'))

/** The answer as it is kept under the key. */
export const StoredAnswer = z.strictObject({
  userId: Id,
  transcript: z.strictObject({
    id: Id,
    title: SealedBytes,
    language: z.string().nullable(),
    characters: z.int(),
    durationSeconds: z.number().nullable(),
    createdAt: z.coerce.date(),
  }),
  transactionId: Id,
})

/** Writes the row and takes the coins. @throws AppError insufficient_funds, user_not_found, forbidden (daily limit) */
export const storeTranscript = async (
  tx: Tx,
  tariff: Tariff,
  { objects: _objects, price, ...transcript }: Prepared,
  actor: string,
): Promise<z.input<typeof StoredAnswer>> => {
  const { userId } = transcript
  const { title, createdAt, ...entry } = await addTranscript(tx, transcript)
  const { settings } = await getUser(tx, { userId })
  const { transactionId } = await chargeCoins(tx, {
    ...price,
    userId,
    service: 'transcript',
    description: serviceTitle(tariff, 'transcript', settings.language),
    reference: `transcript:${entry.id}`,
    actor,
    settings,
    // the chat's own answer names the price
    withReceipt: actor !== 'dispatcher',
  })
  return {
    userId,
    transcript: { ...entry, title: title.toString('base64'), createdAt: createdAt.toISOString() },
    transactionId,
  }
}
