import postgres, { type Sql } from 'postgres'

/**
 * Runs `work` on one connection of the owner's role: a session, with its locks and settings, and none of the limits that
 * the functions' client has.
 */
export async function withOwnerConnection<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, {
    // one connection that is never exchanged for another. Not `sql.reserve()`: it hangs in postgres 3.4.9 where
    // `fetch_types` is off and the connection is new (connection.js, ReadyForQuery)
    max: 1,
    max_lifetime: null,
    connect_timeout: 10,
    onnotice: () => undefined,
    connection: { application_name: 'kopeika-owner' },
  })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}
