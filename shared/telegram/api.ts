import { Api } from 'grammy/web'
import { readNetworkError, readRefusal, TelegramError, type TelegramRefusal } from './errors.ts'

export type TelegramSettings = {
  token: string
  /** Without a trailing slash, e.g. https://api.telegram.org. */
  apiRoot: string
  /** Longest time for one call, uploads included. */
  timeoutMs: number
  fetch?: typeof globalThis.fetch
}

type Answer = { ok: true; result: unknown } | ({ ok: false } & TelegramRefusal)

const isAnswer = (value: unknown): value is Answer =>
  typeof value === 'object' &&
  value !== null &&
  'ok' in value &&
  (value.ok === true ||
    ('error_code' in value &&
      typeof value.error_code === 'number' &&
      'description' in value &&
      typeof value.description === 'string'))

/** Takes the token out of a text that came from outside (a proxy's error page may quote the URL). */
const withoutToken = (text: string, token: string): string =>
  text.replaceAll(token, '<token>').replaceAll(encodeURIComponent(token), '<token>')

/**
 * grammY's typed Bot API client. Every failure is a TelegramError: grammY's own errors keep the payload (people's
 * messages) and the HTTP client's error, whose URL holds the token. Redirects are not followed: they would carry it away.
 * `grammy/web` is the same client on the built-in fetch, without node-fetch.
 */
export const createTelegram = ({ token, apiRoot, timeoutMs, fetch }: TelegramSettings): Api => {
  const api = new Api(token, {
    apiRoot: apiRoot.replace(/\/+$/, ''),
    timeoutSeconds: timeoutMs / 1000,
    sensitiveLogs: false,
    baseFetchConfig: { redirect: 'error' },
    ...(fetch === undefined ? {} : { fetch }),
  })
  api.config.use(async (previous, method, payload, signal) => {
    let answer: Awaited<ReturnType<typeof previous<typeof method>>>
    try {
      answer = await previous(method, payload, signal)
    } catch (error) {
      throw new TelegramError(method, readNetworkError(error))
    }
    if (!isAnswer(answer)) throw new TelegramError(method, readNetworkError(undefined))
    if (answer.ok) return answer
    throw new TelegramError(
      method,
      readRefusal({ ...answer, description: withoutToken(answer.description, token) }),
    )
  })
  return api
}
