import { AppError, unavailable } from '#shared/errors.ts'
import type { Resources } from './resources.ts'

/**
 * One person's limit for work that costs us and can wait; refused too while Redis is away (design 8).
 * @throws AppError rate_limited with the time to wait, unavailable
 */
export const limitPerson = async (
  resources: Resources,
  limit: 'uploads' | 'invoices',
  userId: string,
): Promise<void> => {
  const { allowed, degraded, retryAfterSeconds } = await resources.limiter(limit).limit(userId)
  if (degraded) resources.metrics.rateLimitDegraded.inc({ limit })
  if (allowed) return
  if (degraded)
    throw unavailable('Limits cannot be checked right now; try again shortly.', undefined, retryAfterSeconds)
  resources.metrics.rateLimited.inc({ limit })
  throw new AppError('rate_limited', {
    detail: 'This person does it too often; wait a little.',
    retryAfterSeconds,
  })
}
