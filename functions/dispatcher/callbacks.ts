import { endDialogue } from '#shared/db/dialogues.ts'
import { type CallbackData, decodeCallback, NEEDS_SIGNATURE } from '#shared/domain/callback-data.ts'
import { readButton } from '#shared/telegram/button-signature.ts'
import { classifyTelegramError } from '#shared/telegram/errors.ts'
import type { TelegramCallbackQuery } from '#shared/telegram/updates.ts'
import { pressOperator } from './admin-callbacks.ts'
import { askDeletePicture, choosePicture, deletePicture, showPicture } from './avatar-screens.ts'
import type { Chat } from './chat.ts'
import { showScreen } from './commands.ts'
import { explainEntry, showHistory } from './history-screens.ts'
import { inPlaceOf, type Place } from './in-place.ts'
import { confirmDeletion, pressPrivacy } from './privacy-screens.ts'
import { acceptRecording } from './recording-screens.ts'
import { askRefund, refundPayment } from './refund-screens.ts'
import { askSetting, showValues } from './setting-values.ts'
import { changeLanguage, changeSetting } from './settings-screens.ts'
import { isShutOut, tellShutOut } from './shut-out.ts'
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
import { showUsage } from './usage-screens.ts'
import { showHolds } from './wallet-screens.ts'

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
      return showHistory(chat, data, messageId)
    case 'entry':
      return explainEntry(chat, data, messageId)
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

const pressTranscript = (chat: Chat, data: TranscriptData, place: Place): Promise<void> => {
  const { messageId } = place
  switch (data.kind) {
    case 'transcript':
      return showTranscript(data.isBelow ? chat : inPlaceOf(chat, place), data.id)
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

type SettingData = Extract<CallbackData, { kind: 'language' | 'setting' | 'setting-values' | 'setting-ask' }>

/** Buttons of the settings; gives the words of the pop-up. */
const pressSetting = async (
  chat: Chat,
  data: SettingData,
  messageId: number,
): Promise<string | undefined> => {
  switch (data.kind) {
    case 'language':
      await changeLanguage(chat, data.language, messageId)
      return undefined
    case 'setting':
      return changeSetting(chat, data, messageId)
    case 'setting-values':
      await showValues(chat, data, messageId)
      return undefined
    case 'setting-ask':
      await askSetting(chat, data.name, messageId)
      return undefined
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
  const place = { messageId, isPhoto: message.photo !== undefined }
  switch (data.kind) {
    case 'menu':
      // who turns to something else is not asked any more, as with commands: what is typed then must not be kept, or charged
      await endDialogue(chat.resources.sql, chat.person.user.id)
      await showScreen(data.isBelow ? chat : inPlaceOf(chat, place), data.screen)
      return undefined
    case 'usage':
      await showUsage(inPlaceOf(chat, place), data.page)
      return undefined
    case 'language':
    case 'setting':
    case 'setting-values':
    case 'setting-ask':
      return pressSetting(chat, data, messageId)
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
      await pressTranscript(chat, data, place)
      return undefined
    case 'keep-text':
    case 'recognise':
    case 'decline':
      return pressOffer(chat, data, message)
    case 'privacy':
      await pressPrivacy(chat, data.step, inPlaceOf(chat, place))
      return undefined
    case 'deletion-confirmed':
      await confirmDeletion(inPlaceOf(chat, place))
      return undefined
    case 'cancel':
      await cancelQuestion(chat, messageId)
      return undefined
    case 'operator':
      return pressOperator(chat, data, messageId)
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

/**
 * What the button means, if it is one of ours for this person. Those of older versions have no signature: they show what they showed, below the
 * message, which was not meant to go; whatever changes something is asked for anew (docs/decisions/0011).
 */
const readPressed = (chat: Chat, written: string | undefined): CallbackData | undefined => {
  if (written === undefined) return undefined
  const { data: text, trust } = readButton(written, {
    telegramId: chat.person.user.telegramId,
    sign: chat.resources.sign,
  })
  const data = trust === 'foreign' ? undefined : decodeCallback(text)
  if (!data || trust === 'signed') return data
  if (NEEDS_SIGNATURE[data.kind]) return undefined
  return data.kind === 'menu' || data.kind === 'transcript' ? { ...data, isBelow: true } : data
}

/** A pressed inline button. Buttons of older versions, of other people, or of messages that are gone, answer politely. */
export const handleCallback = async (chat: Chat, query: TelegramCallbackQuery): Promise<void> => {
  const data = readPressed(chat, query.data)
  if (!data || query.message === undefined) return acknowledge(chat, query.id, chat.say('old-button'))
  let words: string | undefined
  try {
    if (isShutOut(chat, data.kind === 'menu' ? data.screen : data.kind)) await tellShutOut(chat)
    else words = await press(chat, data, query.message)
  } finally {
    await acknowledge(chat, query.id, words)
  }
}
