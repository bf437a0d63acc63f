import type { Provider } from '#shared/domain/packs.ts'
import type { Queryable } from './client.ts'
import { NOT_AT_PROVIDER, type ProviderEntry } from './provider-entries.ts'

/**
 * Unmatched lines to be looked at again, those tried longest ago first, so that a few that never fit keep no others from their turn. What
 * stands in our book alone is not among them. Each is to be touched before it is tried.
 */
export const listRetries = async (
  sql: Queryable,
  provider: Provider,
  limit: number,
): Promise<ProviderEntry[]> =>
  sql<ProviderEntry[]>`
    select provider, direction, external_id as "externalId", charge_id as "chargeId", currency, amount,
      occurred_at as "occurredAt"
    from provider_entries
    where provider = ${provider} and state = 'unmatched' and reason <> ${NOT_AT_PROVIDER}
    order by updated_at, external_id limit ${limit}`

/** A line is being tried again: the others come first the next time. */
export const touchEntry = async (
  sql: Queryable,
  { provider, direction, externalId }: ProviderEntry,
): Promise<void> => {
  await sql`
    update provider_entries set updated_at = now()
    where provider = ${provider} and direction = ${direction} and external_id = ${externalId}`
}

/** Where a line of a chronological book stands, about: so many lines were kept that are older. */
export const countOlder = async (
  sql: Queryable,
  { provider, occurredAt }: ProviderEntry,
): Promise<number> => {
  const [row]: [{ count: number }?] = await sql`
    select count(*) as count from provider_entries
    where provider = ${provider} and direction in ('in', 'out') and occurred_at < ${occurredAt}`
  return row?.count ?? 0
}
