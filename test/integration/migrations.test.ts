import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LOCKS } from '#shared/db/advisory-lock.ts'
import { assertSchemaCurrent, listApplied, migrate } from '#shared/db/migrate.ts'
import { readMigrations, toMigration } from '#shared/db/migration-files.ts'
import { prepareDatabase } from '#shared/db/prepare.ts'
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts'
import { MIGRATIONS_DIR } from '../support/template-database.ts'

const FIRST = toMigration('0001-first', 'create table first (id int);\n')
const SECOND = toMigration('0002-second', 'create table second (id int);\ninsert into second values (1);\n')
const THIRD = toMigration('0003-third', 'create table third (id int);\n')

let database: TestDatabase

beforeEach(async () => {
  database = await createEmptyDatabase()
})

afterEach(() => database.drop())

const run = (...files: ReturnType<typeof toMigration>[]) => migrate({ ownerUrl: database.ownerUrl, files })
const appliedIds = async () => (await listApplied(database.ownerSql)).map(({ id }) => id)
const tableNames = async () => {
  const rows = await database.ownerSql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`
  return rows.map(({ name }) => name)
}

describe('the real migrations', () => {
  const prepare = (log?: (line: string) => void) =>
    prepareDatabase({ ...database, migrationsDir: MIGRATIONS_DIR, appVersion: '1.2.3', log })

  test('apply from nothing, and are left alone the second time', async () => {
    const files = await readMigrations(MIGRATIONS_DIR)
    const lines: string[] = []
    const first = await prepare((line) => lines.push(line))
    expect(first.applied).toEqual(files.map(({ id }) => id))
    expect(lines).toEqual(files.map(({ id }) => `applied ${id}`))
    expect(await prepare()).toEqual({ applied: [], version: files.at(-1)?.id })
    const [row] = await database.ownerSql<
      [{ version: string }]
    >`select distinct app_version as version from schema_migrations`
    expect(row.version).toBe('1.2.3')
  })

  test('are applied once when 20 start together', async () => {
    const files = await readMigrations(MIGRATIONS_DIR)
    const results = await Promise.all(Array.from({ length: 20 }, () => prepare()))
    expect(results.flatMap(({ applied }) => applied)).toEqual(files.map(({ id }) => id))
    expect(await appliedIds()).toEqual(files.map(({ id }) => id))
  })
})

test('20 runners at once: one applies, all succeed', async () => {
  const { ownerUrl } = database
  const results = await Promise.all(
    Array.from({ length: 20 }, () => migrate({ ownerUrl, files: [FIRST, SECOND] })),
  )
  expect(results.flatMap(({ applied }) => applied)).toEqual(['0001-first', '0002-second'])
  expect(new Set(results.map(({ version }) => version))).toEqual(new Set(['0002-second']))
})

test('goes on where the last run ended', async () => {
  await run(FIRST)
  const seen: string[] = []
  const result = await migrate({
    ownerUrl: database.ownerUrl,
    files: [FIRST, SECOND, THIRD],
    onApplied: (id) => seen.push(id),
  })
  expect(result).toEqual({ applied: ['0002-second', '0003-third'], version: '0003-third' })
  expect(seen).toEqual(['0002-second', '0003-third'])
})

test('refuses a file that was changed after it had been applied, and applies nothing', async () => {
  await run(FIRST)
  const changed = toMigration('0001-first', `${FIRST.sql}-- a word\n`)
  await expect(run(changed, SECOND)).rejects.toThrow(/0001-first was changed/)
  expect(await appliedIds()).toEqual(['0001-first'])
})

test('line ends do not change a checksum', async () => {
  await run(FIRST)
  const windows = toMigration('0001-first', FIRST.sql.replaceAll('\n', '\r\n'))
  expect(await run(windows)).toEqual({ applied: [], version: '0001-first' })
})

test('refuses a database that is newer than the code, and names what it has', async () => {
  await run(FIRST, SECOND, THIRD)
  await expect(run(FIRST)).rejects.toThrow(/newer than this code: it has 0002-second, 0003-third/)
})

test('refuses a missing file', async () => {
  await run(FIRST, SECOND, THIRD)
  await expect(run(FIRST, THIRD)).rejects.toThrow(
    /0002-second is applied in the database, but its file is missing/,
  )
})

test('refuses a file that would come before one already applied', async () => {
  await run(FIRST, THIRD)
  await expect(run(FIRST, SECOND, THIRD)).rejects.toThrow(
    /0002-second is not applied, although the later 0003-third is/,
  )
  expect(await tableNames()).not.toContain('second')
})

test('a failing file leaves the state before it, and is named with what PostgreSQL says', async () => {
  const failing = toMigration('0002-second', 'create table half (id int);\nselect 1 / 0;\n')
  await expect(run(FIRST, failing, THIRD)).rejects.toThrow(
    'Migration 0002-second failed and was taken back: division by zero [22012]',
  )
  expect(await tableNames()).toEqual(['first', 'schema_migrations'])
  expect(await appliedIds()).toEqual(['0001-first'])
  expect(await run(FIRST, SECOND, THIRD)).toMatchObject({ applied: ['0002-second', '0003-third'] })
})

test('a file without transaction builds an index concurrently', async () => {
  const index = toMigration(
    '0002-index',
    `--! no-transaction
-- Why: to show it; with a semicolon; inside
drop index concurrently if exists first_id;
create index concurrently first_id on first (id);
`,
  )
  expect(await run(FIRST, index)).toMatchObject({ applied: ['0001-first', '0002-index'] })
  const [row] = await database.ownerSql<[{ valid: boolean }]>`
    select indisvalid as valid from pg_index where indexrelid = 'first_id'::regclass`
  expect(row.valid).toBe(true)
})

test('a file without transaction that fails is not taken for done', async () => {
  const index = toMigration(
    '0002-index',
    '--! no-transaction\ncreate index concurrently wrong on nowhere (id);\n',
  )
  await expect(run(FIRST, index)).rejects.toThrow(
    /0002-index failed halfway: relation "nowhere" does not exist \[42P01\]/,
  )
  expect(await appliedIds()).toEqual(['0001-first'])
})

test('does not wait for ever behind a transaction that holds a table', async () => {
  await run(FIRST)
  const { ownerSql, ownerUrl } = database
  const alter = toMigration('0002-alter', 'alter table first add column name text;\n')
  await ownerSql.begin(async (tx) => {
    await tx`select from first`
    await expect(migrate({ ownerUrl, files: [FIRST, alter], lockTimeoutMs: 100 })).rejects.toThrow(
      /0002-alter failed.*\[55P03\]; a running transaction holds a table it needs/,
    )
  })
  expect(await run(FIRST, alter)).toMatchObject({ applied: ['0002-alter'] })
})

test('does not wait for ever for another runner', async () => {
  const { ownerSql, ownerUrl } = database
  await ownerSql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${LOCKS.migrate}::bigint)`
    await expect(migrate({ ownerUrl, files: [FIRST], waitMs: 120 })).rejects.toThrow(/Somebody else/)
  })
})

test('tells a function whether its schema is there; a newer one is fine', async () => {
  await run(FIRST, SECOND)
  await expect(assertSchemaCurrent(database.ownerSql, '0001-first')).resolves.toBeUndefined()
  await expect(assertSchemaCurrent(database.ownerSql, '0002-second')).resolves.toBeUndefined()
  await expect(assertSchemaCurrent(database.ownerSql, '0003-third')).rejects.toThrow(
    /lacks migration 0003-third/,
  )
})
