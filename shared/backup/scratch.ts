import { randomBytes } from 'node:crypto'
import type { Sql } from 'postgres'
import { withOwnerConnection } from '#shared/db/owner-connection.ts'

const PREFIX = 'kopeika_check_'
/** A check that has taken so long has died. */
const OLD_HOURS = 6

export type OnLeft = (name: string, error: unknown) => void

/**
 * Drops a database although sessions of this role, or workers of the autovacuum, are in it. Not `with (force)`: that ends sessions of
 * this role alone, and refuses everything where the autovacuum has a worker there, whose role is nobody's. Without the word PostgreSQL
 * ends such workers itself and waits 5 s for whoever else is leaving (CountOtherDBBackends).
 */
const dropDatabase = async (sql: Sql, name: string): Promise<void> => {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name} and usename = current_user`
  await sql`drop database if exists ${sql(name)}`
}

/** What cannot be dropped now is no reason not to check a backup. */
const dropOld = async (sql: Sql, onLeft: OnLeft): Promise<void> => {
  const old = await sql<{ name: string }[]>`
    select datname as name from pg_database
    where datname like ${`${PREFIX}%`} and split_part(datname, '_', 3)::bigint < ${Math.floor(Date.now() / 1000) - OLD_HOURS * 3600}
      and not exists (select from pg_stat_activity a where a.datname = pg_database.datname and a.backend_type = 'client backend')`
  for (const { name } of old) await dropDatabase(sql, name).catch((error: unknown) => onLeft(name, error))
}

/**
 * Makes a database, hands its URL to `work`, and drops it whatever happens. Databases that checks which died have left are dropped first.
 * @param onLeft told where somebody stays in the database and it cannot be dropped: what `work` found counts all the same, and a later
 *   check drops it
 */
export const withScratchDatabase = <T>(
  serverUrl: string,
  onLeft: OnLeft,
  work: (url: string) => Promise<T>,
): Promise<T> =>
  withOwnerConnection(serverUrl, async (sql) => {
    await dropOld(sql, onLeft)
    const name = `${PREFIX}${Math.floor(Date.now() / 1000)}_${randomBytes(4).toString('hex')}`
    await sql`create database ${sql(name)} template template0`
    try {
      const url = new URL(serverUrl)
      url.pathname = `/${name}`
      return await work(url.href)
    } finally {
      await dropDatabase(sql, name).catch((error: unknown) => onLeft(name, error))
    }
  })
