import type { ApiError, ResponseParameters } from '@grammyjs/types'

/** A refusal of the Bot API: HTTP status and `error_code` are the same number. */
export class BotApiError extends Error {
  override name = 'BotApiError' as const
  readonly errorCode: number
  readonly parameters: ResponseParameters | undefined

  constructor(errorCode: number, description: string, parameters?: ResponseParameters) {
    super(description)
    this.errorCode = errorCode
    this.parameters = parameters
  }

  /** The body that Telegram sends. */
  toBody(): ApiError {
    const body: ApiError = { ok: false, error_code: this.errorCode, description: this.message }
    return this.parameters === undefined ? body : { ...body, parameters: this.parameters }
  }
}

/** 400 with Telegram's prefix. */
export const badRequest = (reason: string): BotApiError => new BotApiError(400, `Bad Request: ${reason}`)

/** 403 with Telegram's prefix. */
export const forbidden = (reason: string): BotApiError => new BotApiError(403, `Forbidden: ${reason}`)

/** 409 with Telegram's prefix. */
export const conflict = (reason: string): BotApiError => new BotApiError(409, `Conflict: ${reason}`)

/** 429; clients read `retry_after` (seconds) from the parameters. */
export const tooManyRequests = (retryAfterSeconds: number): BotApiError =>
  new BotApiError(429, `Too Many Requests: retry after ${retryAfterSeconds}`, {
    retry_after: retryAfterSeconds,
  })
