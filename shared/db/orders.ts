import type { Price, Provider } from '#shared/domain/packs.ts'
import type { Queryable, Tx } from './client.ts'

/** An invoice that we offered: pack, coins and price stay as they were then, whatever the tariff says later. */
export type Order = {
  id: string
  userId: string
  provider: Provider
  pack: string
  coins: number
  currency: string
  /** Minor units of the currency; whole Stars for XTR. */
  amount: number
  priceVersion: string
  url: string | null
  /** The provider's id of the payment that it opened for this order (YooKassa). */
  externalId: string | null
  state: OrderState
  expiresAt: Date
}

/** open: awaited; paid: at least once; canceled, expired: as the provider or our clock says. None of them refuses money that comes. */
export type OrderState = 'open' | 'paid' | 'canceled' | 'expired'

export type NewOrder = {
  userId: string
  provider: Provider
  pack: string
  coins: number
  price: Price
  priceVersion: string
  expiresInSeconds: number
}

/** Writes the order that an invoice will name. */
export const createOrder = async (tx: Tx, order: NewOrder): Promise<Order> => {
  const [row]: [Order?] = await tx`
    insert into orders (user_id, provider, pack, coins, currency, amount, price_version, expires_at)
    values (${order.userId}, ${order.provider}, ${order.pack}, ${order.coins}, ${order.price.currency},
      ${order.price.amount}, ${order.priceVersion}, now() + make_interval(secs => ${order.expiresInSeconds}))
    returning id, user_id as "userId", provider, pack, coins, currency, amount, price_version as "priceVersion", url,
      external_id as "externalId", state, expires_at as "expiresAt"`
  if (!row) throw new Error('An insert returned no row.')
  return row
}

/** The order, or undefined. */
export const findOrder = async (sql: Queryable, orderId: string): Promise<Order | undefined> => {
  const [row]: [Order?] = await sql`
    select id, user_id as "userId", provider, pack, coins, currency, amount, price_version as "priceVersion", url,
      external_id as "externalId", state, expires_at as "expiresAt"
    from orders where id = ${orderId}`
  return row
}

/** The order for which the provider opened this payment, or undefined. */
export const findOrderByExternalId = async (
  sql: Queryable,
  provider: Provider,
  externalId: string,
): Promise<Order | undefined> => {
  const [row]: [{ id: string }?] = await sql`
    select id from orders where provider = ${provider} and external_id = ${externalId}`
  return row && findOrder(sql, row.id)
}

/**
 * Remembers the order's link, and the provider's payment behind it; the first one stays, so that every answer about an order names the
 * same.
 */
export const keepOrderLink = async (
  sql: Queryable,
  orderId: string,
  link: { url: string; externalId?: string },
): Promise<string> => {
  const [row]: [{ url: string }?] = await sql`
    update orders set url = coalesce(url, ${link.url}),
      external_id = coalesce(external_id, ${link.externalId ?? null}), updated_at = now()
    where id = ${orderId} returning url`
  return row?.url ?? link.url
}

/** The order was paid, whatever was thought of it before. */
export const markOrderPaid = async (tx: Tx, orderId: string): Promise<void> => {
  await tx`update orders set state = 'paid', updated_at = now() where id = ${orderId} and state <> 'paid'`
}

/** The provider has closed the order's payment: nothing is awaited any more. */
export const cancelOrder = async (sql: Queryable, orderId: string): Promise<void> => {
  await sql`update orders set state = 'canceled', updated_at = now() where id = ${orderId} and state = 'open'`
}

/** What the order brought: its first credit, or undefined. */
export const findOrderCredit = async (
  sql: Queryable,
  orderId: string,
): Promise<{ paymentId: string; coins: number } | undefined> => {
  const [row]: [{ paymentId: string; coins: number }?] = await sql`
    select id as "paymentId", coins from payments where order_id = ${orderId} order by id limit 1`
  return row
}
