import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Migration, toMigration } from '#shared/db/migration-files.ts'
import { DamagedBackup, type Manifest } from './manifest.ts'
import { packTar, unpackTar } from './tar.ts'

/** The schema as files: ours, and the job tables' (migrations/graphile-worker.psql). */
export type SchemaFiles = { migrations: Migration[]; worker: string }

const WORKER_FILE = 'graphile-worker.psql'

/** Reads the folder of migrations. @throws Error when it is none */
export const readSchemaFiles = async (folder: string): Promise<SchemaFiles> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  const migrations = await Promise.all(
    names.map(async (name) => toMigration(name.slice(0, -4), await readFile(join(folder, name), 'utf8'))),
  )
  return { migrations, worker: await readFile(join(folder, WORKER_FILE), 'utf8') }
}

/**
 * The files that made the schema of this database.
 * @throws Error where the code and the database tell different stories: such a backup could not be restored
 */
const filesOf = (schema: Manifest['schema'], files: SchemaFiles): Migration[] =>
  schema.migrations.map(({ id, checksum }) => {
    const file = files.migrations.find((one) => one.id === id)
    if (file?.checksum !== checksum)
      throw new Error(
        `Migration ${id} of the database is not the one of this code: back up with the version that migrated it.`,
      )
    return file
  })

/** What our own runner makes before the first migration. */
const BEFORE = `create table public.schema_migrations (
  id text primary key,
  checksum text not null,
  applied_at timestamptz not null default now(),
  app_version text,
  constraint schema_migrations_checksum_length check (length(checksum) = 64)
);
`

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** What goes with every backup: the schema's files, the tables in their order, and what to run behind them. */
export const packKit = (
  manifest: Pick<Manifest, 'schema' | 'sequences'> & {
    tables: { schema: string; name: string; columns: string[]; place: string; rows: number; hash: string }[]
  },
  files: SchemaFiles,
): Buffer => {
  const { schema, sequences, tables } = manifest
  const named = tables.map((table) => ({ ...table, full: `${quote(table.schema)}.${quote(table.name)}` }))
  const lines = named.map(({ schema: space, name, full, columns, place }) =>
    [`${space}.${name}`, place, full, columns.map(quote).join(', ')].join('\t'),
  )
  const hashes = named.map(({ schema: space, name, rows, hash }) =>
    [`${space}.${name}`, rows, hash].join('\t'),
  )
  const setSequences = sequences.map(
    ({ name, value, isCalled }) => `select setval('${name}', ${value}, ${isCalled});`,
  )
  return packTar([
    ...filesOf(schema, files).map(({ id, sql }) => ({ name: `migrations/${id}.sql`, text: sql })),
    { name: 'before.sql', text: BEFORE },
    { name: 'worker.sql', text: files.worker },
    { name: 'tables.tsv', text: `${lines.join('\n')}\n` },
    { name: 'empty.sql', text: `truncate ${named.map(({ full }) => full).join(', ')};\n` },
    { name: 'hashes.tsv', text: `${hashes.join('\n')}\n` },
    { name: 'sequences.sql', text: `${setSequences.join('\n')}\n` },
  ])
}

/** The schema's files of a backup. @throws DamagedBackup when they are not those that its manifest names */
export const unpackKit = (tar: Buffer, schema: Manifest['schema']): SchemaFiles => {
  const files = unpackTar(tar)
  const textOf = (name: string): string => {
    const file = files.find((one) => one.name === name)
    if (!file) throw new DamagedBackup(`The backup lacks ${name}.`)
    return file.text
  }
  const migrations = schema.migrations.map(({ id, checksum }) => {
    const migration = toMigration(id, textOf(`migrations/${id}.sql`))
    if (migration.checksum !== checksum)
      throw new DamagedBackup(`Migration ${id} is not the one that was applied.`)
    return migration
  })
  return { migrations, worker: textOf('worker.sql') }
}
