import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One file of migrations/: `id` is its name without `.sql`, `checksum` the hex sha256 of its text with LF line ends. */
export type Migration = { id: string; sql: string; checksum: string }

/** A row of `schema_migrations`. */
export type AppliedMigration = { id: string; checksum: string }

const ID = /^(\d{4})-[a-z0-9]+(-[a-z0-9]+)*$/

/** Checksum that a checkout with other line ends does not change. */
const checksumOf = (sql: string): string =>
  createHash('sha256').update(sql.replace(/\r\n?/g, '\n')).digest('hex')

export const toMigration = (id: string, sql: string): Migration => ({ id, sql, checksum: checksumOf(sql) })

/** Reads every `.sql` file of `dir`, in order. @throws Error naming a file whose name or number is wrong. */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort()
  const migrations = await Promise.all(
    names.map(async (name) =>
      toMigration(name.slice(0, -'.sql'.length), await readFile(join(dir, name), 'utf8')),
    ),
  )
  checkNumbers(migrations)
  return migrations
}

/** @throws Error unless the numbers run 0001, 0002, 0003 ... and every name is `NNNN-slug`. */
export function checkNumbers(migrations: readonly Migration[]): void {
  if (migrations.length === 0) throw new Error('No migrations found: the folder of migrations is empty.')
  for (const [index, { id }] of migrations.entries()) {
    const number = ID.exec(id)?.[1]
    if (number === undefined)
      throw new Error(`Migration "${id}" has a wrong name: it must look like 0001-some-words.sql.`)
    const expected = String(index + 1).padStart(4, '0')
    if (number !== expected) {
      throw new Error(`Migration ${id} breaks the numbering: ${expected} was expected at its place.`)
    }
  }
}

/**
 * What is still to do. Looks at everything before anything runs.
 * @throws Error with one sentence where the database and the files tell different stories.
 */
export function planMigrations(
  files: readonly Migration[],
  applied: readonly AppliedMigration[],
): Migration[] {
  const newestFile = files.at(-1)?.id ?? ''
  const byId = new Map(files.map((file) => [file.id, file]))
  const inOrder = applied.toSorted((a, b) => compare(a.id, b.id))
  const newer = inOrder.filter(({ id }) => compare(id, newestFile) > 0).map(({ id }) => id)
  if (newer.length > 0) {
    throw new Error(
      `The database is newer than this code: it has ${newer.join(', ')}, the newest here is ${newestFile}. ` +
        'Use the version of the code that brought it, or a later one.',
    )
  }
  for (const { id, checksum } of inOrder) {
    const file = byId.get(id)
    if (!file)
      throw new Error(`Migration ${id} is applied in the database, but its file is missing: bring it back.`)
    if (file.checksum !== checksum) {
      throw new Error(
        `Migration ${id} was changed after it had been applied: restore its file and put the change into a new one.`,
      )
    }
  }
  return pendingAfter(files, inOrder)
}

function pendingAfter(files: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  const done = new Set(applied.map(({ id }) => id))
  const newestApplied = applied.at(-1)?.id ?? ''
  const pending = files.filter(({ id }) => !done.has(id))
  const late = pending.find(({ id }) => compare(id, newestApplied) < 0)
  if (late) {
    throw new Error(
      `Migration ${late.id} is not applied, although the later ${newestApplied} is: give it a number after ${newestApplied}.`,
    )
  }
  return pending
}

/** Plain code point order: a locale's collation would treat '-' as nothing. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
