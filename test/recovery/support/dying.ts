/** A process of its own that makes a backup or restores one, and kills itself (SIGKILL) at a step that it is told. */
import { parseRecipients, parseRecoveryKey, parseSigningKey } from '#shared/backup/keys.ts'
import { readSchemaFiles } from '#shared/backup/kit.ts'
import { makeBackup } from '#shared/backup/make-backup.ts'
import { restore } from '#shared/backup/restore.ts'
import { planRestore } from '#shared/backup/restore-plan.ts'
import { DEFAULT_RETENTION } from '#shared/backup/retention.ts'
import { readMigrations } from '#shared/db/migration-files.ts'
import { prepareDatabase } from '#shared/db/prepare.ts'
import { createObjectStore } from '#shared/storage/object-store.ts'

export type Task = {
  work: 'backup' | 'restore'
  /** Dies at the n-th step that begins like this. */
  dieAt: { step: string; nth: number }
  databaseUrl: string
  appUrl: string
  s3: { endpoint: string; accessKey: string; secretKey: string }
  buckets: { avatars: string; transcripts: string; backups: string; copies: string }
  keys: { recoveryKey: string; recipients: string; signingKey: string }
  migrationsDir: string
}

const run = async (task: Task): Promise<void> => {
  const { work, dieAt, databaseUrl, appUrl, s3, buckets, keys, migrationsDir } = task
  let seen = 0
  const onStep = (step: string): void => {
    if (!step.startsWith(dieAt.step)) return
    seen += 1
    if (seen === dieAt.nth) process.kill(process.pid, 'SIGKILL')
  }
  const { avatars, transcripts, backups, copies } = buckets
  const store = createObjectStore({
    ...s3,
    publicEndpoint: s3.endpoint,
    region: 'us-east-1',
    timeoutMs: 30_000,
  })
  const vault = { store, backups, copies }
  const source = { store, buckets: { avatars, transcripts } }
  if (work === 'backup') {
    await makeBackup({
      vault,
      source,
      databaseUrl,
      recipients: parseRecipients(keys.recipients),
      signer: parseSigningKey(keys.signingKey),
      schemaFiles: await readSchemaFiles(migrationsDir),
      retention: DEFAULT_RETENTION,
      clock: Date.now,
      onStep,
    })
  } else {
    const key = parseRecoveryKey(keys.recoveryKey)
    const plan = await planRestore({ vault, ...key, migrations: await readMigrations(migrationsDir) })
    const prepare = () => prepareDatabase({ ownerUrl: databaseUrl, appUrl, migrationsDir })
    const { identities } = key
    await restore({ vault, identities, ownerUrl: databaseUrl, prepare, source, onStep }, plan)
  }
  store.close()
}

if (import.meta.main) await run(JSON.parse(process.argv[2] ?? '') as Task)
