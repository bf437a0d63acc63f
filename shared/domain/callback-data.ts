import { packId, unpackId } from './compact-id.ts'
import { Language, SettingsPatch } from './settings.ts'

const SCREENS = ['balance', 'topup', 'history', 'help', 'avatar', 'transcripts', 'settings'] as const
/** The screens that a button can open. */
export type Screen = (typeof SCREENS)[number]

type Setting =
  | { name: 'receipts' | 'lowBalance'; value: boolean }
  | { name: 'lowBalanceThreshold'; value: number }
  | { name: 'dailyLimit'; value: number | null }
  | { name: 'timeZone'; value: string }

/** What an inline button means. Ids and cursors are uuids. */
export type CallbackData =
  | { kind: 'pack'; id: string }
  | { kind: 'history'; cursor?: string }
  | { kind: 'menu'; screen: Screen }
  | { kind: 'language'; language: Language }
  | { kind: 'transcript'; id: string }
  | { kind: 'transcripts'; cursor?: string }
  | ({ kind: 'setting' } & Setting)

const MAX_BYTES = 64 // Bot API, InlineKeyboardButton.callback_data: 1..64 bytes
const PACK_ID = /^[a-z0-9][a-z0-9-]{0,31}$/

const write = (data: CallbackData): string => {
  switch (data.kind) {
    case 'pack':
      return `p:${data.id}`
    case 'history':
      return data.cursor === undefined ? 'h' : `h:${packId(data.cursor)}`
    case 'menu':
      return `m:${data.screen}`
    case 'language':
      return `l:${data.language}`
    case 'transcript':
      return `t:${packId(data.id)}`
    case 'transcripts':
      return data.cursor === undefined ? 'ts' : `ts:${packId(data.cursor)}`
    case 'setting':
      return `s:${data.name}:${data.value}`
  }
}

const readSetting = (text: string): CallbackData | undefined => {
  const [, name, written] = /^(\w+):(.+)$/s.exec(text) ?? []
  if (name === undefined || written === undefined) return undefined
  const value = /^(true|false|null|0|[1-9]\d{0,15})$/.test(written) ? JSON.parse(written) : written
  const patch = SettingsPatch.safeParse({ [name]: value })
  if (!patch.success) return undefined
  const { receipts, lowBalance, lowBalanceThreshold, dailyLimit, timeZone } = patch.data
  if (receipts !== undefined) return { kind: 'setting', name: 'receipts', value: receipts }
  if (lowBalance !== undefined) return { kind: 'setting', name: 'lowBalance', value: lowBalance }
  if (lowBalanceThreshold !== undefined) {
    return { kind: 'setting', name: 'lowBalanceThreshold', value: lowBalanceThreshold }
  }
  if (dailyLimit !== undefined) return { kind: 'setting', name: 'dailyLimit', value: dailyLimit }
  if (timeZone !== undefined) return { kind: 'setting', name: 'timeZone', value: timeZone }
  return undefined
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

const readers: Record<string, (rest: string | undefined) => CallbackData | undefined> = {
  p: (rest) => (rest !== undefined && PACK_ID.test(rest) ? { kind: 'pack', id: rest } : undefined),
  h: (rest) => (rest === undefined ? { kind: 'history' } : withCursor('history', rest)),
  m: (rest) => {
    const screen = SCREENS.find((known) => known === rest)
    return screen === undefined ? undefined : { kind: 'menu', screen }
  },
  l: (rest) => {
    const language = Language.safeParse(rest)
    return language.success ? { kind: 'language', language: language.data } : undefined
  },
  t: (rest) => (rest === undefined ? undefined : withId('transcript', rest)),
  ts: (rest) => (rest === undefined ? { kind: 'transcripts' } : withCursor('transcripts', rest)),
  s: (rest) => (rest === undefined ? undefined : readSetting(rest)),
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
