import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'

/**
 * One address's limit. It is a notification and no payment that is turned away: the provider repeats it for a day, and `reconcile` finds the
 * payment anyhow. Without Redis each process counts for itself.
 * @throws AppError rate_limited with the time to wait
 */
export const limitSender = async (resources: Resources, address: string): Promise<void> => {
  const { allowed, degraded, retryAfterSeconds } = await resources.limiter('notifications').limit(address)
  if (degraded) resources.metrics.rateLimitDegraded.inc({ limit: 'notifications' })
  if (allowed) return
  resources.metrics.rateLimited.inc({ limit: 'notifications' })
  throw new AppError('rate_limited', { detail: 'Too many notifications at once.', retryAfterSeconds })
}
