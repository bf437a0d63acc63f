import type { Language } from '#shared/domain/settings.ts'
import { applySettings } from '#shared/domain/settings.ts'
import type { Queryable, Tx } from './client.ts'
import { refuseSuspended } from './users.ts'

/** A browser each; the oldest ends when there are more. */
const MOST_SESSIONS = 20
/** Links that wait to be opened; older ones stop working. */
const MOST_LINKS = 5

/** Remembers a link for logging in by the hash of its token. */
export const addLoginLink = async (
  tx: Tx,
  link: { userId: string; tokenHash: Buffer; seconds: number },
): Promise<void> => {
  await tx`
    insert into cabinet_logins (token_hash, user_id, expires_at)
    values (${link.tokenHash}, ${link.userId}, now() + make_interval(secs => ${link.seconds}))`
  await tx`
    delete from cabinet_logins where token_hash in (
      select token_hash from cabinet_logins where user_id = ${link.userId}
      order by created_at desc, expires_at desc offset ${MOST_LINKS})`
}

/** Whose link this is, while it is good. */
export const findLoginLink = async (sql: Queryable, tokenHash: Buffer): Promise<string | undefined> => {
  const [row]: [{ userId: string }?] = await sql`
    select user_id as "userId" from cabinet_logins where token_hash = ${tokenHash} and expires_at > now()`
  return row?.userId
}

/** Whose link this is; it is used up by that. Of many at once one gets the person. */
export const takeLoginLink = async (tx: Tx, tokenHash: Buffer): Promise<string | undefined> => {
  const [row]: [{ userId: string; isFresh: boolean }?] = await tx`
    delete from cabinet_logins where token_hash = ${tokenHash}
    returning user_id as "userId", expires_at > now() as "isFresh"`
  return row?.isFresh ? row.userId : undefined
}

/** @throws AppError forbidden for whoever an operator shut out; undefined for whoever is erased */
export const openSession = async (
  tx: Tx,
  { userId, seconds }: { userId: string; seconds: number },
): Promise<{ sessionId: string; language: Language } | undefined> => {
  const [person]: [Person?] = await tx`
    select u.language_code, s.state_data -> 'settings' as settings, s.state_data -> 'suspension' as suspension
    from users u left join user_states s on s.user_id = u.id
    where u.id = ${userId} and u.erased_at is null
    -- an erasure that is under way takes the session with it, or is waited for
    for share of u`
  if (!person) return undefined
  const refusal = refuseSuspended(person)
  if (refusal) throw refusal
  const [row]: [{ id: string }?] = await tx`
    insert into cabinet_sessions (user_id, expires_at)
    values (${userId}, now() + make_interval(secs => ${seconds})) returning id`
  if (!row) throw new Error('An insert returned no row.')
  await tx`
    delete from cabinet_sessions where id in (
      select id from cabinet_sessions where user_id = ${userId} order by id desc offset ${MOST_SESSIONS})`
  return { sessionId: row.id, language: languageOf(person) }
}

type Person = { language_code: string | null; settings: unknown; suspension: unknown }

const languageOf = ({ settings, language_code }: Person): Language =>
  applySettings(settings, language_code).language

/**
 * The session, while it lasts and its person is there.
 * @throws AppError forbidden for whoever an operator shut out
 */
export const findSession = async (
  sql: Queryable,
  sessionId: string,
): Promise<{ userId: string; language: Language } | undefined> => {
  const [row]: [(Person & { userId: string })?] = await sql`
    select c.user_id as "userId", u.language_code, s.state_data -> 'settings' as settings,
      s.state_data -> 'suspension' as suspension
    from cabinet_sessions c
    join users u on u.id = c.user_id and u.erased_at is null
    left join user_states s on s.user_id = u.id
    where c.id = ${sessionId} and c.expires_at > now()`
  if (!row) return undefined
  const refusal = refuseSuspended(row)
  if (refusal) throw refusal
  return { userId: row.userId, language: languageOf(row) }
}

/** Logs out; a session that is over already is left in peace. */
export const endSession = async (sql: Queryable, sessionId: string): Promise<void> => {
  await sql`delete from cabinet_sessions where id = ${sessionId}`
}

/** Forgets links and sessions whose time is over. Gives how many; at most `limit` of each. */
export const pruneSessions = async (sql: Queryable, limit: number): Promise<number> => {
  const links = await sql`
    delete from cabinet_logins where token_hash in (
      select token_hash from cabinet_logins where expires_at < now() order by expires_at limit ${limit})`
  const sessions = await sql`
    delete from cabinet_sessions where id in (
      select id from cabinet_sessions where expires_at < now() order by expires_at limit ${limit})`
  return links.count + sessions.count
}
