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
  expiresAt: Date
}

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
      expires_at as "expiresAt"`
  if (!row) throw new Error('An insert returned no row.')
  return row
}

/** The order, or undefined. */
export const findOrder = async (sql: Queryable, orderId: string): Promise<Order | undefined> => {
  const [row]: [Order?] = await sql`
    select id, user_id as "userId", provider, pack, coins, currency, amount, price_version as "priceVersion", url,
      expires_at as "expiresAt"
    from orders where id = ${orderId}`
  return row
}

/** Remembers the order's link; the first one stays, so that every answer about an order names the same. */
export const keepOrderUrl = async (sql: Queryable, orderId: string, url: string): Promise<string> => {
  const [row]: [{ url: string }?] = await sql`
    update orders set url = coalesce(url, ${url}), updated_at = now() where id = ${orderId} returning url`
  return row?.url ?? url
}
