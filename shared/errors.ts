/**
 * Every failure that a caller may see has a code from this closed table; anything else is a bug and becomes `internal`.
 * The HTTP status of a code is part of the public contract (docs/api): one code, one status.
 */
export const STATUS_OF_CODE = {
  invalid_input: 400,
  unauthenticated: 401,
  insufficient_funds: 402,
  forbidden: 403,
  not_found: 404,
  user_not_found: 404,
  pack_not_found: 404,
  order_not_found: 404,
  payment_not_found: 404,
  hold_not_found: 404,
  avatar_not_found: 404,
  transcript_not_found: 404,
  file_not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  in_progress: 409,
  too_large: 413,
  unsupported_media: 415,
  unprocessable_media: 422,
  key_reused: 422,
  rate_limited: 429,
  internal: 500,
  upstream_failed: 502,
  unavailable: 503,
  deadline: 504,
} as const satisfies Record<string, number>

export type ErrorCode = keyof typeof STATUS_OF_CODE

/** What a problem document is called: a few words for people, the same for each occurrence (RFC 9457, 3.1.3). */
export const TITLE_OF_CODE: Readonly<Record<ErrorCode, string>> = {
  invalid_input: 'Invalid input',
  unauthenticated: 'Not authenticated',
  insufficient_funds: 'Not enough coins',
  forbidden: 'Forbidden',
  not_found: 'Not found',
  user_not_found: 'Person not found',
  pack_not_found: 'Pack not found',
  order_not_found: 'Order not found',
  payment_not_found: 'Payment not found',
  hold_not_found: 'Hold not found',
  avatar_not_found: 'Avatar not found',
  transcript_not_found: 'Transcript not found',
  file_not_found: 'File not found',
  method_not_allowed: 'Method not allowed',
  conflict: 'Conflict',
  in_progress: 'Still in progress',
  too_large: 'Too large',
  unsupported_media: 'Unsupported media type',
  unprocessable_media: 'Unprocessable media',
  key_reused: 'Idempotency-Key reused',
  rate_limited: 'Too many requests',
  internal: 'Internal error',
  upstream_failed: 'An outside service failed',
  unavailable: 'Temporarily unavailable',
  deadline: 'Deadline exceeded',
}

/** `type` of a problem document: names the code, leads nowhere (RFC 9457, 3.1.1). */
export const problemTypeOf = (code: ErrorCode): string => `urn:kopeika:problem:${code}`

/** One complaint about one field of the input; `path` is dotted, '' for the whole. */
export type FieldError = { path: string; message: string }

export type AppErrorOptions = {
  /** A sentence for the caller: what is wrong and what to do. Never SQL, paths, tokens or other people's data. */
  detail?: string
  /** Per-field complaints, for `invalid_input`. */
  errors?: FieldError[]
  /** When to come back: sent as `Retry-After` in whole seconds (rounded up). */
  retryAfterSeconds?: number
  /** Further public members of the problem document, such as `missing` coins. */
  extra?: Record<string, unknown>
  cause?: unknown
}

/** A failure with a public meaning. Thrown anywhere, rendered once, in shared/http. */
export class AppError extends Error {
  override name = 'AppError' as const
  readonly code: ErrorCode
  readonly detail: string | undefined
  readonly errors: FieldError[] | undefined
  readonly retryAfterSeconds: number | undefined
  readonly extra: Record<string, unknown>

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.detail ?? code, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.detail = options.detail
    this.errors = options.errors
    this.retryAfterSeconds = options.retryAfterSeconds
    this.extra = options.extra ?? {}
  }

  get status(): number {
    return STATUS_OF_CODE[this.code]
  }
}

/** 400: the caller sent something that cannot be understood or is out of bounds. */
export const invalidInput = (detail: string, errors?: FieldError[]): AppError =>
  new AppError('invalid_input', errors ? { detail, errors } : { detail })

/** 402: what it costs, how many coins the person lacks of that, and how many of these pay a debt first. */
export const insufficientFunds = (price: number, missing: number, debt = 0): AppError =>
  new AppError('insufficient_funds', {
    detail: `Not enough coins: ${missing} more needed${debt > 0 ? `, of which ${debt} pay a debt` : ''}.`,
    extra: { price, missing, ...(debt > 0 ? { debt } : {}) },
  })

/** 503: a part we depend on is away; the same call may succeed later. */
export const unavailable = (detail: string, cause?: unknown, retryAfterSeconds = 5): AppError =>
  new AppError('unavailable', { detail, retryAfterSeconds, cause })

/** 502: an outside service answered, but refused or nonsense. */
export const upstreamFailed = (detail: string, cause?: unknown): AppError =>
  new AppError('upstream_failed', { detail, cause })
