import { z } from 'zod'
import { chargeCoins } from '#shared/db/charges.ts'
import type { Tx } from '#shared/db/client.ts'
import { saveWords } from '#shared/db/transcript-words.ts'
import { addTranscript } from '#shared/db/transcripts.ts'
import { getUser } from '#shared/db/users.ts'
import { serviceTitle, type Tariff } from '#shared/domain/tariff.ts'
import { WORDS_VERSION } from '#shared/domain/transcript/words.ts'
import { Id } from '#shared/http/subject.ts'
import type { Prepared } from './prepare-transcript.ts'
import { StoredTranscript, storedOf } from './view.ts'

/** The answer as it is kept under the key. */
export const StoredAnswer = z.strictObject({
  userId: Id,
  transcript: StoredTranscript,
  transactionId: Id,
})

/** Writes the row and takes the coins. @throws AppError insufficient_funds, user_not_found, forbidden (daily limit) */
export const storeTranscript = async (
  tx: Tx,
  tariff: Tariff,
  { objects: _objects, words, price, ...transcript }: Prepared,
  actor: string,
): Promise<z.input<typeof StoredAnswer>> => {
  const { userId } = transcript
  const entry = await addTranscript(tx, transcript)
  await saveWords(tx, { transcriptId: entry.id, title: entry.title, words, version: WORDS_VERSION })
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
  return { userId, transcript: storedOf(entry), transactionId }
}
