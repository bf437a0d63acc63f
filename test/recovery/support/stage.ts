import { randomBytes, randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import {
  makeBackupKeys,
  type NewBackupKeys,
  parseRecipients,
  parseRecoveryKey,
  parseSigningKey,
} from '#shared/backup/keys.ts'
import { readSchemaFiles } from '#shared/backup/kit.ts'
import { type BackupOptions, type BackupResult, makeBackup } from '#shared/backup/make-backup.ts'
import type { Source } from '#shared/backup/objects.ts'
import { type RestoreOptions, type RestoreReport, restore } from '#shared/backup/restore.ts'
import { planRestore } from '#shared/backup/restore-plan.ts'
import { DEFAULT_RETENTION } from '#shared/backup/retention.ts'
import type { Vault } from '#shared/backup/vault.ts'
import type { Sql } from '#shared/db/client.ts'
import { readMigrations } from '#shared/db/migration-files.ts'
import { prepareDatabase } from '#shared/db/prepare.ts'
import { createEnvelope, parseMasterKeys, seal, transcriptRecord } from '#shared/platform/crypto.ts'
import { createObjectStore, type ObjectStore } from '#shared/storage/object-store.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { MIGRATIONS_DIR } from '../../support/template-database.ts'

export type Stage = {
  database: TestDatabase
  sql: Sql
  store: ObjectStore
  vault: Vault
  source: Source
  keys: NewBackupKeys
  masterKeys: string
  backup: (changes?: Partial<BackupOptions>) => Promise<BackupResult>
  /** Into a fresh database, unless one is given. */
  restoreInto: (
    target: TestDatabase,
    changes?: Partial<RestoreOptions> & { backupId?: string; recoveryKey?: string },
  ) => Promise<RestoreReport>
  /** An empty database that is dropped with the stage. */
  emptyDatabase: () => Promise<TestDatabase>
  addPerson: (texts?: readonly string[]) => Promise<{ id: string; transcripts: string[]; avatarKey: string }>
  close: () => Promise<void>
}

/** The URL of the role that makes backups. */
export const asBackup = (ownerUrl: string): string => {
  const url = new URL(ownerUrl)
  url.username = 'kopeika_backups'
  url.password = 'of-the-tests'
  return url.href
}

/** A database with a few people, an object store, and the keys of an installation. For beforeAll. */
export const openStage = async (
  wrap: (store: ObjectStore) => ObjectStore = (store) => store,
): Promise<Stage> => {
  const { s3 } = inject('servers')
  const database = await createTestDatabase()
  const others: TestDatabase[] = []
  const prepare = (target: TestDatabase) =>
    prepareDatabase({
      ownerUrl: target.ownerUrl,
      appUrl: target.appUrl,
      backupUrl: asBackup(target.ownerUrl),
      migrationsDir: MIGRATIONS_DIR,
    })
  await prepare(database)
  const real = createObjectStore({
    ...s3,
    publicEndpoint: s3.endpoint,
    region: 'us-east-1',
    timeoutMs: 30_000,
  })
  const store = wrap(real)
  const suffix = randomBytes(5).toString('hex')
  const buckets = { avatars: `avatars-${suffix}`, transcripts: `transcripts-${suffix}` }
  const vault = { store, backups: `backups-${suffix}`, copies: `copies-${suffix}` }
  for (const bucket of [...Object.values(buckets), vault.backups, vault.copies])
    await real.ensureBucket(bucket)
  const source: Source = { store: real, buckets }
  const keys = await makeBackupKeys()
  const masterKeys = JSON.stringify({ current: 'test', keys: { test: randomBytes(32).toString('base64') } })
  const envelope = createEnvelope(parseMasterKeys(masterKeys))
  const schemaFiles = await readSchemaFiles(MIGRATIONS_DIR)
  const sql = database.ownerSql

  const backup: Stage['backup'] = (changes = {}) =>
    makeBackup({
      vault,
      source,
      databaseUrl: asBackup(database.ownerUrl),
      recipients: parseRecipients(keys.recipients),
      signer: parseSigningKey(keys.signingKey),
      schemaFiles,
      retention: DEFAULT_RETENTION,
      clock: Date.now,
      ...changes,
    })

  const restoreInto: Stage['restoreInto'] = async (target, { backupId, recoveryKey, ...changes } = {}) => {
    const { identities, manifestKeys } = parseRecoveryKey(recoveryKey ?? keys.recoveryKey)
    const migrations = await readMigrations(MIGRATIONS_DIR)
    const from = changes.vault ?? vault
    const plan = await planRestore({ vault: from, manifestKeys, identities, migrations, backupId })
    return restore(
      { vault, identities, ownerUrl: target.ownerUrl, prepare: () => prepare(target), ...changes },
      plan,
    )
  }

  const addPerson: Stage['addPerson'] = async (texts = ['a secret text']) => {
    const [row] = await sql<{ id: string }[]>`
      insert into users (telegram_id, first_name) values (${1_000_000 + randomBytes(4).readUInt32BE()}, ${'Имя\t\n\\'})
      returning id`
    const id = row?.id ?? ''
    await sql`insert into user_balances (user_id, coins) values (${id}, 10)`
    await sql`insert into user_states (user_id) values (${id})`
    await sql`
      insert into transactions (user_id, amount, type, description, balance_after, actor)
      values (${id}, 15, 'bonus', 'Welcome', 15, 'test'), (${id}, -5, 'charge', 'Work', 10, 'test')`
    await sql`insert into audit_log (actor, action, subject) values ('test', 'looked', ${`user:${id}`})`
    await sql`select graphile_worker.add_job('greet', ${sql.json({ userId: id })}::json, queue_name => ${`chat:${id}`})`
    const { key, wrapped, masterKeyId } = envelope.newDataKey(id)
    await sql`insert into user_keys (user_id, wrapped_key, master_key_id) values (${id}, ${wrapped}, ${masterKeyId})`
    const transcripts: string[] = []
    for (const text of texts) {
      const transcriptId = randomUUID()
      const data = seal(
        key,
        { ownerId: id, recordId: transcriptRecord(transcriptId, 'text'), keyVersion: 1 },
        text,
      )
      await sql`
        insert into user_transcripts (id, user_id, transcript_data, title_data, format, characters)
        values (${transcriptId}, ${id}, ${data}, ${data}, 'text', ${text.length})`
      transcripts.push(transcriptId)
    }
    const avatarKey = `avatars/${id}/${randomUUID()}/64.webp`
    await real.put(buckets.avatars, avatarKey, randomBytes(2_000), { contentType: 'image/webp' })
    await sql`
      insert into user_avatars (user_id, avatar_data, current) values (${id}, ${sql.json({ keys: { 64: avatarKey } })}, true)`
    return { id, transcripts, avatarKey }
  }

  const close = async (): Promise<void> => {
    real.close()
    for (const one of [database, ...others]) await one.drop()
  }
  return {
    database,
    sql,
    store: real,
    vault,
    source,
    keys,
    masterKeys,
    backup,
    restoreInto,
    emptyDatabase: async () => {
      const made = await createEmptyDatabase()
      others.push(made)
      return made
    },
    addPerson,
    close,
  }
}
