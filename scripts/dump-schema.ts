import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withOwnerConnection } from '#shared/db/owner-connection.ts'
import { prepareDatabase } from '#shared/db/prepare.ts'
import { startGuard } from '../local/services/guard-client.ts'
import { startPostgres } from '../local/services/postgres.ts'
import { diffLines } from './diff-lines.ts'
import { readOptions } from './read-options.ts'
import { describeSchema } from './schema-catalogue.ts'

const HELP = `Writes test/schema.sql: what the migrations make of an empty database, on a PostgreSQL of its own.

Usage: npm run schema [-- --check]

  --check   writes nothing; prints the difference and exits with 1 where the file is out of date
`

const HEADER =
  '-- Made from migrations/ by `npm run schema`; shows in a review what they change. Not meant to be run.\n\n'
const migrationsDir = fileURLToPath(new URL('../migrations', import.meta.url))
const schemaFile = fileURLToPath(new URL('../test/schema.sql', import.meta.url))

/** Hands the URL of a fresh database to `work`; the server is gone afterwards, also when this process is killed. */
async function withFreshDatabase<T>(work: (ownerUrl: string) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'kopeika-schema-'))
  // PostgreSQL runs as another user when we are root
  chmodSync(home, 0o711)
  const guard = await startGuard()
  try {
    const server = await startPostgres({
      dataDir: join(home, 'postgres'),
      logFile: join(home, 'logs', 'postgres.log'),
      superuserPassword: randomBytes(24).toString('base64url'),
      ownerPassword: randomBytes(24).toString('base64url'),
      settings: ['fsync=off'],
      tracker: guard,
    })
    return await work(server.url).finally(server.stop)
  } finally {
    await guard.close()
    rmSync(home, { recursive: true, force: true })
  }
}

async function dumpSchema(ownerUrl: string): Promise<string> {
  const appUrl = new URL(ownerUrl)
  appUrl.username = 'kopeika_functions'
  await prepareDatabase({ ownerUrl, appUrl: appUrl.href, migrationsDir })
  return HEADER + (await withOwnerConnection(ownerUrl, describeSchema))
}

const { values } = readOptions(
  { options: { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } },
  HELP,
)

if (values.help) {
  console.log(HELP)
} else {
  const wanted = await withFreshDatabase(dumpSchema)
  if (!values.check) {
    writeFileSync(schemaFile, wanted)
  } else {
    const found = readFileSync(schemaFile, 'utf8')
    if (found !== wanted) {
      console.error(
        `test/schema.sql is out of date: run \`npm run schema\` and commit it.\n${diffLines(found, wanted)}`,
      )
      process.exitCode = 1
    }
  }
}
