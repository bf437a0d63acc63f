import type { Provider } from '#shared/domain/packs.ts'
import { enqueueAlert } from './alerts.ts'
import { writeAudit } from './audit.ts'
import type { Queryable, Tx } from './client.ts'

/** A line of a provider's own book. `out` is a refund or a chargeback: it has the id of its payment at Stars, hence the direction. */
export type ProviderEntry = {
  provider: Provider
  direction: 'in' | 'out'
  externalId: string
  /** The charge that it is about. */
  chargeId: string
  currency: string
  /** Minor units, never negative; whole Stars for XTR. */
  amount: number
  occurredAt: Date
}

/**
 * What became of a line. `matched` to something of ours; `unmatched`: somebody has to look, and the next run looks again; `ignored`: none
 * of our business (a gift, a withdrawal). `isTold`: whoever found out has told the operators already.
 */
export type EntryOutcome =
  | { state: 'matched'; paymentId: string | null; refundId?: string | null }
  | { state: 'unmatched'; reason: string; paymentId?: string | null; isTold?: boolean }
  | { state: 'ignored'; reason: string }

/** The reason of an entry that stands in our book alone. */
export const NOT_AT_PROVIDER = 'not_at_provider'

const MAX_REASON_LENGTH = 200

/**
 * Keeps a line with what became of it. A line that turns unmatched, or is so for another reason than before, is named once: in the audit
 * log and to the operators. Tells whether that happened.
 */
export const keepEntry = async (
  tx: Tx,
  entry: ProviderEntry,
  outcome: EntryOutcome,
  actor: string,
): Promise<boolean> => {
  const { provider, direction, externalId, chargeId, currency, amount } = entry
  const reason = outcome.state === 'matched' ? null : outcome.reason.slice(0, MAX_REASON_LENGTH)
  const paymentId = 'paymentId' in outcome ? (outcome.paymentId ?? null) : null
  const refundId = outcome.state === 'matched' ? (outcome.refundId ?? null) : null
  const [before]: [{ state: string; reason: string | null }?] = await tx`
    select state, reason from provider_entries
    where provider = ${provider} and direction = ${direction} and external_id = ${externalId}
    for update`
  await tx`
    insert into provider_entries (provider, direction, external_id, charge_id, currency, amount, occurred_at, state, reason,
      payment_id, refund_id)
    values (${provider}, ${direction}, ${externalId}, ${chargeId}, ${currency}, ${amount}, ${entry.occurredAt}, ${outcome.state},
      ${reason}, ${paymentId}, ${refundId})
    on conflict (provider, direction, external_id) do update set
      state = excluded.state, reason = excluded.reason, updated_at = now(),
      payment_id = coalesce(excluded.payment_id, provider_entries.payment_id),
      refund_id = coalesce(excluded.refund_id, provider_entries.refund_id)`
  const isNews = outcome.state === 'unmatched' && !(before?.state === 'unmatched' && before.reason === reason)
  if (!isNews || outcome.state !== 'unmatched') return false
  const subject =
    paymentId === null ? `${provider}:${direction}:${chargeId}`.slice(0, 200) : `payment:${paymentId}`
  const words = { provider, direction, reason, currency, amount, chargeId }
  await writeAudit(tx, {
    actor,
    action: 'entry-unmatched',
    subject,
    details: { ...words, externalId, paymentId },
  })
  if (outcome.isTold !== true) await enqueueAlert(tx, { kind: 'unmatched-entry', subject, params: words })
  return true
}

/** Lines of one page that our payments explain as they stand: kept in one statement, whatever their number. */
export const keepMatched = async (
  sql: Queryable,
  lines: readonly { entry: ProviderEntry; paymentId: string }[],
): Promise<void> => {
  if (lines.length === 0) return
  const rows = lines.map(({ entry, paymentId }) => ({ ...entry, paymentId }))
  await sql`
    insert into provider_entries (provider, direction, external_id, charge_id, currency, amount, occurred_at, state, payment_id)
    select provider, direction, "externalId", "chargeId", currency, amount, "occurredAt", 'matched', "paymentId"
    from jsonb_to_recordset(${sql.json(rows as never)}::jsonb) as line(
      provider text, direction text, "externalId" text, "chargeId" text, currency text, amount bigint, "occurredAt" timestamptz,
      "paymentId" uuid)
    on conflict (provider, direction, external_id) do update set
      state = 'matched', reason = null, payment_id = excluded.payment_id, updated_at = now()
    where provider_entries.state <> 'matched'`
}

/** Lines of one page that are none of our business: kept in one statement, so that nobody asks for them again. */
export const keepIgnored = async (
  sql: Queryable,
  entries: readonly ProviderEntry[],
  reason: string,
): Promise<void> => {
  if (entries.length === 0) return
  await sql`
    insert into provider_entries (provider, direction, external_id, charge_id, currency, amount, occurred_at, state, reason)
    select provider, direction, "externalId", "chargeId", currency, amount, "occurredAt", 'ignored', ${reason}::text
    from jsonb_to_recordset(${sql.json(entries as never)}::jsonb) as line(
      provider text, direction text, "externalId" text, "chargeId" text, currency text, amount bigint, "occurredAt" timestamptz)
    on conflict (provider, direction, external_id) do update set
      state = 'ignored', reason = excluded.reason, updated_at = now()
    where provider_entries.state <> 'matched'`
}

/** The name of a line within its provider's book. */
export const keyOf = ({ direction, externalId }: Pick<ProviderEntry, 'direction' | 'externalId'>): string =>
  `${direction}:${externalId}`

/** What became of these lines, of those that we have kept; by `keyOf`. */
export const findKept = async (
  sql: Queryable,
  provider: Provider,
  externalIds: readonly string[],
): Promise<Map<string, EntryOutcome['state']>> => {
  if (externalIds.length === 0) return new Map()
  const rows = await sql<{ direction: 'in' | 'out'; externalId: string; state: EntryOutcome['state'] }[]>`
    select direction, external_id as "externalId", state from provider_entries
    where provider = ${provider} and direction in ('in', 'out') and external_id in ${sql(externalIds)}`
  return new Map(rows.map((row) => [keyOf(row), row.state]))
}

export type KnownPayment = { id: string; currency: string; amount: number }

/** Our payments of these charges, by charge id. */
export const findPaymentsOf = async (
  sql: Queryable,
  provider: Provider,
  chargeIds: readonly string[],
): Promise<Map<string, KnownPayment>> => {
  if (chargeIds.length === 0) return new Map()
  const rows = await sql<(KnownPayment & { chargeId: string })[]>`
    select charge_id as "chargeId", id, currency, amount from payments
    where provider = ${provider} and charge_id in ${sql(chargeIds)}`
  return new Map(rows.map(({ chargeId, ...payment }) => [chargeId, payment]))
}

export type UnmatchedEntry = ProviderEntry & { reason: string; seenAt: Date; paymentId: string | null }

/** Lines that somebody has to look at, oldest first. */
export const listUnmatched = async (sql: Queryable, limit: number): Promise<UnmatchedEntry[]> =>
  sql<UnmatchedEntry[]>`
    select provider, direction, external_id as "externalId", charge_id as "chargeId", currency, amount,
      occurred_at as "occurredAt", reason, seen_at as "seenAt", payment_id as "paymentId"
    from provider_entries where state = 'unmatched'
    order by occurred_at limit ${limit}`

/** Unmatched lines by provider, and when the oldest of those that came in was made. */
export const countUnmatched = async (
  sql: Queryable,
): Promise<{ provider: Provider; count: number; oldestIn: Date | null }[]> =>
  sql<{ provider: Provider; count: number; oldestIn: Date | null }[]>`
    select provider, count(*) as count, min(occurred_at) filter (where direction = 'in') as "oldestIn"
    from provider_entries where state = 'unmatched' group by provider`
