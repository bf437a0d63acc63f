import type { Sql } from 'postgres'
import { LOCKS, withAdvisoryLock } from './advisory-lock.ts'
import { appLoginOf, applyDatabaseDefaults, makeLoginRole } from './app-role.ts'
import { BACKUP_ROLE, grantBackupRole } from './backup-role.ts'
import { type MigrateResult, migrate } from './migrate.ts'
import { readMigrations } from './migration-files.ts'
import { withOwnerConnection } from './owner-connection.ts'
import { grantWorkerSchema, installWorkerSchema } from './worker-schema.ts'

export type PrepareOptions = {
  /** The owner's URL: a role that may create tables and roles. */
  ownerUrl: string
  /** The functions' URL: its user and password are made on the server. */
  appUrl: string
  /** The backups' URL: its user may read every table and change nothing. */
  backupUrl?: string | undefined
  migrationsDir: string
  appVersion?: string | undefined
  /** One line for each thing done. */
  log?: ((line: string) => void) | undefined
}

/** uuidv7() came with PostgreSQL 18. */
const OLDEST_SERVER = 18
const WAIT_MS = 300_000

/**
 * Makes a database ready for the functions: migrations, graphile-worker's schema, rights, the login role. Safe to run
 * again, and by many at once.
 * @throws Error in one sentence; PostgreSQL's own errors pass through (they never hold a password).
 */
export async function prepareDatabase(options: PrepareOptions): Promise<MigrateResult> {
  const { ownerUrl, appUrl, backupUrl, migrationsDir, appVersion, log = () => undefined } = options
  const login = appLoginOf(appUrl)
  const files = await readMigrations(migrationsDir)
  return withOwnerConnection(ownerUrl, async (sql) => {
    await checkServer(sql)
    await refuseHalfRestored(sql)
    return withAdvisoryLock(sql, { key: LOCKS.prepare, waitMs: WAIT_MS }, async () => {
      const onApplied = (id: string): void => log(`applied ${id}`)
      const result = await migrate({ ownerUrl, files, appVersion, onApplied })
      await installWorkerSchema(ownerUrl, log)
      await grantWorkerSchema(sql)
      await sql`grant select on public.schema_migrations to kopeika_app`
      await makeLoginRole(sql, login)
      await grantBackupRole(sql)
      if (backupUrl !== undefined) await makeLoginRole(sql, appLoginOf(backupUrl), BACKUP_ROLE)
      await applyDatabaseDefaults(sql, login)
      return result
    })
  })
}

/** What a restore has left behind that was broken off: some tables or wallets may be missing (shared/backup/load.ts). */
async function refuseHalfRestored(sql: Sql): Promise<void> {
  const [row] = await sql<[{ isThere: boolean }]>`
    select to_regclass('kopeika_restore.done') is not null as "isThere"`
  if (row.isThere) {
    throw new Error(
      'A restore into this database was broken off, or its result differed from the backup: repeat it (npm run admin -- restore), or start with RECOVER=auto.',
    )
  }
}

async function checkServer(sql: Sql): Promise<void> {
  const [server] = await sql<[{ version: string; number: number }]>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number`
  if (Math.floor(server.number / 10_000) < OLDEST_SERVER) {
    throw new Error(`PostgreSQL ${OLDEST_SERVER} or newer is needed, this server is ${server.version}.`)
  }
}
