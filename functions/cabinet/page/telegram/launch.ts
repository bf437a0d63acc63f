import type { ThemeParams } from './theme.ts'

/** How the page was opened. */
export type Launch = {
  /** What Telegram says of the person, signed; kept for as long as the tab lives, for a new session when one is over. */
  initData: string | undefined
  /** One-time token of a log-in link. */
  loginToken: string | undefined
  themeParams: ThemeParams | undefined
  /** Opened by a Telegram app, with or without usable initData. */
  isTelegram: boolean
  /** What the address is to hold after `#` instead: no token stays in it, nor in the history. */
  hash: string
  /** What is to be kept for a reload, in the form in which Telegram's own script keeps it. */
  kept: string | undefined
}

/** The name under which Telegram's script keeps the launch parameters itself: whoever comes first, both find them. */
export const KEPT_AS = '__telegram__initParams'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parseRecord = (text: string | null | undefined): Record<string, unknown> => {
  try {
    const parsed: unknown = JSON.parse(text ?? '')
    return isRecord(parsed) ? parsed : {}
  } catch {
    return {} // nothing, or of another making
  }
}

/** `#/wallet?tgWebAppData=…`, `#tgWebAppData=…` and `#login=…`: a place, perhaps, and parameters, perhaps. */
const splitHash = (hash: string): { path: string; query: URLSearchParams } => {
  const text = hash.replace(/^#/, '')
  if (!text.startsWith('/')) return { path: '', query: new URLSearchParams(text) }
  const end = text.search(/[?&]/)
  return end < 0
    ? { path: text, query: new URLSearchParams() }
    : { path: text.slice(0, end), query: new URLSearchParams(text.slice(end + 1)) }
}

const wordIn = (params: Record<string, unknown>, name: string): string | undefined => {
  const value = params[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Reads the address's fragment, and what an earlier page of this tab has kept. */
export const readLaunch = (hash: string, keptBefore: string | null): Launch => {
  const { path, query } = splitHash(hash)
  const fresh = Object.fromEntries([...query].filter(([name]) => name.startsWith('tgWebApp')))
  const params = { ...parseRecord(keptBefore), ...fresh }
  const isTelegram = Object.keys(params).some((name) => name.startsWith('tgWebApp'))
  const themeParams = parseRecord(wordIn(params, 'tgWebAppThemeParams'))
  return {
    initData: wordIn(params, 'tgWebAppData'),
    loginToken: query.get('login') || undefined,
    themeParams: Object.keys(themeParams).length === 0 ? undefined : themeParams,
    isTelegram,
    hash: path === '' ? '#/' : `#${path}`,
    kept: isTelegram ? JSON.stringify(params) : undefined,
  }
}

/** The language that Telegram knows of the person, before the server has said which one they chose. */
export const languageIn = (initData: string | undefined): string | undefined => {
  const user = parseRecord(new URLSearchParams(initData ?? '').get('user'))
  return wordIn(user, 'language_code')
}
