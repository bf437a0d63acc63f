import { setDialogue } from '#shared/db/dialogues.ts'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { priceLine } from '#shared/domain/texts/screens.ts'
import { priceTranscript } from '#shared/domain/transcript/price.ts'
import { cleanChatText, countCharacters } from '#shared/domain/transcript/text.ts'
import { AppError } from '#shared/errors.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import type { RepliedMessage, TelegramMessage } from '#shared/telegram/updates.ts'
import type { Chat } from './chat.ts'
import type { Answered } from './dialogue.ts'
import { answerWithTranscript, keepTranscript } from './keep-transcript.ts'
import { cancelButton } from './transcript-words.ts'

/** Who writes so much has something to keep; below that it is talk, and an offer would be a nuisance. */
const OFFERED_FROM_CHARACTERS = 200

const measure = (chat: Chat, text: string): { characters: number; coins: number } => {
  const characters = countCharacters(cleanChatText(text))
  const { coins } = priceTranscript(chat.resources.tariff, { characters, durationSeconds: null })
  return { characters, coins }
}

/** The button that takes an offer away. */
export const declineButton = (chat: Chat): Keyboard[number][number] => ({
  text: chat.say('button-no-thanks'),
  data: encodeCallback({ kind: 'decline' }),
})

const offerButtons = (chat: Chat, coins: number): Keyboard => [
  [{ text: chat.say('text-offer-button', { coins }), data: encodeCallback({ kind: 'keep-text', coins }) }],
  [declineButton(chat)],
]

/** Under a long text: shall it be kept? Nothing is stored or charged before the button is pressed. Says whether it was offered. */
export const offerText = async (chat: Chat, { text = '', message_id }: TelegramMessage): Promise<boolean> => {
  const { characters, coins } = measure(chat, text)
  if (characters < OFFERED_FROM_CHARACTERS) return false
  await chat.reply({
    kind: 'text',
    text: chat.say('text-offer', { characters, coins }),
    keyboard: offerButtons(chat, coins),
    replyTo: message_id,
  })
  return true
}

/**
 * Keeps the text that the offer stands under, once for each offer, for the price that was read there. The text is nowhere but in Telegram's
 * own message until then.
 */
export const keepOfferedText = async (
  chat: Chat,
  agreedCoins: number,
  offer: { messageId: number; about: RepliedMessage | undefined },
): Promise<void> => {
  const { messageId, about } = offer
  const text = cleanChatText(about?.text ?? '')
  if (text === '') return chat.reply({ kind: 'edit', messageId, text: chat.say('offer-lost') })
  const { coins } = measure(chat, text)
  if (coins !== agreedCoins) {
    const words = chat.say('text-offer-changed', { coins })
    return chat.reply({ kind: 'edit', messageId, text: words, keyboard: offerButtons(chat, coins) })
  }
  try {
    const saved = await keepTranscript(chat, { text, format: 'text' }, `offer:${chat.chatId}:${messageId}`)
    await chat.reply({ kind: 'edit', messageId, ...saved }, { isPrivate: true })
  } catch (error) {
    // kept already, and edited since: the button was for the text as it was
    if (!(error instanceof AppError) || error.code !== 'key_reused') throw error
    await chat.reply({ kind: 'text', text: chat.say('old-button') })
  }
}

/** /transcript: asks for the text; whatever is written next is kept. */
export const askText = async (chat: Chat): Promise<void> => {
  const { tariff, sql, clock } = chat.resources
  await setDialogue(sql, chat.person.user.id, { kind: 'keep-text', askedAt: clock() })
  const { transcript } = tariff.services
  const price = transcript === undefined ? '' : priceLine(chat.person.settings.language, transcript)
  await chat.reply({
    kind: 'text',
    text: chat.say('transcript-ask', { price }),
    keyboard: [[cancelButton(chat)]],
  })
}

/** /transcript words, or in answer to a message with words: they are kept at once, as a document is. */
export const keepText = (chat: Chat, text: string): Promise<void> =>
  answerWithTranscript(chat, { text: cleanChatText(text), format: 'text' })

/** The words that answered `askText`. */
export const takeText = async (chat: Chat, text: string): Promise<Answered> => {
  const saved = await keepTranscript(chat, { text: cleanChatText(text), format: 'text' })
  return { reply: { kind: 'text', ...saved }, isDone: true }
}

/** Refused for good: what is written after that is something else, and must not be charged as the text. */
export const isTextRefused = (error: unknown): boolean => error instanceof AppError && error.status < 429
