import { AppError, unavailable } from '#shared/errors.ts'
import type { Resources } from './resources.ts'

/**
 * The limit of whoever calls. Without Redis each process counts for itself.
 * @throws AppError rate_limited with the time to wait
 */
export const limitCalls = async (
  resources: Resources,
  { limit, who, detail }: { limit: 'client' | 'visits' | 'notifications'; who: string; detail: string },
): Promise<void> => {
  const { allowed, degraded, retryAfterSeconds } = await resources.limiter(limit).limit(who)
  if (degraded) resources.metrics.rateLimitDegraded.inc({ limit })
  if (allowed) return
  resources.metrics.rateLimited.inc({ limit })
  throw new AppError('rate_limited', { detail, retryAfterSeconds })
}

/**
 * One person's limit for work that costs us and can wait; refused too while Redis is away (design 8).
 * @throws AppError rate_limited with the time to wait, unavailable
 */
export const limitPerson = async (
  resources: Resources,
  limit: 'uploads' | 'invoices' | 'logins',
  person: string,
): Promise<void> => {
  const { allowed, degraded, retryAfterSeconds } = await resources.limiter(limit).limit(person)
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
