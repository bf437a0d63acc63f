import type { Queryable } from './client.ts'

/** Sessions of all databases of the server, its own processes left out, and how many it takes. */
export const countConnections = async (sql: Queryable): Promise<{ used: number; max: number }> => {
  const [row]: [{ used: number; max: number }?] = await sql`
    select (select coalesce(sum(numbackends), 0)::bigint from pg_stat_database) as used,
      current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint as max`
  if (!row) throw new Error('A count returned no row.')
  return row
}
