import type { Provider } from '#shared/domain/packs.ts'
import type { Queryable } from './client.ts'
import type { ProviderEntry } from './provider-entries.ts'

/** Payments of ours that one statement compares (more only where more came in one moment). */
const SLICE = 5_000

/** Payments of ours that were taken after the first moment, up to the second one with it. */
export type PaymentSlice = { after: Date | null; upTo: Date }

/**
 * The next slice of our payments to be compared, up to `before`: so many that the comparison is a matter of milliseconds, however long the
 * book has grown. All that are left where those are fewer.
 */
export const nextSlice = async (
  sql: Queryable,
  provider: Provider,
  { after, before, size = SLICE }: { after: Date | null; before: Date; size?: number },
): Promise<PaymentSlice> => {
  // whole milliseconds, as we carry them: rounded up, so that the row itself is among them
  const [row]: [{ upTo: Date }?] = await sql`
    select date_trunc('milliseconds', created_at) + interval '1 millisecond' as "upTo" from payments
    where provider = ${provider} and created_at > coalesce(${after}::timestamptz, '-infinity') and created_at <= ${before}
    order by created_at offset ${size - 1} limit 1`
  return { after, upTo: row && row.upTo < before ? row.upTo : before }
}

/**
 * Money of a slice that we have taken and of which the provider has shown no line, and which was not reported yet; oldest first. The lines are
 * looked up one by one, by their key: a join would be planned over the whole book where the server does not know yet how large it is.
 */
export const findUnseenPayments = async (
  sql: Queryable,
  provider: Provider,
  { after, upTo }: PaymentSlice,
  limit: number,
): Promise<(ProviderEntry & { paymentId: string })[]> =>
  sql<(ProviderEntry & { paymentId: string })[]>`
    select p.provider, 'in' as direction, p.charge_id as "externalId", p.charge_id as "chargeId", p.currency, p.amount,
      coalesce(p.paid_at, p.created_at) as "occurredAt", p.id as "paymentId"
    from payments p
    where p.provider = ${provider} and p.created_at > coalesce(${after}::timestamptz, '-infinity') and p.created_at <= ${upTo}
      and (
        select true from provider_entries e
        where e.provider = ${provider} and e.direction = 'in' and e.external_id = p.charge_id) is null
    order by p.created_at limit ${limit}`
