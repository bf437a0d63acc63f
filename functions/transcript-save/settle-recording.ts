import { captureHold, getHold, releaseHold } from '#shared/db/holds.ts'
import { failRecording, finishRecording, type Recording } from '#shared/db/recordings.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { saveWords } from '#shared/db/transcript-words.ts'
import { addTranscript, hasTranscript } from '#shared/db/transcripts.ts'
import { getUser, type User } from '#shared/db/users.ts'
import { countCharacters } from '#shared/domain/transcript/text.ts'
import { WORDS_VERSION } from '#shared/domain/transcript/words.ts'
import type { ParsedTranscript } from '#shared/domain/transcript-formats.ts'
import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import { takeBackObjects } from '#shared/http/stored-objects.ts'
import { openVault } from '#shared/http/text-vault.ts'
import { ledgerWords } from '#shared/payments/ledger-words.ts'
import { recordingMetrics } from './metrics.ts'
import type { FailureReason } from './recording-view.ts'
import { sealTranscript } from './seal-transcript.ts'
import { titleOf } from './title.ts'

const ACTOR = 'transcript-save'

/** What was heard, and who has the claim. */
export type Finished = {
  recording: Recording
  holder: string
  content: ParsedTranscript
  language: string | null
  durationSeconds: number
}

/**
 * Stores the transcript, takes the coins and ends the recording, all in one transaction: work that failed is never paid, and what was paid is
 * never lost.
 * @throws AppError conflict (the hold has ended, or another worker has the recording), user_not_found, unavailable, deadline
 */
export const storeHeard = async (
  resources: Resources,
  { recording, holder, content, language, durationSeconds }: Finished,
  signal: AbortSignal,
): Promise<void> => {
  const { id, userId, holdId } = recording
  const title =
    recording.title === null
      ? titleOf(content.text)
      : (await openVault(resources, userId)).openTitle(id, recording.title)
  const { objects, words, ...sealed } = await sealTranscript(
    resources,
    { id, userId, title, content },
    signal,
  )
  try {
    await inTransaction(resources.sql, async (tx) => {
      const entry = await addTranscript(tx, {
        id,
        userId,
        ...sealed,
        format: 'json',
        language,
        characters: countCharacters(content.text),
        durationSeconds,
      })
      await saveWords(tx, { transcriptId: id, title: entry.title, words, version: WORDS_VERSION })
      const { settings } = await getUser(tx, { userId })
      const { transactionId } = await captureHold(tx, {
        holdId,
        actor: ACTOR,
        settings,
        debtWords: ledgerWords(settings.language).debtPayment,
        // the chat's own message names the price
        withReceipt: recording.messageId === null,
      })
      await finishRecording(tx, { id, holder, transactionId })
    })
  } catch (error) {
    if (objects)
      await takeBackObjects(resources, objects, { userId, isStored: (tx) => hasTranscript(tx, id) })
    throw error
  }
  recordingMetrics(resources).ended.inc({ outcome: 'done' })
  resources.wake('notify')
}

/** The hold's coins are free again, unless somebody else has ended it already. */
const freeCoins = async (
  resources: Resources,
  { recording, user }: { recording: Pick<Recording, 'id' | 'holdId'>; user: User | undefined },
  end: { holder: string | null; reason: FailureReason; durationSeconds?: number | undefined },
): Promise<boolean> => {
  const { id, holdId } = recording
  try {
    return await inTransaction(resources.sql, async (tx) => {
      const { state } = await getHold(tx, holdId)
      if (state === 'active' || state === 'expired') {
        const debtWords = ledgerWords(user?.settings.language ?? 'en').debtPayment
        await releaseHold(tx, { holdId, actor: ACTOR, debtWords })
      }
      if (await failRecording(tx, { id, ...end })) return true
      // coins of work that goes on elsewhere stay where they are
      throw new AppError('conflict')
    })
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict') return false
    throw error
  }
}

/**
 * Ends a recording that no text comes of, and frees its coins, in one transaction; false where it is another worker's. `holder` null: nobody
 * is at it. `durationSeconds`: what it really lasts, for a new price.
 */
export const failAndRelease = async (
  resources: Resources,
  whose: { recording: Pick<Recording, 'id' | 'holdId'>; user: User | undefined },
  end: { holder: string | null; reason: FailureReason; durationSeconds?: number | undefined },
): Promise<boolean> => {
  const hasFailed = await freeCoins(resources, whose, end)
  if (hasFailed) {
    recordingMetrics(resources).ended.inc({ outcome: end.reason })
    resources.wake('notify')
    resources.log.info({ recordingId: whose.recording.id, reason: end.reason }, 'a recording gave no text')
  }
  return hasFailed
}
