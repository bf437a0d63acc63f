import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fingerprintTable, fixTextForms, listTables } from '#shared/backup/catalogue.ts'
import { makeBackupKeys, parseRecipients, parseRecoveryKey, parseSigningKey } from '#shared/backup/keys.ts'
import { readSchemaFiles } from '#shared/backup/kit.ts'
import { makeBackup } from '#shared/backup/make-backup.ts'
import type { Source } from '#shared/backup/objects.ts'
import { openVault } from '#shared/backup/open-vault.ts'
import { sha256Of } from '#shared/backup/part.ts'
import { openForRestore, restore } from '#shared/backup/restore.ts'
import { planRestore } from '#shared/backup/restore-plan.ts'
import { DEFAULT_RETENTION } from '#shared/backup/retention.ts'
import type { Vault } from '#shared/backup/vault.ts'
import type { Sql } from '#shared/db/client.ts'
import { checkLedger } from '#shared/db/ledger-check.ts'
import { readMigrations } from '#shared/db/migration-files.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { createEnvelope, open, parseMasterKeys, transcriptRecord } from '#shared/platform/crypto.ts'
import { processEnv } from '#shared/platform/env.ts'
import { createObjectStore } from '#shared/storage/object-store.ts'
import { removeAll } from '#shared/storage/remove-all.ts'
import { type Guard, startGuard } from '../../local/services/guard-client.ts'
import { startS3 } from '../../local/services/s3.ts'
import { loadHouse, type Sizes } from './load.ts'
import { type Machine, startMachine } from './machine.ts'

type Print = (line: string) => void
type Hashes = Map<string, string>

const MIGRATIONS = join(import.meta.dirname, '../../migrations')

const hashAll = (sql: Sql): Promise<Hashes> =>
  inTransaction(sql, async (tx) => {
    await fixTextForms(tx)
    const hashes: Hashes = new Map()
    for (const table of await listTables(tx)) {
      const { rows, hash } = await fingerprintTable(tx, table)
      hashes.set(`${table.schema}.${table.name}`, `${rows} rows, hash ${hash}`)
    }
    return hashes
  })

const withSql = async <T>(machine: Machine, work: (sql: Sql) => Promise<T>): Promise<T> => {
  const sql = openForRestore(machine.ownerUrl)
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

type Stores = { vault: Vault; source: Source; close: () => Promise<void> }

const openStores = async (tracker: Guard): Promise<Stores> => {
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-drill-s3-'))
  const keys = { accessKey: randomBytes(8).toString('hex'), secretKey: randomBytes(24).toString('base64url') }
  const path = processEnv().PATH ?? ''
  const server = await startS3({ folder, logFile: join(folder, 's3.log'), path, tracker, ...keys })
  const connection = { endpoint: server.url, region: 'us-east-1', ...keys }
  const vault = openVault({ ...connection, backups: 'kopeika-backups', copies: 'kopeika-copies' })
  const store = createObjectStore({ ...connection, publicEndpoint: server.url, timeoutMs: 30_000 })
  const source = { store, buckets: { avatars: 'kopeika-avatars', transcripts: 'kopeika-transcripts' } }
  for (const bucket of [vault.backups, vault.copies, ...Object.values(source.buckets)])
    await store.ensureBucket(bucket)
  const close = async (): Promise<void> => {
    store.close()
    vault.store.close()
    await server.stop()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  return { vault, source, close }
}

/** Everything that is not as it was, in words. */
const compare = async (
  machine: Machine,
  source: Source,
  before: { hashes: Hashes; sums: Map<string, string>; masterKeys: string },
): Promise<{ differences: string[]; texts: number }> =>
  withSql(machine, async (sql) => {
    const after = await hashAll(sql)
    const names = new Set([...before.hashes.keys(), ...after.keys()])
    const differences = [...names]
      .filter((name) => before.hashes.get(name) !== after.get(name))
      .map((name) => `${name}: ${before.hashes.get(name)} before, ${after.get(name)} after`)
    for (const [key, sum] of before.sums) {
      const found = await source.store
        .get(source.buckets.avatars, key, { maxBytes: 1e7 })
        .then(sha256Of, () => 'nothing')
      if (found !== sum) differences.push(`${key}: ${found}`)
    }
    const { drift } = await checkLedger(sql)
    differences.push(...drift.map(({ userId }) => `wallet of ${userId} drifts`))
    const envelope = createEnvelope(parseMasterKeys(before.masterKeys))
    const texts = await sql<{ id: string; userId: string; data: Buffer; wrapped: Buffer }[]>`
      select t.id, t.user_id as "userId", transcript_data as data, wrapped_key as wrapped
      from user_transcripts t join user_keys using (user_id)`
    for (const { id, userId, data, wrapped } of texts)
      open(
        envelope.unwrapDataKey(userId, wrapped),
        { ownerId: userId, recordId: transcriptRecord(id, 'text'), keyVersion: 1 },
        data,
      )
    return { differences, texts: texts.length }
  })

const seconds = (sinceMs: number): string => ((performance.now() - sinceMs) / 1000).toFixed(2)

const play = async (guard: Guard, stores: Stores, sizes: Sizes, print: Print): Promise<number> => {
  const { vault, source } = stores
  const keys = await makeBackupKeys()
  const masterKeys = JSON.stringify({ current: 'k1', keys: { k1: randomBytes(32).toString('base64') } })
  let since = performance.now()
  const first = await startMachine(guard)
  await first.prepare()
  const sums = await withSql(first, (sql) => loadHouse(sql, source, masterKeys, sizes))
  const hashes = await withSql(first, hashAll)
  print(
    `loaded     ${hashes.get('public.transactions')?.split(',')[0]} of the ledger, ${sums.size} avatars: ${seconds(since)} s`,
  )

  const made = await makeBackup({
    vault,
    source,
    databaseUrl: first.backupUrl,
    recipients: parseRecipients(keys.recipients),
    signer: parseSigningKey(keys.signingKey),
    schemaFiles: await readSchemaFiles(MIGRATIONS),
    retention: DEFAULT_RETENTION,
    clock: Date.now,
  })
  print(`backed up  ${made.rows} rows, ${made.objects} objects, ${made.bytes} bytes: ${made.seconds} s`)

  await first.destroy()
  const removed = await removeAll({ store: source.store }, source.buckets.avatars, '')
  print(`destroyed  PostgreSQL's data folder, Redis, ${removed} avatars`)

  since = performance.now()
  const second = await startMachine(guard)
  try {
    const key = parseRecoveryKey(keys.recoveryKey)
    const plan = await planRestore({ vault, ...key, migrations: await readMigrations(MIGRATIONS) })
    const { identities } = key
    const { ownerUrl, prepare } = second
    const report = await restore({ vault, identities, ownerUrl, prepare, source }, plan)
    const rto = seconds(since)
    const { differences, texts } = await compare(second, source, { hashes, sums, masterKeys })
    for (const line of differences.slice(0, 20)) print(`  ${line}`)
    print(`recovered  ${report.rows} rows, ${report.objectsRestored} objects, ${texts} texts decrypted`)
    print(
      `${differences.length} differences in ${hashes.size} tables and ${sums.size} objects; every wallet equals its ledger`,
    )
    print(
      `RPO ${report.rpoSeconds} s (what was written after the snapshot is lost), RTO ${rto} s (from bare servers)`,
    )
    return differences.length
  } finally {
    await second.stop()
  }
}

/** The whole disaster; gives how many differences there are afterwards. */
export const runDrill = async (sizes: Sizes, print: Print): Promise<number> => {
  const guard = await startGuard()
  try {
    const stores = await openStores(guard)
    try {
      return await play(guard, stores, sizes, print)
    } finally {
      await stores.close()
    }
  } finally {
    await guard.close()
  }
}
