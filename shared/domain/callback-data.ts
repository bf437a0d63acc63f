import type { OperatorButton } from './callback-operator.ts'
import type { HistoryPlace } from './callback-parts.ts'
import { READERS } from './callback-read.ts'
import type { Setting, TypedSetting } from './callback-setting.ts'
import type { CardProvider, PrivacyStep, Screen, TranscriptFile } from './callback-words.ts'
import { writeCallback } from './callback-write.ts'
import type { Provider } from './packs.ts'
import type { Language } from './settings.ts'

/** What an inline button means. Ids and cursors are uuids; amounts are minor units of the payment's currency. */
export type CallbackData =
  /** Buy this pack by card; without `provider`, in Stars. */
  | { kind: 'pack'; id: string; provider?: CardProvider }
  /** The packs with another way to pay. */
  | { kind: 'packs'; provider: Provider }
  /** "I have paid": look for the payment of this order. */
  | { kind: 'check'; id: string }
  | ({ kind: 'history' } & HistoryPlace)
  /** Why this transaction; the place leads back to its page of the history. */
  | ({ kind: 'entry'; id: string } & HistoryPlace)
  /** Coins by service and week; `page` goes back in time. */
  | { kind: 'usage'; page?: number }
  | { kind: 'holds' }
  /** Ask whether to refund this payment. */
  | { kind: 'refund'; id: string }
  /** Refund so much of it: what the person has read and agreed to. */
  | { kind: 'refund-confirmed'; id: string; amount: number }
  /** Open a screen in the place of the message, or below it where the message says what is to stay (a receipt, an answer). */
  | { kind: 'menu'; screen: Screen; isBelow?: true }
  | { kind: 'language'; language: Language }
  /** Show this picture of the gallery. */
  | { kind: 'avatar'; id: string }
  | { kind: 'avatar-choose'; id: string }
  /** Ask whether to delete it. */
  | { kind: 'avatar-delete'; id: string }
  | { kind: 'avatar-delete-confirmed'; id: string }
  | { kind: 'transcript'; id: string; isBelow?: true }
  | { kind: 'transcripts'; cursor?: string }
  /** Send it as a file. */
  | { kind: 'transcript-file'; id: string; format: TranscriptFile }
  /** Ask for another title. */
  | { kind: 'transcript-rename'; id: string }
  /** Ask whether to delete it. */
  | { kind: 'transcript-delete'; id: string }
  | { kind: 'transcript-delete-confirmed'; id: string }
  /** Ask for the words to search for. */
  | { kind: 'transcript-search' }
  /** Keep the text that this message answers, for so many coins. */
  | { kind: 'keep-text'; coins: number }
  /** Turn the recording that this message answers into text: so many coins for so many seconds. */
  | { kind: 'recognise'; coins: number; seconds: number }
  /** Take the offer away. */
  | { kind: 'decline' }
  /** Forget the question that waits for an answer. */
  | { kind: 'cancel' }
  | ({ kind: 'setting' } & Setting)
  /** The values to choose from; `page` goes on in a long list. */
  | { kind: 'setting-values'; name: TypedSetting; page?: number }
  /** Ask for a value in words. */
  | { kind: 'setting-ask'; name: TypedSetting }
  /** The person's own data: take them away, ask whether to delete everything, keep the account after all. */
  | { kind: 'privacy'; step: PrivacyStep }
  | { kind: 'deletion-confirmed' }
  /** Of the operator's side; pressed by anybody else it is nobody's. */
  | ({ kind: 'operator' } & OperatorButton)

/**
 * Whether the button must carry our signature. One without is of an older version, or of somebody's own making: whatever only shows what the
 * person may see, and is checked again by the function that is asked, works all the same.
 */
export const NEEDS_SIGNATURE: Readonly<Record<CallbackData['kind'], boolean>> = {
  pack: false,
  packs: false,
  check: false,
  history: false,
  entry: false,
  usage: false,
  holds: false,
  refund: false,
  'refund-confirmed': true,
  menu: false,
  language: true,
  avatar: false,
  'avatar-choose': true,
  'avatar-delete': true,
  'avatar-delete-confirmed': true,
  transcript: false,
  transcripts: false,
  'transcript-file': false,
  'transcript-rename': true,
  'transcript-delete': true,
  'transcript-delete-confirmed': true,
  'transcript-search': false,
  'keep-text': true,
  recognise: true,
  decline: false,
  cancel: false,
  setting: true,
  'setting-values': false,
  'setting-ask': true,
  // acts for whoever presses it, and takes nothing away
  privacy: false,
  'deletion-confirmed': true,
  operator: true,
}

/** Bot API, InlineKeyboardButton.callback_data: 1..64 bytes, of which the signature takes 9. */
export const MAX_DATA_BYTES = 55

/** The data of a button, at most 55 bytes: its signature comes behind it. Throws (a bug) for what could not be read back: a button must never be dead. */
export const encodeCallback = (data: CallbackData): string => {
  const text = writeCallback(data)
  if (new TextEncoder().encode(text).length > MAX_DATA_BYTES || decodeCallback(text) === undefined) {
    throw new RangeError(`No callback data can be made of a ${data.kind} like this`)
  }
  return text
}

/** What a pressed button means; undefined for data of an older version, or of nobody's. Never throws. */
export const decodeCallback = (text: string): CallbackData | undefined => {
  const colon = text.indexOf(':')
  const letter = colon === -1 ? text : text.slice(0, colon)
  const read = Object.hasOwn(READERS, letter) ? READERS[letter] : undefined
  return read?.(colon === -1 ? undefined : text.slice(colon + 1))
}
