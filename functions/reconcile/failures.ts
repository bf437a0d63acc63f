import { toPublicError } from '#shared/db/sqlstate.ts'
import { AppError } from '#shared/errors.ts'
import { type Compared, ProviderAway } from './report.ts'

/** Codes of a part that is away for now; any other failure lies in the line itself, or in our code for it. */
const AWAY = new Set(['unavailable', 'upstream_failed', 'rate_limited', 'deadline', 'in_progress'])

/** Whether going on to the next line would fail as well: the database or the provider is away. */
export const isAway = (error: unknown): boolean => {
  if (error instanceof ProviderAway) return true
  const known = toPublicError(error)
  return known instanceof AppError && AWAY.has(known.code)
}

/** Whether our own database is what failed: then the whole run ends. */
export const isDatabaseAway = (error: unknown): boolean =>
  !(error instanceof AppError) && !(error instanceof ProviderAway) && isAway(error)

/** Has every failure of a provider's part say whose it is. */
export const asProviderFailure = (provider: Compared, error: unknown): ProviderAway =>
  error instanceof ProviderAway ? error : new ProviderAway(provider, error)
