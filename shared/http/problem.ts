import { AppError, type ErrorCode } from '#shared/errors.ts'
import type { HttpResponse } from '../../templates/node24-ts/contract.ts'

const TITLES: Record<ErrorCode, string> = {
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
      type: `urn:kopeika:problem:${known.code}`,
      title: TITLES[known.code],
      status: known.status,
      code: known.code,
      ...(known.detail === undefined ? {} : { detail: known.detail }),
      ...(known.errors === undefined ? {} : { errors: known.errors }),
      requestId,
    }),
  }
}
