import { AppError, unavailable, upstreamFailed } from '#shared/errors.ts'

/** What went wrong with a call of the Bot API, as far as a caller would act differently. */
export type TelegramErrorKind =
  /** The person blocked the bot, or it was thrown out of the chat. */
  | 'blocked'
  | 'deactivated'
  | 'chat_not_found'
  | 'rate_limited'
  /** The edit changes nothing. */
  | 'not_modified'
  /** A callback or pre-checkout query that waited too long for its answer. */
  | 'too_old'
  | 'file_not_found'
  | 'file_too_big'
  | 'already_refunded'
  | 'bad_request'
  | 'forbidden'
  /** The bot's token is wrong or was revoked. */
  | 'unauthorized'
  /** Another process takes the updates. */
  | 'conflict'
  /** No answer, nonsense, or 5xx: may work later. */
  | 'unavailable'

export type TelegramFailure = {
  kind: TelegramErrorKind
  /** Telegram's own words, or what happened on the way; never holds the token. */
  description: string
  retryAfterSeconds?: number
  /** True when no answer came, so that Telegram may have done it all the same. */
  outcomeUnknown: boolean
}

/**
 * A call of the Bot API that failed. Deliberately without `cause`, payload and URL: errors of an HTTP client name the
 * URL, which holds the bot's token, and payloads hold people's messages. `description` says what they would have said.
 */
export class TelegramError extends Error {
  override name = 'TelegramError' as const
  readonly method: string
  readonly failure: TelegramFailure

  constructor(method: string, failure: TelegramFailure) {
    super(`Telegram ${method}: ${failure.kind} (${failure.description})`)
    this.method = method
    this.failure = failure
  }
}

/** What the Bot API answers when it says no (core.telegram.org/bots/api#making-requests). */
export type TelegramRefusal = {
  error_code: number
  description: string
  parameters?: { retry_after?: number | undefined } | undefined
}

/**
 * Texts of the Bot API server (tdlib/telegram-bot-api, Client.cpp) and of Telegram behind it: they are the only thing
 * that tells these cases apart.
 */
const KIND_OF_DESCRIPTION: readonly (readonly [code: number, text: RegExp, kind: TelegramErrorKind])[] = [
  [400, /message is not modified/i, 'not_modified'],
  [400, /query is too old|query ID is invalid|QUERY_ID_INVALID/i, 'too_old'],
  [400, /file is too big/i, 'file_too_big'],
  [
    400,
    /(wrong|invalid) (remote )?file[_ ]?(id|identifier)|FILE_ID_INVALID|FILE_REFERENCE/i,
    'file_not_found',
  ],
  [400, /file is temporarily unavailable/i, 'unavailable'],
  [400, /CHARGE_ALREADY_REFUNDED/i, 'already_refunded'],
  [400, /chat not found|user not found|PEER_ID_INVALID|USER_ID_INVALID|chat_id is empty/i, 'chat_not_found'],
  [403, /user is deactivated/i, 'deactivated'],
  [403, /blocked by the user|can't initiate conversation|was kicked|not a member/i, 'blocked'],
]

const KIND_OF_CODE: Readonly<Record<number, TelegramErrorKind>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  // A token that never existed is answered with a plain "Not Found".
  404: 'unauthorized',
  409: 'conflict',
  413: 'file_too_big',
  429: 'rate_limited',
}

const MAX_DESCRIPTION_LENGTH = 300

/** Reads a refusal of the Bot API. An unknown code is 'unavailable' from 500 on, else 'bad_request'. */
export const readRefusal = (refusal: TelegramRefusal): TelegramFailure => {
  const { error_code: code, description } = refusal
  const known = KIND_OF_DESCRIPTION.find(([ofCode, text]) => ofCode === code && text.test(description))
  const kind = known?.[2] ?? KIND_OF_CODE[code] ?? (code >= 500 ? 'unavailable' : 'bad_request')
  const retryAfterSeconds = refusal.parameters?.retry_after
  return {
    kind,
    description: `${code}: ${description.slice(0, MAX_DESCRIPTION_LENGTH)}`,
    ...(kind === 'rate_limited' ? { retryAfterSeconds: retryAfterSeconds ?? 1 } : {}),
    outcomeUnknown: code >= 500,
  }
}

/** Codes of a connection that never came about: Telegram cannot have seen the call. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** The first code of the kind `ECONNRESET` in an error and those it comes from. */
const findErrorCode = (error: unknown, depth = 5): string | undefined => {
  if (!(error instanceof Error) || depth === 0) return undefined
  if ('code' in error && typeof error.code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(error.code)) {
    return error.code
  }
  if (error instanceof AggregateError) return findErrorCode(error.errors[0], depth - 1)
  return findErrorCode('error' in error ? error.error : error.cause, depth - 1)
}

const hasTimedOut = (error: unknown, depth = 5): boolean =>
  error instanceof Error &&
  depth > 0 &&
  (error.name === 'TimeoutError' ||
    /timed out/i.test(error.message) ||
    hasTimedOut('error' in error ? error.error : error.cause, depth - 1))

/** Reads a failure on the way to Telegram. Only a code is taken over: messages of HTTP clients name the URL. */
export const readNetworkError = (error: unknown): TelegramFailure => {
  const code = findErrorCode(error) ?? (hasTimedOut(error) ? 'no answer in time' : 'no usable answer')
  return { kind: 'unavailable', description: code, outcomeUnknown: !NEVER_SENT.has(code) }
}

const isRefusal = (error: object): error is TelegramRefusal =>
  'error_code' in error &&
  typeof error.error_code === 'number' &&
  'description' in error &&
  typeof error.description === 'string'

/**
 * What a caught error of a Bot API call means: for TelegramError, and for grammY's own GrammyError and HttpError (from
 * an Api that createTelegram did not make). Anything else counts as a failure on the way.
 */
export const classifyTelegramError = (error: unknown): TelegramFailure => {
  if (error instanceof TelegramError) return error.failure
  if (typeof error === 'object' && error !== null && isRefusal(error)) return readRefusal(error)
  return readNetworkError(error)
}

/**
 * The AppError for a Bot API call that a request of ours depends on. `method` names a call for the log. The `cause` is
 * a TelegramError, so that it may be logged.
 */
export const toAppError = (error: unknown, method = 'call'): AppError => {
  if (error instanceof AppError) return error
  const cause =
    error instanceof TelegramError ? error : new TelegramError(method, classifyTelegramError(error))
  const { kind, retryAfterSeconds } = cause.failure
  switch (kind) {
    case 'unavailable':
      return unavailable('Telegram cannot be reached at the moment.', cause)
    case 'rate_limited':
      return unavailable('Telegram asks for a pause.', cause, retryAfterSeconds)
    case 'file_not_found':
      return new AppError('file_not_found', { detail: 'Telegram does not know this file (any more).', cause })
    case 'file_too_big':
      return new AppError('too_large', {
        detail: 'The file is larger than Telegram hands out to bots.',
        cause,
      })
    default:
      return upstreamFailed('Telegram refused the request.', cause)
  }
}
