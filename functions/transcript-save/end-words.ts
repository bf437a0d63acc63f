import { getHold } from '#shared/db/holds.ts'
import type { Recording } from '#shared/db/recordings.ts'
import { getTranscript } from '#shared/db/transcripts.ts'
import type { User } from '#shared/db/users.ts'
import { getBalance } from '#shared/db/wallets.ts'
import { clockTime } from '#shared/domain/audio/clock-time.ts'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { priceRecording, startedMinutes } from '#shared/domain/transcript/price.ts'
import { isTimed } from '#shared/domain/transcript/segment.ts'
import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import { fetchSealed } from '#shared/http/sealed-text.ts'
import { openVault } from '#shared/http/text-vault.ts'
import { FILE_FORMATS } from '#shared/platform/transcript-file.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import { transcriptActions } from '#shared/telegram/transcript-actions.ts'
import { FailureReason } from './recording-view.ts'

export type EndWords = { text: string; keyboard?: Keyboard }

/** How much of the text stands in the chat; the whole is behind the buttons. */
const SHOWN_CHARACTERS = 1_500

/** Another try may end otherwise: the button stays. */
const WORTH_ANOTHER: readonly FailureReason[] = ['away', 'too-late', 'interrupted']

const offerAgain = ({ language }: User['settings'], coins: number, seconds: number): Keyboard => [
  [
    {
      text: text(language, 'recording-button', { coins }),
      data: encodeCallback({ kind: 'recognise', coins, seconds }),
    },
  ],
  [{ text: text(language, 'button-no-thanks'), data: encodeCallback({ kind: 'decline' }) }],
]

const wordsOfDone = async (
  resources: Resources,
  { settings: { language } }: User,
  recording: Recording,
  signal: AbortSignal,
): Promise<EndWords> => {
  const { sql } = resources
  const { id, userId, holdId } = recording
  const { place, title, characters, durationSeconds } = await getTranscript(sql, { userId, transcriptId: id })
  const vault = await openVault(resources, userId)
  const content = vault.openText(id, await fetchSealed(resources, place, signal))
  const { capturedCoins } = await getHold(sql, holdId)
  const isLong = content.text.length > SHOWN_CHARACTERS
  return {
    text: text(language, 'recording-done', {
      title: vault.openTitle(id, title),
      length: clockTime(durationSeconds ?? recording.durationSeconds),
      characters,
      coins: capturedCoins ?? 0,
      balance: (await getBalance(sql, userId)).coins,
      text: isLong ? `${content.text.slice(0, SHOWN_CHARACTERS).toWellFormed()}…` : content.text,
    }),
    keyboard: transcriptActions(language, {
      id,
      hasTimes: content.segments.length > 0 && content.segments.every(isTimed),
      formats: FILE_FORMATS,
      // the message names the price: it stays
      isBelow: true,
    }),
  }
}

const wordsOfFailure = (
  { tariff }: Resources,
  { settings }: User,
  { durationSeconds: seconds, reason: written }: Recording,
): EndWords => {
  const { language } = settings
  const reason = FailureReason.catch('interrupted').parse(written)
  const coins = priceRecording(tariff, seconds)?.coins
  if (reason === 'longer') {
    // what it really lasts took its place when it failed
    const minutes = startedMinutes(seconds)
    if (minutes > tariff.limits.recording.maxMinutes || coins === undefined)
      return { text: text(language, 'recording-too-long', { minutes: tariff.limits.recording.maxMinutes }) }
    const words = text(language, 'recording-longer', { length: clockTime(seconds), minutes, coins })
    return { text: words, keyboard: offerAgain(settings, coins, seconds) }
  }
  const words = text(language, 'recording-failed', { reason })
  const isOffered = WORTH_ANOTHER.includes(reason) && coins !== undefined
  return isOffered ? { text: words, keyboard: offerAgain(settings, coins, seconds) } : { text: words }
}

/**
 * What the chat is told of an ended recording. Made when it is told: no row keeps words.
 * @throws AppError unavailable, deadline
 */
export const wordsOfEnd = async (
  resources: Resources,
  user: User,
  recording: Recording,
  signal: AbortSignal,
): Promise<EndWords> => {
  if (recording.state !== 'done') return wordsOfFailure(resources, user, recording)
  try {
    return await wordsOfDone(resources, user, recording, signal)
  } catch (error) {
    // deleted through HTTP before the chat heard of it
    if (error instanceof AppError && error.code === 'transcript_not_found')
      return { text: text(user.settings.language, 'transcript-gone') }
    throw error
  }
}
