import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { listApplied } from '#shared/db/migrate.ts'
import { planMigrations, readMigrations } from '#shared/db/migration-files.ts'
import { withOwnerConnection } from '#shared/db/owner-connection.ts'
import { prepareDatabase } from '#shared/db/prepare.ts'
import { type Env, processEnv } from '#shared/platform/env.ts'
import packageJson from '../package.json' with { type: 'json' }

const HELP = `Brings a database up to this version: migrations, the job tables, rights, the functions' login role.

Usage: npm run migrate [-- --status]

  --status   only shows which migrations are applied and which are pending
  --help     this text

Environment:
  DATABASE_URL       the owner: postgres://owner:password@host:5432/database (may create tables and roles)
  APP_DATABASE_URL   the functions: postgres://user:password@host:5432/database (not needed with --status);
                     the user is made, or gets this password
  BACKUP_DATABASE_URL  the backups, where there are any: the user is made too, and may read everything

Safe to run again and by many at once. Exit code: 0 done, or with --status nothing is pending; 1 failed;
2 wrong usage; 3 with --status something is pending.
`

const EXIT = { done: 0, failed: 1, usage: 2, pending: 3 } as const
const migrationsDir = fileURLToPath(new URL('../migrations', import.meta.url))

class UsageError extends Error {
  override name = 'UsageError' as const
}

/** The command without the process around it. Resolves to the exit code; `print` gets whole lines. */
export async function runMigrate(args: string[], env: Env, print: (line: string) => void): Promise<number> {
  try {
    const { help, status } = readOptions(args)
    if (help) {
      print(HELP)
      return EXIT.done
    }
    return status ? await showStatus(env, print) : await prepare(env, print)
  } catch (error) {
    print(describe(error))
    return error instanceof UsageError ? EXIT.usage : EXIT.failed
  }
}

function readOptions(args: string[]): { help: boolean; status: boolean } {
  const options = {
    help: { type: 'boolean', short: 'h', default: false },
    status: { type: 'boolean', default: false },
  } as const
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    throw new UsageError(`${describe(error)}\nSee npm run migrate -- --help`)
  }
}

function required(env: Env, name: string): string {
  const value = env[name]
  if (!value) throw new UsageError(`${name} is not set. See npm run migrate -- --help`)
  if (!/^postgres(ql)?:\/\/./.test(value))
    throw new UsageError(`${name} must look like postgres://user:password@host/database`)
  return value
}

async function prepare(env: Env, print: (line: string) => void): Promise<number> {
  const ownerUrl = required(env, 'DATABASE_URL')
  const appUrl = required(env, 'APP_DATABASE_URL')
  const { applied, version } = await prepareDatabase({
    ownerUrl,
    appUrl,
    backupUrl: env.BACKUP_DATABASE_URL || undefined,
    migrationsDir,
    appVersion: packageJson.version,
    log: print,
  })
  print(
    `${applied.length === 0 ? 'nothing to apply' : `${applied.length} applied`}, the database is at ${version}`,
  )
  return EXIT.done
}

async function showStatus(env: Env, print: (line: string) => void): Promise<number> {
  const url = required(env, 'DATABASE_URL')
  const files = await readMigrations(migrationsDir)
  const applied = await withOwnerConnection(url, listApplied)
  const times = new Map(applied.map(({ id, appliedAt }) => [id, appliedAt.toISOString()]))
  const ids = [...new Set([...files, ...applied].map(({ id }) => id))].sort()
  const width = Math.max(...ids.map((id) => id.length))
  for (const id of ids)
    print(`${id.padEnd(width)}  ${times.has(id) ? `applied  ${times.get(id)}` : 'pending'}`)
  return planMigrations(files, applied).length === 0 ? EXIT.done : EXIT.pending
}

/** A refused connection comes as an AggregateError without a message of its own. */
const describe = (error: unknown): string => {
  if (error instanceof AggregateError) return error.errors.map(describe).join('; ')
  return error instanceof Error ? error.message || error.name : String(error)
}

if (import.meta.main) process.exitCode = await runMigrate(process.argv.slice(2), processEnv(), console.log)
