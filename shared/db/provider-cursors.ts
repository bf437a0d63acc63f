import type { Provider } from '#shared/domain/packs.ts'
import type { Queryable } from './client.ts'

/** How far a provider's book has been read: lines by number (Stars), or everything made before a moment (YooKassa). */
export type ProviderCursor = {
  position: number
  readUntil: Date | null
  /** Each of our payments that was taken up to this moment has a line, matched or named as missing. */
  matchedUntil: Date | null
}

export const readCursor = async (sql: Queryable, provider: Provider): Promise<ProviderCursor> => {
  const [row]: [ProviderCursor?] = await sql`
    select position, read_until as "readUntil", matched_until as "matchedUntil" from provider_cursors where provider = ${provider}`
  return row ?? { position: 0, readUntil: null, matchedUntil: null }
}

/** Says where the next run goes on. Only for the holder of the lease: a slow run must not undo what a later one has read. */
export const setPosition = async (sql: Queryable, provider: Provider, position: number): Promise<void> => {
  await sql`
    insert into provider_cursors (provider, position) values (${provider}, ${position})
    on conflict (provider) do update set position = excluded.position, updated_at = now()`
}

/** Everything made before this moment has been read. */
export const setReadUntil = async (sql: Queryable, provider: Provider, readUntil: Date): Promise<void> => {
  await sql`
    insert into provider_cursors (provider, read_until) values (${provider}, ${readUntil})
    on conflict (provider) do update set read_until = excluded.read_until, updated_at = now()`
}

/** Our payments up to this moment need not be looked for again. It only goes ahead. */
export const setMatchedUntil = async (
  sql: Queryable,
  provider: Provider,
  matchedUntil: Date,
): Promise<void> => {
  await sql`
    insert into provider_cursors (provider, matched_until) values (${provider}, ${matchedUntil})
    on conflict (provider) do update set matched_until = greatest(provider_cursors.matched_until, excluded.matched_until),
      updated_at = now()`
}
