import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import type { Keyboard, OutgoingMessage } from '#shared/telegram/outgoing.ts'
import type { Chat } from './chat.ts'
import { screenBelow } from './keyboards.ts'
import { readCharge } from './read-charge.ts'
import { openBelow, Transcript } from './transcript-words.ts'

const Saved = z.looseObject({ transactionId: z.string(), transcript: Transcript })

/** What `POST transcript-save/` takes besides the person. */
type Source = { text: string; format: 'text' } | { telegramFileId: string; format: string; title?: string }

/** Megabytes of a text file that `transcript-save` takes (design 11). */
const TRANSCRIPT_MEGABYTES = 5

/** Words for what only a transcript is refused for. */
const explainTranscript = (chat: Chat, error: AppError): string | undefined => {
  if (error.code === 'invalid_input') {
    if (error.extra.reason === 'encoding') return chat.say('unknown-encoding')
    return chat.say(error.extra.reason === 'empty' ? 'empty-transcript' : 'unreadable-transcript')
  }
  if (error.code !== 'too_large') return undefined
  const characters = chat.resources.tariff.limits.transcript.maxCharacters
  return chat.say('transcript-too-large', { characters, megabytes: TRANSCRIPT_MEGABYTES })
}

/**
 * Stores a transcript and says what it cost, or why it cannot be. `key` in the place of the update's own makes it happen once.
 * @throws AppError for refusals that any work has: too few coins, a limit, something away
 */
export const keepTranscript = async (
  chat: Chat,
  source: Source,
  key?: string,
): Promise<{ text: string; keyboard?: Keyboard }> => {
  try {
    const { transcript, transactionId } = await chat.call(
      {
        functionName: 'transcript-save',
        method: 'POST',
        body: { userId: chat.person.user.id, ...source },
      },
      Saved,
      key,
    )
    return {
      text: chat.say('transcript-saved', {
        title: transcript.title ?? '…',
        characters: transcript.characters,
        ...(await readCharge(chat, transactionId)),
      }),
      keyboard: [
        [openBelow(chat, transcript)],
        [screenBelow(chat, 'transcripts'), screenBelow(chat, 'history')],
      ],
    }
  } catch (error) {
    const words = error instanceof AppError ? explainTranscript(chat, error) : undefined
    if (words === undefined) throw error
    return { text: words }
  }
}

/** The same as an answer in the chat. */
export const answerWithTranscript = async (chat: Chat, source: Source): Promise<void> => {
  const answer: OutgoingMessage = { kind: 'text', ...(await keepTranscript(chat, source)) }
  await chat.reply(answer, { isPrivate: true })
}
