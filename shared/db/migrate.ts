import type { Sql, TransactionSql } from 'postgres'
import { LOCKS, withAdvisoryLock } from './advisory-lock.ts'
import type { Queryable } from './client.ts'
import { type AppliedMigration, type Migration, planMigrations } from './migration-files.ts'
import { withOwnerConnection } from './owner-connection.ts'
import { constraintOf, isLockTimeout, sqlStateOf } from './sqlstate.ts'

export type MigrateOptions = {
  /** The owner's: a role that may create tables. */
  ownerUrl: string
  /** All migrations of this code, from `readMigrations`. */
  files: readonly Migration[]
  /** Noted beside each migration, for the people who look later. */
  appVersion?: string | undefined
  onApplied?: ((id: string) => void) | undefined
  /** How long a statement may wait for a lock that running functions hold. */
  lockTimeoutMs?: number | undefined
  /** How long to wait for another runner. */
  waitMs?: number | undefined
}

export type MigrateResult = {
  /** Ids that this run applied, in order. */
  applied: string[]
  /** Id of the newest migration, now in the database. */
  version: string
}

const NO_TRANSACTION = /^--! no-transaction\s*\n/

/**
 * Brings the schema up to the newest file. Any number of runners may start at once: one applies, the others find
 * the work done. A failing file leaves the state before it.
 * @throws Error in one sentence: files and database disagree (see `planMigrations`), or a file failed (named, with
 *   PostgreSQL's error as `cause`).
 */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const lock = { key: LOCKS.migrate, waitMs: options.waitMs ?? 300_000 }
  const applied = await withOwnerConnection(options.ownerUrl, (sql) =>
    withAdvisoryLock(sql, lock, () => applyPending(sql, options)),
  )
  return { applied, version: options.files.at(-1)?.id ?? '' }
}

/** The rows of `schema_migrations`, oldest first; nothing where no migration ever ran. */
export async function listApplied(sql: Sql | Queryable): Promise<(AppliedMigration & { appliedAt: Date })[]> {
  const [table] = await sql<[{ present: boolean }]>`
    select to_regclass('public.schema_migrations') is not null as present`
  if (!table.present) return []
  return sql<(AppliedMigration & { appliedAt: Date })[]>`
    select id, checksum, applied_at as "appliedAt" from public.schema_migrations order by id collate "C"`
}

/**
 * Cheap check for `/ready`: one look at a tiny table. A newer schema is fine here, since functions of the last version
 * go on serving while the next one is rolled out; only the runner refuses it.
 * @throws Error when the migration `expectedVersion` has not been applied.
 */
export async function assertSchemaCurrent(sql: Queryable, expectedVersion: string): Promise<void> {
  const [row] = await sql<[{ current: boolean }]>`
    select exists (select from public.schema_migrations where id = ${expectedVersion}) as current`
  if (!row.current) {
    throw new Error(
      `The database lacks migration ${expectedVersion}: run \`npm run migrate\` before this version.`,
    )
  }
}

/** Runs a file of several statements as the owner: for a schema that comes from a backup. */
export async function runScript(ownerUrl: string, script: string): Promise<void> {
  await withOwnerConnection(ownerUrl, (sql) => sql.unsafe(script))
}

async function applyPending(sql: Sql, options: MigrateOptions): Promise<string[]> {
  await sql`
    create table if not exists public.schema_migrations (
      id text primary key,
      checksum text not null,
      applied_at timestamptz not null default now(),
      app_version text,
      constraint schema_migrations_checksum_length check (length(checksum) = 64)
    )`
  const applied: string[] = []
  for (const migration of planMigrations(options.files, await listApplied(sql))) {
    if (!(await applyOne(sql, migration, options))) continue
    applied.push(migration.id)
    options.onApplied?.(migration.id)
  }
  return applied
}

/** @returns false when another runner that our lock does not reach had done it. */
async function applyOne(sql: Sql, migration: Migration, options: MigrateOptions): Promise<boolean> {
  const isBare = NO_TRANSACTION.test(migration.sql)
  // a concurrent index waits for old transactions by lock timeout too, while it blocks nobody: it may take its time
  const lockTimeoutMs = isBare ? 0 : (options.lockTimeoutMs ?? 10_000)
  try {
    // every file may rely on these, whatever the role's defaults are and the last file set
    await sql`
      select set_config('search_path', 'public', false), set_config('statement_timeout', '0', false),
        set_config('lock_timeout', ${String(lockTimeoutMs)}, false)`
    const apply = isBare ? applyBare : applyInTransaction
    return await apply(sql, migration, options.appVersion ?? null)
  } catch (error) {
    const outcome = isBare ? 'failed halfway' : 'failed and was taken back'
    throw new Error(`Migration ${migration.id} ${outcome}: ${describe(error)}`, { cause: error })
  }
}

async function applyInTransaction(
  sql: Sql,
  migration: Migration,
  appVersion: string | null,
): Promise<boolean> {
  try {
    await sql.begin(async (tx) => {
      // the row first: a rival waits here for our commit and then clashes, before it touches anything
      await insertRow(tx, migration, appVersion)
      await tx.unsafe(migration.sql)
    })
    return true
  } catch (error) {
    if (isClash(error)) return false
    throw error
  }
}

/**
 * For `create index concurrently` and its like. Statements end with a semicolon at the end of a line and run one by
 * one; the row comes last, so such a file must stand being run again (`drop index concurrently if exists` first).
 */
async function applyBare(sql: Sql, migration: Migration, appVersion: string | null): Promise<boolean> {
  for (const statement of migration.sql.split(/;[ \t]*(?:\r?\n|$)/)) {
    if (statement.replace(/^\s*--.*$/gm, '').trim() !== '') await sql.unsafe(statement)
  }
  try {
    await insertRow(sql, migration, appVersion)
    return true
  } catch (error) {
    if (isClash(error)) return false
    throw error
  }
}

const insertRow = (sql: Sql | TransactionSql, { id, checksum }: Migration, appVersion: string | null) =>
  sql`insert into public.schema_migrations (id, checksum, app_version) values (${id}, ${checksum}, ${appVersion})`

/** Another runner has written the same row; a unique violation of the migration's own is none. */
const isClash = (error: unknown): boolean => constraintOf(error) === 'schema_migrations_pkey'

function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const state = sqlStateOf(error)
  if (state === undefined) return text
  const hint = isLockTimeout(error) ? '; a running transaction holds a table it needs, try again' : ''
  return `${text} [${state}]${hint}`
}
