import type { Provider } from '#shared/domain/packs.ts'
import type { Queryable } from './client.ts'

export type Waiting = {
  /** When the oldest payment came that waits for an operator. */
  suspense: Date | null
  /** When the oldest refund was asked for whose outcome is not known. */
  refund: Date | null
  /** When the oldest open payment was begun that a provider knows by a number and shows no line of yet, by provider. */
  orders: { provider: Provider; since: Date }[]
}

/** How long what waits has been waiting. */
export const findWaiting = async (sql: Queryable): Promise<Waiting> => {
  const [row]: [{ suspense: Date | null; refund: Date | null }?] = await sql`
    select (select min(created_at) from payments where state = 'suspense') as suspense,
      (select min(created_at) from refunds where state = 'requested') as refund`
  const orders = await sql<{ provider: Provider; since: Date }[]>`
    select o.provider, min(o.created_at) as since from orders o
    where o.state = 'open' and o.external_id is not null
      and (
        select true from provider_entries e
        where e.provider = o.provider and e.direction = 'in' and e.external_id = o.external_id) is null
    group by o.provider`
  return { suspense: row?.suspense ?? null, refund: row?.refund ?? null, orders }
}

export type OpenOrder = {
  id: string
  externalId: string
  currency: string
  amount: number
  createdAt: Date
  expiresAt: Date
}

/**
 * Open orders that the provider knows by a number, begun before this moment: those asked for longest ago first. One whose payment has a
 * line already, whatever became of it, is none of them.
 */
export const listOpenOrders = async (
  sql: Queryable,
  { provider, before, limit }: { provider: Provider; before: Date; limit: number },
): Promise<OpenOrder[]> =>
  sql<OpenOrder[]>`
    select o.id, o.external_id as "externalId", o.currency, o.amount, o.created_at as "createdAt",
      o.expires_at as "expiresAt"
    from orders o
    where o.provider = ${provider} and o.state = 'open' and o.external_id is not null and o.created_at < ${before}
      and (
        select true from provider_entries e
        where e.provider = o.provider and e.direction = 'in' and e.external_id = o.external_id) is null
    order by o.updated_at, o.id limit ${limit}`

/** An order is being asked for: the others come first the next time. */
export const touchOrder = async (sql: Queryable, orderId: string): Promise<void> => {
  await sql`update orders set updated_at = now() where id = ${orderId} and state = 'open'`
}

/** Which of these payments at the provider were opened for orders of ours. */
export const findOrdersOf = async (
  sql: Queryable,
  provider: Provider,
  externalIds: readonly string[],
): Promise<Set<string>> => {
  if (externalIds.length === 0) return new Set()
  const rows = await sql<{ externalId: string }[]>`
    select external_id as "externalId" from orders
    where provider = ${provider} and external_id in ${sql(externalIds)}`
  return new Set(rows.map(({ externalId }) => externalId))
}

/** Closes open orders whose payments the provider has closed. */
export const cancelOrdersOf = async (
  sql: Queryable,
  provider: Provider,
  externalIds: readonly string[],
): Promise<void> => {
  if (externalIds.length === 0) return
  await sql`
    update orders set state = 'canceled', updated_at = now()
    where provider = ${provider} and state = 'open' and external_id in ${sql(externalIds)}`
}

/** When the first order with this provider was made, or undefined. */
export const findOldestOrder = async (sql: Queryable, provider: Provider): Promise<Date | undefined> => {
  const [row]: [{ since: Date | null }?] = await sql`
    select min(created_at) as since from orders where provider = ${provider}`
  return row?.since ?? undefined
}
