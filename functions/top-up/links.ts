import type { Sql } from '#shared/db/client.ts'
import { findOrder, keepOrderLink } from '#shared/db/orders.ts'
import type { Resources } from '#shared/http/resources.ts'
import { providerOf } from '#shared/money/providers.ts'
import type { StoredOrder } from './invoices.ts'

/**
 * The order's link, made at first need; undefined once the order has expired.
 * @throws AppError upstream_failed, unavailable
 */
export const linkOf = async (
  { resources, sql }: { resources: Resources; sql: Sql },
  { orderId, provider: providerId, invoice }: StoredOrder,
): Promise<string | undefined> => {
  const order = await findOrder(sql, orderId)
  if (!order) return undefined
  if (order.url !== null) return order.url
  if (order.expiresAt.getTime() <= resources.clock()) return undefined
  const provider = providerOf(resources, providerId)
  return keepOrderLink(sql, orderId, await provider.createLink({ orderId, invoice }))
}
