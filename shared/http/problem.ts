import { AppError, problemTypeOf, TITLE_OF_CODE } from '#shared/errors.ts'
import type { HttpResponse } from '../../templates/node24-ts/contract.ts'

/** Headers of every answer: nothing here may be cached or sniffed. */
export const baseHeaders = (requestId: string): Record<string, string> => ({
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-request-id': requestId,
})

/** Renders a failure as RFC 9457 problem details; anything but an AppError is a bug and shows nothing of itself. */
export const renderProblem = (error: unknown, requestId: string): HttpResponse => {
  const known = error instanceof AppError ? error : new AppError('internal')
  const retryAfter = known.retryAfterSeconds
  return {
    status: known.status,
    headers: {
      ...baseHeaders(requestId),
      'content-type': 'application/problem+json',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfter))) }),
      ...(known.code === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
      ...(known.code === 'method_not_allowed' && typeof known.extra.allow === 'string'
        ? { allow: known.extra.allow }
        : {}),
    },
    body: JSON.stringify({
      ...known.extra,
      type: problemTypeOf(known.code),
      title: TITLE_OF_CODE[known.code],
      status: known.status,
      code: known.code,
      ...(known.detail === undefined ? {} : { detail: known.detail }),
      ...(known.errors === undefined ? {} : { errors: known.errors }),
      requestId,
    }),
  }
}
