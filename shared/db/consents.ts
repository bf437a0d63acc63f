import { writeAudit } from './audit.ts'
import type { Queryable } from './client.ts'

/** That the person went on after the terms of this version had been shown. */
export type Consent = { version: string; at: Date }

/** The newest consent, or null. */
export const findConsent = async (sql: Queryable, userId: string): Promise<Consent | null> => {
  const [row]: [Consent?] = await sql`
    select terms_version as version, given_at as at from consents
    where user_id = ${userId} and given_at is not null order by given_at desc limit 1`
  return row ?? null
}

type Terms = { userId: string; version: string; actor: string }

/** The consent is written down; an earlier one to the same version stays as it was. */
const giveConsent = async (sql: Queryable, { userId, version, actor }: Terms): Promise<Consent> => {
  const [row]: [Consent?] = await sql`
    insert into consents (user_id, terms_version, given_at, actor)
    select id, ${version}, now(), ${actor} from users where id = ${userId} and erased_at is null for key share
    on conflict (user_id, terms_version) do update set given_at = coalesce(consents.given_at, greatest(now(), consents.shown_at))
    returning terms_version as version, given_at as at`
  if (!row) throw new Error('A person who is not there agrees to nothing.')
  return row
}

/** The person agrees to this version; the first time it goes into the audit log. */
export const acceptTerms = async (sql: Queryable, terms: Terms): Promise<Consent> => {
  const { userId, version, actor } = terms
  const state = await readTermsState(sql, terms)
  const consent = await giveConsent(sql, terms)
  if (state !== 'given')
    await writeAudit(sql, {
      actor,
      action: 'terms-accepted',
      subject: `user:${userId}`,
      details: { version },
    })
  return consent
}

/** Remembers that this version was shown; false where it had been. */
export const noteTermsShown = async (sql: Queryable, { userId, version, actor }: Terms): Promise<boolean> => {
  const rows = await sql`
    insert into consents (user_id, terms_version, actor)
    select id, ${version}, ${actor} from users where id = ${userId} and erased_at is null for key share
    on conflict (user_id, terms_version) do nothing
    returning 1`
  return rows.length === 1
}

/** How a person stands to the terms of this version: 'old' knows another one only. */
export type TermsState = 'given' | 'shown' | 'old' | 'none'

export const readTermsState = async (
  sql: Queryable,
  { userId, version }: { userId: string; version: string },
): Promise<TermsState> => {
  const rows = await sql<{ isCurrent: boolean; isGiven: boolean }[]>`
    select terms_version = ${version} as "isCurrent", given_at is not null as "isGiven" from consents where user_id = ${userId}`
  const current = rows.find(({ isCurrent }) => isCurrent)
  if (current) return current.isGiven ? 'given' : 'shown'
  return rows.length === 0 ? 'none' : 'old'
}
