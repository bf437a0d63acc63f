import type { Queryable } from './client.ts'

/** A card payment of which we never learnt its number may still turn up in the provider's list. */
const UNNUMBERED_HOURS = 24

/**
 * Closes invoices that ran out, at most `limit`; gives how many. Those with an id at the provider end as the provider says. One that is
 * paid all the same is credited like any other: the state only tells what is still awaited.
 */
export const expireOrders = async (sql: Queryable, limit: number): Promise<number> => {
  const { count } = await sql`
    update orders set state = 'expired', updated_at = now()
    where state = 'open' and id in (
      select id from orders
      where state = 'open' and external_id is null
        and expires_at <= now() - make_interval(hours => case when provider = 'yookassa' then ${UNNUMBERED_HOURS} else 0 end)
      order by created_at limit ${limit}
    )`
  return count
}
