import type { Provider } from '#shared/domain/packs.ts'
import type { Queryable } from './client.ts'

export type Waiting = {
  /** When the oldest payment came that waits for an operator. */
  suspense: Date | null
  /** When the oldest open payment was begun that a provider knows by a number, by provider. */
  orders: { provider: Provider; since: Date }[]
}

/** How long what waits has been waiting. */
export const findWaiting = async (sql: Queryable): Promise<Waiting> => {
  const [row]: [{ suspense: Date | null }?] = await sql`
    select min(created_at) as suspense from payments where state = 'suspense'`
  const orders = await sql<{ provider: Provider; since: Date }[]>`
    select provider, min(created_at) as since from orders
    where state = 'open' and external_id is not null group by provider`
  return { suspense: row?.suspense ?? null, orders }
}

export type OpenOrder = { id: string; externalId: string; createdAt: Date }

/** Open orders that the provider knows by a number, begun before this moment, oldest first; `after` goes on. */
export const listOpenOrders = async (
  sql: Queryable,
  options: { provider: Provider; before: Date; after: string | null; limit: number },
): Promise<OpenOrder[]> =>
  sql<OpenOrder[]>`
    select id, external_id as "externalId", created_at as "createdAt" from orders
    where provider = ${options.provider} and state = 'open' and external_id is not null
      and created_at < ${options.before} and (${options.after}::uuid is null or id > ${options.after})
    order by id limit ${options.limit}`

/** When the first order with this provider was made, or undefined. */
export const findOldestOrder = async (sql: Queryable, provider: Provider): Promise<Date | undefined> => {
  const [row]: [{ since: Date | null }?] = await sql`
    select min(created_at) as since from orders where provider = ${provider}`
  return row?.since ?? undefined
}
