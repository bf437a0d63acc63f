import type { Sql } from '#shared/db/client.ts'
import { findOrder, keepOrderUrl } from '#shared/db/orders.ts'
import type { Resources } from '#shared/http/resources.ts'
import { toAppError } from '#shared/telegram/errors.ts'
import type { OrderView } from './invoices.ts'
import { providerOf } from './providers.ts'

/**
 * The order's link, made at first need; undefined once the order has expired.
 * @throws AppError upstream_failed, unavailable
 */
export const linkOf = async (
  { resources, sql }: { resources: Resources; sql: Sql },
  { orderId, provider: providerId, invoice }: OrderView,
): Promise<string | undefined> => {
  const order = await findOrder(sql, orderId)
  if (!order) return undefined
  if (order.url !== null) return order.url
  if (order.expiresAt.getTime() <= resources.clock()) return undefined
  const provider = providerOf(resources, providerId)
  const { url } = await provider.createLink({ orderId, invoice }).catch((error: unknown) => {
    throw toAppError(error)
  })
  return keepOrderUrl(sql, orderId, url)
}
