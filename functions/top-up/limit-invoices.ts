import { AppError, unavailable } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'

/**
 * Invoices cost calls to the provider and can wait: without Redis none is made (design 8). At most 150 ms.
 * @throws AppError rate_limited, unavailable
 */
export const limitInvoices = async (resources: Resources, userId: string): Promise<void> => {
  const { allowed, degraded, retryAfterSeconds } = await resources.limiter('invoices').limit(userId)
  if (degraded) resources.metrics.rateLimitDegraded.inc({ limit: 'invoices' })
  if (allowed) return
  if (degraded)
    throw unavailable('Invoices cannot be made right now; try again shortly.', undefined, retryAfterSeconds)
  resources.metrics.rateLimited.inc({ limit: 'invoices' })
  throw new AppError('rate_limited', {
    detail: 'Too many invoices for this person; wait a little.',
    retryAfterSeconds,
  })
}
