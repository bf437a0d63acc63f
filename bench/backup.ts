import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { makeBackupKeys } from '#shared/backup/keys.ts'
import { takeSnapshot } from '#shared/backup/snapshot.ts'
import { processEnv } from '#shared/platform/env.ts'
import type { StackDescription } from '../local/stack-file.ts'

const run = promisify(execFile)

const PEOPLE = 2_000
const EACH = 150
const ROUNDS = 3
const MB = 1_000_000

type Print = (line: string) => void

/** A few hundred thousand rows of the ledger, as wide as real ones. */
const load = async (url: string): Promise<void> => {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  await sql`
    with made as (insert into users (telegram_id) select 900000000 + n from generate_series(1, ${PEOPLE}::int) n returning id)
    insert into transactions (user_id, amount, type, description, balance_after, service, reference, actor)
    select id, 1, 'adjustment', 'Bench ' || md5(n::text || id::text), n, 'bench', 'bench:' || gen_random_uuid(), 'bench'
    from made, generate_series(1, ${EACH}::int) n`
  await sql.end()
}

/** The tables one after the other through the plain programs. Gives seconds. */
const plainPipeline = async (url: string, recipient: string): Promise<number> => {
  const script = `psql -X -At "$URL" -c "select schemaname || '.' || tablename from pg_tables where schemaname in ('public', 'graphile_worker')" |
    while read -r table; do psql -X -q "$URL" -c "copy $table to stdout" < /dev/null | zstd -q -3 | age -r "$RECIPIENT" > /dev/null; done`
  const since = performance.now()
  await run('bash', ['-euo', 'pipefail', '-c', script], {
    env: { PATH: processEnv().PATH ?? '', URL: url, RECIPIENT: recipient },
  })
  return (performance.now() - since) / 1000
}

/** What `backup` does with the same tables, short of sending: COPY, zstd, age, SHA-256, and the fingerprint of every table. */
const ours = async (url: string, recipient: string): Promise<{ seconds: number; bytes: number }> => {
  const since = performance.now()
  const { tables } = await takeSnapshot({
    databaseUrl: url,
    sinkFor: ({ name }) => ({
      recipients: [recipient],
      keyOf: (index) => `${name}.${index}`,
      put: async () => undefined,
    }),
  })
  const bytes = tables.flatMap(({ parts }) => parts).reduce((sum, { plainBytes }) => sum + plainBytes, 0)
  return { seconds: (performance.now() - since) / 1000, bytes }
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const compareSpeed = async (stack: StackDescription, print: Print): Promise<void> => {
  const { recipients } = await makeBackupKeys()
  const plain: number[] = []
  const own: number[] = []
  let bytes = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    plain.push(await plainPipeline(stack.databaseUrl, recipients))
    const result = await ours(stack.databaseUrl, recipients)
    own.push(result.seconds)
    bytes = result.bytes
  }
  const [plainSeconds, ownSeconds] = [median(plain), median(own)]
  print(
    `  anchor: psql copy | zstd -3 | age      ${(bytes / MB / plainSeconds).toFixed(1)} MB/s of rows (${plainSeconds.toFixed(2)} s)`,
  )
  print(
    `  snapshot with hashes and fingerprints  ${(bytes / MB / ownSeconds).toFixed(1)} MB/s of rows (${ownSeconds.toFixed(2)} s)`,
  )
  print(`  ratio ${(plainSeconds / ownSeconds).toFixed(2)}`)
}

/** Backups beside the plain programs over the same data. */
export const benchBackup = async (stack: StackDescription, _seconds: number, print: Print): Promise<void> => {
  await load(stack.databaseUrl)
  await compareSpeed(stack, print)
}
