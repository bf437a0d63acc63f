import { isLockTimeout, isRetryable, isStatementTimeout, toPublicError } from '#shared/db/sqlstate.ts'
import type { Provider } from '#shared/domain/packs.ts'
import { AppError } from '#shared/errors.ts'
import { YookassaError } from '#shared/payments/yookassa-error.ts'
import { ProviderAway } from './report.ts'

/** Codes of a part that is away for now; any other failure lies in the line itself, or in our code for it. */
const AWAY = new Set(['unavailable', 'upstream_failed', 'rate_limited', 'deadline', 'in_progress'])

/** YooKassa answered and said no (4xx): to this question. With wrong keys the list before it would have failed. */
const isRefusal = (error: unknown): boolean =>
  error instanceof AppError &&
  error.cause instanceof YookassaError &&
  (error.cause.kind === 'refused' || error.cause.kind === 'unauthorized')

/** Whether going on to the next line would fail as well: the database or the provider is away. */
export const isAway = (error: unknown): boolean => {
  if (error instanceof ProviderAway) return true
  if (isRefusal(error)) return false
  const known = toPublicError(error)
  return known instanceof AppError && AWAY.has(known.code)
}

/** The database works: this one statement took too long, or waited for somebody. */
const isBusy = (error: unknown): boolean =>
  isStatementTimeout(error) || isLockTimeout(error) || isRetryable(error)

/** Whether our own database is what failed: then the whole run ends. */
export const isDatabaseAway = (error: unknown): boolean =>
  !(error instanceof AppError) && !(error instanceof ProviderAway) && !isBusy(error) && isAway(error)

/** Has a failure of the provider's own say whose it is; one of ours stays as it is. */
export const asProviderFailure = (provider: Provider, error: unknown): unknown =>
  error instanceof AppError && isAway(error) ? new ProviderAway(provider, error) : error
