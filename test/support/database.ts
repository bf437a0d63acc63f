import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'
import { appLoginOf, applyDatabaseDefaults } from '#shared/db/app-role.ts'
import { openDatabase, type Sql } from '#shared/db/client.ts'
import { TEMPLATE_DATABASE, withDatabase } from './template-database.ts'

export type TestDatabase = {
  name: string
  /** The owner's role: may do everything in this database. */
  ownerUrl: string
  /** The functions' role. */
  appUrl: string
  /** Clients on both; they connect at their first query and are closed by `drop`. */
  ownerSql: Sql
  appSql: Sql
  /** For afterAll. @throws Error when a connection that the test file opened itself is still open. */
  drop: () => Promise<void>
}

/** An ended client leaves pg_stat_activity a moment after its socket closed. */
const LEAK_GRACE_MS = 2_000

/** A database of its own for a test file, cloned from the prepared template. For beforeAll. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const database = await createEmptyDatabase({ template: TEMPLATE_DATABASE })
  await applyDatabaseDefaults(database.ownerSql, appLoginOf(database.appUrl))
  return database
}

/** For tests of migrations: nothing in it but what PostgreSQL puts there. */
export async function createEmptyDatabase(options: { template?: string } = {}): Promise<TestDatabase> {
  const { superuserUrl, ownerUrl, appUrl } = inject('servers')
  const name = `test_${randomBytes(6).toString('hex')}`
  await withServer(
    ownerUrl,
    (sql) => sql`create database ${sql(name)} template ${sql(options.template ?? 'template1')}`,
  )
  const urls = { ownerUrl: withDatabase(ownerUrl, name), appUrl: withDatabase(appUrl, name) }
  const ownerSql = openDatabase({ url: urls.ownerUrl, applicationName: 'test-owner' })
  const appSql = openDatabase({ url: urls.appUrl, applicationName: 'test-app' })
  const drop = async (): Promise<void> => {
    await Promise.all([ownerSql.end({ timeout: 1 }), appSql.end({ timeout: 1 })])
    // `force` ends sessions of other roles, which the owner may not
    await withServer(superuserUrl, async (sql) => {
      const leaked = await findLeaks(sql, name)
      await sql`drop database if exists ${sql(name)} with (force)`
      if (leaked.length > 0) throw new Error(`Connections left open by this test file: ${leaked.join(', ')}`)
    })
  }
  return { name, ...urls, ownerSql, appSql, drop }
}

async function findLeaks(sql: Sql, name: string): Promise<string[]> {
  const deadline = performance.now() + LEAK_GRACE_MS
  for (;;) {
    const rows = await sql<{ application: string }[]>`
      select coalesce(nullif(application_name, ''), 'unnamed') as application
      from pg_stat_activity where datname = ${name} and backend_type = 'client backend'`
    if (rows.length === 0 || performance.now() > deadline) return rows.map(({ application }) => application)
    await sleep(20)
  }
}

async function withServer<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  // its own statements are quick, but `create database` may wait for another clone, and for a disc that is busy
  const sql = openDatabase({ url, applicationName: 'test-harness', max: 1, silenceMs: 60_000 })
  try {
    await sql`set statement_timeout = '50s'`
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}
