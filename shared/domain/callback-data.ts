import { readSetting, type Setting } from './callback-setting.ts'
import { packId, unpackId } from './compact-id.ts'
import type { Provider } from './packs.ts'
import { Language } from './settings.ts'

const SCREENS = ['balance', 'topup', 'history', 'help', 'avatar', 'transcripts', 'settings'] as const
/** The screens that a button can open. */
export type Screen = (typeof SCREENS)[number]

/** What an inline button means. Ids and cursors are uuids; amounts are minor units of the payment's currency. */
export type CallbackData =
  /** Buy this pack by card; without `provider`, in Stars. */
  | { kind: 'pack'; id: string; provider?: CardProvider }
  /** The packs with another way to pay. */
  | { kind: 'packs'; provider: Provider }
  /** "I have paid": look for the payment of this order. */
  | { kind: 'check'; id: string }
  | { kind: 'history'; cursor?: string }
  /** Why this transaction; `cursor` leads back to its page of the history. */
  | { kind: 'entry'; id: string; cursor?: string }
  | { kind: 'holds' }
  /** Ask whether to refund this payment. */
  | { kind: 'refund'; id: string }
  /** Refund so much of it: what the person has read and agreed to. */
  | { kind: 'refund-confirmed'; id: string; amount: number }
  | { kind: 'menu'; screen: Screen }
  | { kind: 'language'; language: Language }
  /** Show this picture of the gallery. */
  | { kind: 'avatar'; id: string }
  | { kind: 'avatar-choose'; id: string }
  /** Ask whether to delete it. */
  | { kind: 'avatar-delete'; id: string }
  | { kind: 'avatar-delete-confirmed'; id: string }
  | { kind: 'transcript'; id: string }
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

const PROVIDERS = ['stars', 'telegram', 'yookassa'] as const satisfies readonly Provider[]
/** The ways to pay that take money rather than Stars. */
type CardProvider = Exclude<Provider, 'stars'>

const TRANSCRIPT_FILES = ['txt', 'srt', 'vtt', 'json', 'docx'] as const
type TranscriptFile = (typeof TRANSCRIPT_FILES)[number]

const MAX_BYTES = 64 // Bot API, InlineKeyboardButton.callback_data: 1..64 bytes
const PACK_ID = /^[a-z0-9][a-z0-9-]{0,31}$/

const LETTER_OF_CARD = { telegram: 'c', yookassa: 'y' } as const satisfies Record<CardProvider, string>

const write = (data: CallbackData): string => {
  switch (data.kind) {
    case 'pack':
      return data.provider === undefined ? `p:${data.id}` : `p${LETTER_OF_CARD[data.provider]}:${data.id}`
    case 'packs':
      return `ps:${data.provider}`
    case 'check':
      return `c:${packId(data.id)}`
    case 'history':
      return data.cursor === undefined ? 'h' : `h:${packId(data.cursor)}`
    case 'entry':
      return data.cursor === undefined
        ? `e:${packId(data.id)}`
        : `e:${packId(data.id)}:${packId(data.cursor)}`
    case 'holds':
      return 'hs'
    case 'refund':
      return `r:${packId(data.id)}`
    case 'refund-confirmed':
      return `rc:${packId(data.id)}:${data.amount}`
    case 'menu':
      return `m:${data.screen}`
    case 'language':
      return `l:${data.language}`
    case 'avatar':
      return `a:${packId(data.id)}`
    case 'avatar-choose':
      return `ac:${packId(data.id)}`
    case 'avatar-delete':
      return `ad:${packId(data.id)}`
    case 'avatar-delete-confirmed':
      return `ax:${packId(data.id)}`
    case 'transcript':
      return `t:${packId(data.id)}`
    case 'transcripts':
      return data.cursor === undefined ? 'ts' : `ts:${packId(data.cursor)}`
    case 'transcript-file':
      return `tf:${packId(data.id)}:${data.format}`
    case 'transcript-rename':
      return `tr:${packId(data.id)}`
    case 'transcript-delete':
      return `td:${packId(data.id)}`
    case 'transcript-delete-confirmed':
      return `tx:${packId(data.id)}`
    case 'transcript-search':
      return 'tq'
    case 'keep-text':
      return `kt:${data.coins}`
    case 'recognise':
      return `v:${data.coins}:${data.seconds}`
    case 'decline':
      return 'n'
    case 'cancel':
      return 'x'
    case 'setting':
      return `s:${data.name}:${data.value}`
  }
}

const withId = <Kind extends string>(kind: Kind, compact: string): { kind: Kind; id: string } | undefined => {
  const id = unpackId(compact)
  return id === undefined ? undefined : { kind, id }
}

const withCursor = <Kind extends string>(
  kind: Kind,
  compact: string,
): { kind: Kind; cursor: string } | undefined => {
  const cursor = unpackId(compact)
  return cursor === undefined ? undefined : { kind, cursor }
}

const readPack = (rest: string | undefined, provider?: CardProvider): CallbackData | undefined => {
  if (rest === undefined || !PACK_ID.test(rest)) return undefined
  return provider === undefined ? { kind: 'pack', id: rest } : { kind: 'pack', id: rest, provider }
}

/** An id, and what follows it after a colon. */
const splitId = (rest: string | undefined): { id: string; more: string | undefined } | undefined => {
  const [, compact = '', more] = /^([\w-]{22})(?::(.+))?$/s.exec(rest ?? '') ?? []
  const id = unpackId(compact)
  return id === undefined ? undefined : { id, more }
}

const readEntry = (rest: string | undefined): CallbackData | undefined => {
  const { id, more } = splitId(rest) ?? {}
  if (id === undefined) return undefined
  if (more === undefined) return { kind: 'entry', id }
  const cursor = unpackId(more)
  return cursor === undefined ? undefined : { kind: 'entry', id, cursor }
}

const readCount = (text: string | undefined): number | undefined =>
  /^[1-9]\d{0,15}$/.test(text ?? '') && Number.isSafeInteger(Number(text)) ? Number(text) : undefined

const readConfirmed = (rest: string | undefined): CallbackData | undefined => {
  const { id, more } = splitId(rest) ?? {}
  const amount = readCount(more)
  return id === undefined || amount === undefined ? undefined : { kind: 'refund-confirmed', id, amount }
}

const readFile = (rest: string | undefined): CallbackData | undefined => {
  const { id, more } = splitId(rest) ?? {}
  const format = TRANSCRIPT_FILES.find((known) => known === more)
  return id === undefined || format === undefined ? undefined : { kind: 'transcript-file', id, format }
}

const readRecognise = (rest: string | undefined): CallbackData | undefined => {
  const [coins, seconds, ...more] = (rest ?? '').split(':').map(readCount)
  if (coins === undefined || seconds === undefined || more.length > 0) return undefined
  return { kind: 'recognise', coins, seconds }
}

const readers: Record<string, (rest: string | undefined) => CallbackData | undefined> = {
  p: (rest) => readPack(rest),
  pc: (rest) => readPack(rest, 'telegram'),
  py: (rest) => readPack(rest, 'yookassa'),
  ps: (rest) => {
    const provider = PROVIDERS.find((known) => known === rest)
    return provider === undefined ? undefined : { kind: 'packs', provider }
  },
  c: (rest) => (rest === undefined ? undefined : withId('check', rest)),
  e: readEntry,
  hs: (rest) => (rest === undefined ? { kind: 'holds' } : undefined),
  r: (rest) => (rest === undefined ? undefined : withId('refund', rest)),
  rc: readConfirmed,
  h: (rest) => (rest === undefined ? { kind: 'history' } : withCursor('history', rest)),
  m: (rest) => {
    const screen = SCREENS.find((known) => known === rest)
    return screen === undefined ? undefined : { kind: 'menu', screen }
  },
  l: (rest) => {
    const language = Language.safeParse(rest)
    return language.success ? { kind: 'language', language: language.data } : undefined
  },
  a: (rest) => withId('avatar', rest ?? ''),
  ac: (rest) => withId('avatar-choose', rest ?? ''),
  ad: (rest) => withId('avatar-delete', rest ?? ''),
  ax: (rest) => withId('avatar-delete-confirmed', rest ?? ''),
  t: (rest) => (rest === undefined ? undefined : withId('transcript', rest)),
  ts: (rest) => (rest === undefined ? { kind: 'transcripts' } : withCursor('transcripts', rest)),
  tf: readFile,
  tr: (rest) => withId('transcript-rename', rest ?? ''),
  td: (rest) => withId('transcript-delete', rest ?? ''),
  tx: (rest) => withId('transcript-delete-confirmed', rest ?? ''),
  tq: (rest) => (rest === undefined ? { kind: 'transcript-search' } : undefined),
  kt: (rest) => {
    const coins = readCount(rest)
    return coins === undefined ? undefined : { kind: 'keep-text', coins }
  },
  v: readRecognise,
  n: (rest) => (rest === undefined ? { kind: 'decline' } : undefined),
  x: (rest) => (rest === undefined ? { kind: 'cancel' } : undefined),
  s: (rest) => {
    const setting = readSetting(rest ?? '')
    return setting && { kind: 'setting', ...setting }
  },
}

/** The data of a button, at most 64 bytes. Throws (a bug) for what could not be read back: a button must never be dead. */
export const encodeCallback = (data: CallbackData): string => {
  const text = write(data)
  if (new TextEncoder().encode(text).length > MAX_BYTES || decodeCallback(text) === undefined) {
    throw new RangeError(`No callback data can be made of a ${data.kind} like this`)
  }
  return text
}

/** What a pressed button means; undefined for data of an older version, or of nobody's. Never throws. */
export const decodeCallback = (text: string): CallbackData | undefined => {
  const colon = text.indexOf(':')
  const letter = colon === -1 ? text : text.slice(0, colon)
  const read = Object.hasOwn(readers, letter) ? readers[letter] : undefined
  return read?.(colon === -1 ? undefined : text.slice(colon + 1))
}
