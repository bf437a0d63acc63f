import type { CallbackData } from './callback-data.ts'
import { readOperatorButton } from './callback-operator.ts'
import { readCount, readPlace, splitId, withCursor, withId } from './callback-parts.ts'
import { readSetting, TYPED_SETTINGS } from './callback-setting.ts'
import { type CardProvider, PRIVACY_STEPS, PROVIDERS, SCREENS, TRANSCRIPT_FILES } from './callback-words.ts'
import { Language } from './settings.ts'

const PACK_ID = /^[a-z0-9][a-z0-9-]{0,31}$/

const readPack = (rest: string | undefined, provider?: CardProvider): CallbackData | undefined => {
  if (rest === undefined || !PACK_ID.test(rest)) return undefined
  return provider === undefined ? { kind: 'pack', id: rest } : { kind: 'pack', id: rest, provider }
}

const readEntry = (rest: string | undefined): CallbackData | undefined => {
  const { id, more } = splitId(rest) ?? {}
  const place = readPlace(more)
  return id === undefined || place === undefined ? undefined : { kind: 'entry', id, ...place }
}

const readHistory = (rest: string | undefined): CallbackData | undefined => {
  const place = readPlace(rest)
  return place && { kind: 'history', ...place }
}

const readMenu = (rest: string | undefined, isBelow: boolean): CallbackData | undefined => {
  const screen = SCREENS.find((known) => known === rest)
  return screen && { kind: 'menu', screen, ...(isBelow ? { isBelow } : {}) }
}

const readValues = (rest = ''): CallbackData | undefined => {
  const [written, number, ...more] = rest.split(':')
  const name = TYPED_SETTINGS.find((known) => known === written)
  const page = readCount(number)
  if (name === undefined || more.length > 0 || (number !== undefined && page === undefined)) return undefined
  return page === undefined ? { kind: 'setting-values', name } : { kind: 'setting-values', name, page }
}

const readUsage = (rest: string | undefined): CallbackData | undefined => {
  if (rest === undefined) return { kind: 'usage' }
  const page = readCount(rest)
  return page === undefined ? undefined : { kind: 'usage', page }
}

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

/** By the letters before the first colon; each is given what follows it. */
export const READERS: Record<string, (rest: string | undefined) => CallbackData | undefined> = {
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
  h: readHistory,
  u: readUsage,
  m: (rest) => readMenu(rest, false),
  mb: (rest) => readMenu(rest, true),
  l: (rest) => {
    const language = Language.safeParse(rest)
    return language.success ? { kind: 'language', language: language.data } : undefined
  },
  a: (rest) => withId('avatar', rest ?? ''),
  ac: (rest) => withId('avatar-choose', rest ?? ''),
  ad: (rest) => withId('avatar-delete', rest ?? ''),
  ax: (rest) => withId('avatar-delete-confirmed', rest ?? ''),
  t: (rest) => (rest === undefined ? undefined : withId('transcript', rest)),
  tb: (rest) => {
    const data = withId('transcript', rest ?? '')
    return data && { ...data, isBelow: true }
  },
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
  sv: readValues,
  sa: (rest) => {
    const name = TYPED_SETTINGS.find((known) => known === rest)
    return name && { kind: 'setting-ask', name }
  },
  pv: (rest) => {
    const step = PRIVACY_STEPS.find((known) => known === rest)
    return step && { kind: 'privacy', step }
  },
  dx: (rest) => (rest === undefined ? { kind: 'deletion-confirmed' } : undefined),
  o: (rest) => {
    const button = readOperatorButton(rest)
    return button && { kind: 'operator', ...button }
  },
}
