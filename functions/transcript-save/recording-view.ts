import { z } from 'zod'
import type { Queryable } from '#shared/db/client.ts'
import { getHold } from '#shared/db/holds.ts'
import type { Recording } from '#shared/db/recordings.ts'
import { CoinAmount } from '#shared/domain/coins.ts'
import { Id } from '#shared/http/subject.ts'

/**
 * Why no text came of a recording: `silent` (no words), `unreadable`, `longer` (than what was paid for), `gone` (Telegram does not hand it out),
 * `too-long-text`, `away` (the recogniser), `too-late` (the hold ran out), `interrupted` (tried too often).
 */
export const FailureReason = z.enum([
  'silent',
  'unreadable',
  'longer',
  'gone',
  'too-long-text',
  'away',
  'too-late',
  'interrupted',
])
export type FailureReason = z.infer<typeof FailureReason>

/** A recording on its way to a transcript, as callers see it. */
export const RecordingView = z
  .strictObject({
    id: Id,
    state: z.enum(['queued', 'downloading', 'recognising', 'done', 'failed']),
    /** Set aside until the end; taken when it is done. */
    coins: CoinAmount,
    durationSeconds: z.int().positive(),
    reason: FailureReason.nullable(),
    transcriptId: Id.nullable(),
    transactionId: Id.nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Recording' })

/** A recording as it is now. */
export const viewOfRecording = async (
  sql: Queryable,
  recording: Recording,
): Promise<z.infer<typeof RecordingView>> => {
  const { id, state, durationSeconds, reason, transactionId, createdAt, holdId } = recording
  const { coins } = await getHold(sql, holdId)
  return {
    id,
    state,
    coins,
    durationSeconds,
    reason: reason === null ? null : FailureReason.parse(reason),
    transcriptId: state === 'done' ? id : null,
    transactionId,
    createdAt: createdAt.toISOString(),
  }
}
