import { type AppError, unavailable, upstreamFailed } from '#shared/errors.ts'

export type YookassaErrorKind =
  /** 404: there is no such payment or refund. */
  | 'not_found'
  /** It understood and said no; nothing was done. */
  | 'refused'
  /** 401, 403: our keys are wrong, or may not do this. */
  | 'unauthorized'
  /** 429, 5xx or no answer: may work later. */
  | 'unavailable'
  /** An answer that is no proper payment, refund or list: not to be believed. */
  | 'nonsense'

/**
 * A call of YooKassa's API that failed. Without `cause`, headers and bodies: the headers hold the shop's key and the bodies what people
 * bought.
 */
export class YookassaError extends Error {
  override name = 'YookassaError' as const
  readonly kind: YookassaErrorKind
  /** YooKassa's own code, or what happened on the way. */
  readonly reason: string
  /** True when no answer came, so that YooKassa may have done it all the same. */
  readonly outcomeUnknown: boolean

  constructor(
    call: string,
    kind: YookassaErrorKind,
    reason: string,
    outcomeUnknown = kind === 'unavailable',
  ) {
    super(`YooKassa ${call}: ${kind} (${reason})`)
    this.kind = kind
    this.reason = reason
    this.outcomeUnknown = outcomeUnknown
  }
}

/** What a failed call means to whoever called us. */
export const yookassaToAppError = (error: unknown): AppError => {
  const isAway = !(error instanceof YookassaError) || error.kind === 'unavailable'
  return isAway
    ? unavailable('YooKassa cannot be reached at the moment.', error)
    : upstreamFailed('YooKassa refused the request.', error)
}
