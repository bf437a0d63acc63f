import { randomBytes } from 'node:crypto'
import { withOwnerConnection } from '#shared/db/owner-connection.ts'

const PREFIX = 'kopeika_check_'
/** A check that has taken so long has died. */
const OLD_HOURS = 6

/**
 * Makes a database, hands its URL to `work`, and drops it whatever happens. Databases that checks which died have left are dropped first.
 */
export const withScratchDatabase = <T>(serverUrl: string, work: (url: string) => Promise<T>): Promise<T> =>
  withOwnerConnection(serverUrl, async (sql) => {
    const old = await sql<{ name: string }[]>`
      select datname as name from pg_database
      where datname like ${`${PREFIX}%`} and split_part(datname, '_', 3)::bigint < ${Math.floor(Date.now() / 1000) - OLD_HOURS * 3600}
        and not exists (select from pg_stat_activity a where a.datname = pg_database.datname)`
    for (const { name } of old) await sql`drop database if exists ${sql(name)}`
    const name = `${PREFIX}${Math.floor(Date.now() / 1000)}_${randomBytes(4).toString('hex')}`
    await sql`create database ${sql(name)} template template0`
    try {
      const url = new URL(serverUrl)
      url.pathname = `/${name}`
      return await work(url.href)
    } finally {
      await sql`drop database if exists ${sql(name)} with (force)`
    }
  })
