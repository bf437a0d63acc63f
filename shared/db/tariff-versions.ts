import { createHash } from 'node:crypto'
import type { Tariff } from '#shared/domain/tariff.ts'
import type { Queryable } from './client.ts'

export type TariffVersion = { version: string; content: unknown; firstSeenAt: Date }

/** The same content however the file orders its keys. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, canonical(member)]),
  )
}

const hashOf = (tariff: Tariff): Buffer =>
  createHash('sha256')
    .update(JSON.stringify(canonical(tariff)))
    .digest()

/**
 * Keeps the tariff under its version, so that the prices a receipt names can be looked up for ever. `reused`: this version stands for
 * other content already, which stays: whoever edited the file forgot to give it a new version.
 */
export const rememberTariff = async (sql: Queryable, tariff: Tariff): Promise<'new' | 'known' | 'reused'> => {
  const hash = hashOf(tariff)
  const inserted = await sql`
    insert into tariff_versions (version, content, content_hash)
    values (${tariff.version}, ${sql.json(tariff as never)}, ${hash})
    on conflict (version) do nothing returning 1`
  if (inserted.length === 1) return 'new'
  const [row]: [{ isSame: boolean }?] = await sql`
    select content_hash = ${hash} as "isSame" from tariff_versions where version = ${tariff.version}`
  return row?.isSame === false ? 'reused' : 'known'
}

/** All versions that were ever in force, newest first. */
export const listTariffs = async (sql: Queryable): Promise<{ version: string; firstSeenAt: Date }[]> =>
  sql<{ version: string; firstSeenAt: Date }[]>`
    select version, first_seen_at as "firstSeenAt" from tariff_versions order by first_seen_at desc, version`

/** The content of a version, or undefined. */
export const findTariff = async (sql: Queryable, version: string): Promise<TariffVersion | undefined> => {
  const [row]: [TariffVersion?] = await sql`
    select version, content, first_seen_at as "firstSeenAt" from tariff_versions where version = ${version}`
  return row
}
