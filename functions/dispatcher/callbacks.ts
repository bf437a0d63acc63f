import { type CallbackData, decodeCallback, type Screen } from '#shared/domain/callback-data.ts'
import { classifyTelegramError } from '#shared/telegram/errors.ts'
import type { TelegramCallbackQuery } from '#shared/telegram/updates.ts'
import { askDeletePicture, choosePicture, deletePicture, showPicture } from './avatar-screens.ts'
import type { Chat } from './chat.ts'
import { runCommand } from './commands.ts'
import { explainEntry, showHistory } from './history-screens.ts'
import { acceptRecording } from './recording-screens.ts'
import { askRefund, refundPayment } from './refund-screens.ts'
import { changeLanguage, changeSetting } from './settings-screens.ts'
import { keepOfferedText } from './text-offers.ts'
import { checkOrder, sellPack, showPacksOf } from './topup-screens.ts'
import {
  askDeleteTranscript,
  askTitle,
  cancelQuestion,
  deleteTranscript,
  sendTranscriptFile,
} from './transcript-actions.ts'
import { showTranscript, showTranscripts } from './transcript-screens.ts'
import { askSearch } from './transcript-search.ts'
import { showHolds } from './wallet-screens.ts'

const COMMAND_OF_SCREEN = {
  balance: 'balance',
  topup: 'topup',
  history: 'history',
  help: 'help',
  avatar: 'avatar',
  transcripts: 'transcripts',
  settings: 'settings',
} as const satisfies Record<Screen, string>

type MoneyData = Extract<
  CallbackData,
  { kind: 'pack' | 'packs' | 'check' | 'history' | 'entry' | 'holds' | 'refund' | 'refund-confirmed' }
>

/** Buttons about money: top-up, history, what is reserved, refunds. */
const pressMoney = (chat: Chat, data: MoneyData, messageId: number): Promise<void> => {
  switch (data.kind) {
    case 'pack':
      return sellPack(chat, data.id, data.provider ?? 'stars')
    case 'packs':
      return showPacksOf(chat, data.provider, messageId)
    case 'check':
      return checkOrder(chat, data.id, messageId)
    case 'history':
      return showHistory(chat, { cursor: data.cursor, messageId })
    case 'entry':
      return explainEntry(chat, data.id, { cursor: data.cursor, messageId })
    case 'holds':
      return showHolds(chat, messageId)
    case 'refund':
      return askRefund(chat, data.id, messageId)
    case 'refund-confirmed':
      return refundPayment(chat, data, messageId)
  }
}

type AvatarData = Extract<
  CallbackData,
  { kind: 'avatar' | 'avatar-choose' | 'avatar-delete' | 'avatar-delete-confirmed' }
>

/** Buttons of the gallery; gives the words of the pop-up. */
const pressAvatar = async (chat: Chat, data: AvatarData, messageId: number): Promise<string | undefined> => {
  switch (data.kind) {
    case 'avatar':
      await showPicture(chat, data.id, messageId)
      return undefined
    case 'avatar-choose':
      return choosePicture(chat, data.id, messageId)
    case 'avatar-delete':
      await askDeletePicture(chat, data.id, messageId)
      return undefined
    case 'avatar-delete-confirmed':
      return deletePicture(chat, data.id, messageId)
  }
}

type TranscriptData = Extract<
  CallbackData,
  {
    kind:
      | 'transcript'
      | 'transcripts'
      | 'transcript-file'
      | 'transcript-rename'
      | 'transcript-delete'
      | 'transcript-delete-confirmed'
      | 'transcript-search'
  }
>

const pressTranscript = (chat: Chat, data: TranscriptData, messageId: number): Promise<void> => {
  switch (data.kind) {
    case 'transcript':
      return showTranscript(chat, data.id)
    case 'transcripts':
      return showTranscripts(chat, { cursor: data.cursor, messageId })
    case 'transcript-file':
      return sendTranscriptFile(chat, data.id, data.format)
    case 'transcript-rename':
      return askTitle(chat, data.id)
    case 'transcript-delete':
      return askDeleteTranscript(chat, data.id)
    case 'transcript-delete-confirmed':
      return deleteTranscript(chat, data.id, messageId)
    case 'transcript-search':
      return askSearch(chat)
  }
}

type Pressed = NonNullable<TelegramCallbackQuery['message']>
type OfferData = Extract<CallbackData, { kind: 'keep-text' | 'recognise' | 'decline' }>

/** Buttons under an offer, which stands as an answer to what it is about; gives the words of the pop-up. */
const pressOffer = async (chat: Chat, data: OfferData, message: Pressed): Promise<string | undefined> => {
  const offer = { messageId: message.message_id, about: message.reply_to_message }
  switch (data.kind) {
    case 'keep-text':
      await keepOfferedText(chat, data.coins, offer)
      return undefined
    case 'recognise':
      return (await acceptRecording(chat, data, offer)) || undefined
    case 'decline':
      await chat.reply({ kind: 'remove', messageId: offer.messageId })
      return undefined
  }
}

/** Does what a button means; gives the words of its pop-up, if any. */
const press = async (chat: Chat, data: CallbackData, message: Pressed): Promise<string | undefined> => {
  const messageId = message.message_id
  switch (data.kind) {
    case 'menu':
      await runCommand(chat, COMMAND_OF_SCREEN[data.screen])
      return undefined
    case 'language':
      await changeLanguage(chat, data.language)
      return undefined
    case 'avatar':
    case 'avatar-choose':
    case 'avatar-delete':
    case 'avatar-delete-confirmed':
      return pressAvatar(chat, data, messageId)
    case 'transcript':
    case 'transcripts':
    case 'transcript-file':
    case 'transcript-rename':
    case 'transcript-delete':
    case 'transcript-delete-confirmed':
    case 'transcript-search':
      await pressTranscript(chat, data, messageId)
      return undefined
    case 'keep-text':
    case 'recognise':
    case 'decline':
      return pressOffer(chat, data, message)
    case 'cancel':
      await cancelQuestion(chat, messageId)
      return undefined
    case 'setting':
      return changeSetting(chat, data, messageId)
    default:
      await pressMoney(chat, data, messageId)
      return undefined
  }
}

/** Takes the waiting circle off the button. A query that is too old for it is no reason to do the work again. */
const acknowledge = async (chat: Chat, id: string, words: string | undefined): Promise<void> => {
  try {
    await chat.resources.telegram.answerCallbackQuery(id, words === undefined ? {} : { text: words })
  } catch (error) {
    chat.resources.log.debug({ kind: classifyTelegramError(error).kind }, 'a button was not acknowledged')
  }
}

/** A pressed inline button. Buttons of older versions, or of messages that are gone, answer politely. */
export const handleCallback = async (chat: Chat, query: TelegramCallbackQuery): Promise<void> => {
  const data = query.data === undefined ? undefined : decodeCallback(query.data)
  if (!data || query.message === undefined) return acknowledge(chat, query.id, chat.say('old-button'))
  let words: string | undefined
  try {
    words = await press(chat, data, query.message)
  } finally {
    await acknowledge(chat, query.id, words)
  }
}
