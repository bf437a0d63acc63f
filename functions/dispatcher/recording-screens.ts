import { z } from 'zod'
import { clockTime } from '#shared/domain/audio/clock-time.ts'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { startedMinutes } from '#shared/domain/transcript/price.ts'
import { AppError } from '#shared/errors.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import type { RepliedMessage } from '#shared/telegram/updates.ts'
import type { Chat } from './chat.ts'
import { screenBelow } from './keyboards.ts'
import { recordingIn, type SpokenMessage } from './recordings.ts'
import { declineButton } from './text-offers.ts'

/** What Telegram hands out to bots. */
const MAX_MEGABYTES = 20

const Quote = z.looseObject({
  available: z.boolean(),
  durationSeconds: z.int().nullable(),
  minutes: z.int().nullable(),
  coins: z.int().nullable(),
  missing: z.int().nullable(),
  maxMinutes: z.int(),
})
const Taken = z.looseObject({ recording: z.looseObject({ id: z.string() }) })

const plain = (chat: Chat, text: string): Promise<void> => chat.reply({ kind: 'text', text })

const recogniseButton = (chat: Chat, coins: number, seconds: number): Keyboard[number][number] => ({
  text: chat.say('recording-button', { coins }),
  data: encodeCallback({ kind: 'recognise', coins, seconds }),
})

const askPrice = (chat: Chat, { fileId, seconds }: SpokenMessage): Promise<z.infer<typeof Quote>> => {
  const query = new URLSearchParams({
    userId: chat.person.user.id,
    // where the message does not say how long it lasts, its bytes are asked
    ...(seconds === undefined ? { telegramFileId: fileId } : { durationSeconds: String(seconds) }),
  })
  return chat.call(
    { functionName: 'transcript-save', method: 'GET', path: `/recordings/quote?${query}` },
    Quote,
  )
}

/** Words for what only a recording is refused for. */
const explainRecording = (chat: Chat, error: unknown): string | undefined => {
  if (!(error instanceof AppError)) return undefined
  switch (error.code) {
    case 'unsupported_media':
    case 'unprocessable_media':
      return chat.say('recording-unsuitable')
    case 'too_large':
      return typeof error.extra.maxMinutes === 'number'
        ? chat.say('recording-too-long', { minutes: error.extra.maxMinutes })
        : chat.say('recording-too-large', { megabytes: MAX_MEGABYTES })
    case 'unavailable':
      // taken away since the offer: no later try would end otherwise
      return error.extra.reason === 'not_set_up' ? chat.say('voice-not-supported') : undefined
    default:
      return undefined
  }
}

const offer = async (chat: Chat, recording: SpokenMessage, messageId: number): Promise<void> => {
  const quote = await askPrice(chat, recording)
  const { available, durationSeconds: seconds, minutes, coins, missing, maxMinutes } = quote
  if (!available || seconds === null || minutes === null || coins === null)
    return plain(chat, chat.say('voice-not-supported'))
  if (minutes > maxMinutes) return plain(chat, chat.say('recording-too-long', { minutes: maxMinutes }))
  const words = { length: clockTime(seconds), minutes, coins }
  const isShort = missing !== null && missing > 0
  await chat.reply({
    kind: 'text',
    text: isShort
      ? chat.say('recording-offer-short', { ...words, missing })
      : chat.say('recording-offer', words),
    keyboard: [
      [recogniseButton(chat, coins, seconds)],
      isShort ? [screenBelow(chat, 'topup'), declineButton(chat)] : [declineButton(chat)],
    ],
    // the button knows by it which recording is meant: nothing is stored before it is pressed
    replyTo: messageId,
  })
}

/** A recording has come: what it costs as text. Nothing is fetched, set aside or charged before the button is pressed. */
export const offerRecording = async (chat: Chat, message: RepliedMessage): Promise<void> => {
  const recording = recordingIn(message)
  if (!recording) return plain(chat, chat.say('voice-not-supported'))
  if (recording.bytes > MAX_MEGABYTES * 1024 * 1024)
    return plain(chat, chat.say('recording-too-large', { megabytes: MAX_MEGABYTES }))
  try {
    await offer(chat, recording, message.message_id)
  } catch (error) {
    const words = explainRecording(chat, error)
    if (words === undefined) throw error
    await plain(chat, words)
  }
}

/** What a refusal with `conflict` means; gives the words of the pop-up, or undefined where it is none of ours. */
const settleConflict = async (
  chat: Chat,
  error: unknown,
  { messageId, seconds }: { messageId: number; seconds: number },
): Promise<string | undefined> => {
  if (!(error instanceof AppError) || error.code !== 'conflict') return undefined
  const { limit, coins, atOnce } = error.extra
  // pressed twice: the first press has it
  if (limit === 'recording') return chat.say('offer-taken')
  if (limit === 'recordings' && typeof atOnce === 'number') {
    await plain(chat, chat.say('recording-too-many', { count: atOnce }))
    return ''
  }
  if (limit !== 'price' || typeof coins !== 'number') return undefined
  const words = { length: clockTime(seconds), minutes: startedMinutes(seconds), coins }
  await chat.reply({
    kind: 'edit',
    messageId,
    text: chat.say('recording-offer-changed', words),
    keyboard: [[recogniseButton(chat, coins, seconds)], [declineButton(chat)]],
  })
  return ''
}

/**
 * The person agrees to the price on the button: coins are set aside and the work begins, which then shows itself in this message. Gives the words
 * of the pop-up, '' for none.
 */
export const acceptRecording = async (
  chat: Chat,
  { coins, seconds }: { coins: number; seconds: number },
  { messageId, about }: { messageId: number; about: RepliedMessage | undefined },
): Promise<string> => {
  const recording = about && recordingIn(about)
  if (!recording) {
    await chat.reply({ kind: 'edit', messageId, text: chat.say('offer-lost') })
    return ''
  }
  const { fileId: telegramFileId, title } = recording
  const body = {
    userId: chat.person.user.id,
    telegramFileId,
    durationSeconds: seconds,
    coins,
    messageId,
    ...(title === undefined ? {} : { title }),
  }
  try {
    await chat.call({ functionName: 'transcript-save', method: 'POST', path: '/recordings', body }, Taken)
    return chat.say('offer-taken')
  } catch (error) {
    const words = explainRecording(chat, error)
    if (words !== undefined) await chat.reply({ kind: 'edit', messageId, text: words })
    const popUp = words === undefined ? await settleConflict(chat, error, { messageId, seconds }) : ''
    if (popUp === undefined) throw error
    return popUp
  }
}
