import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { makeBackupKeys, parseRecoveryKey } from '#shared/backup/keys.ts'
import { openVault } from '#shared/backup/open-vault.ts'
import { recoverNewest } from '#shared/backup/recover.ts'
import { readMigrations } from '#shared/db/migration-files.ts'
import { type PrepareOptions, prepareDatabase } from '#shared/db/prepare.ts'
import type { SecretName } from '#shared/platform/secrets.ts'
import { createObjectStore } from '#shared/storage/object-store.ts'
import type { Home } from '../home.ts'
import { writeSecret } from '../secret-files.ts'
import { BUCKETS, REGION, type S3Access } from '../services/s3-buckets.ts'
import type { Settings } from '../settings.ts'
import { messageOf, StartProblem } from '../start-problem.ts'
import { describePart, type PartContext } from './part.ts'

/** What an erasure must reach lies apart from the backups (docs/operations/backups.md). */
const COPIES = 'kopeika-copies'
const ROLE = 'kopeika_backups'
const IDENTITY: SecretName = 'backup-identity'

/** The URL of the role that may read everything. */
export const backupUrlOf = ({ secrets }: PartContext, ownerUrl: string): string => {
  const url = new URL(ownerUrl)
  url.username = ROLE
  url.password = secrets.backupPassword
  return url.href
}

/** What `backup` and `restore-check` need beside their secrets. */
export const backupEnv = (root: string, settings: Settings): Record<string, string> => ({
  S3_BUCKET_COPIES: COPIES,
  MIGRATIONS_DIR: join(root, 'migrations'),
  ...(settings.backupHeartbeatUrl === undefined ? {} : { BACKUP_HEARTBEAT_URL: settings.backupHeartbeatUrl }),
})

/**
 * Throw-away keys of this home, made on the first start. On a machine that matters the recovery key does not lie beside what it opens;
 * here it does, so that the check of the backups and `RECOVER=auto` work by themselves.
 */
const keepBackupKeys = async (home: Home): Promise<void> => {
  if (existsSync(join(home.secrets, IDENTITY))) return
  const { recoveryKey, recipients, signingKey } = await makeBackupKeys()
  writeSecret(home.secrets, 'backup-signing-key' satisfies SecretName, signingKey)
  writeSecret(home.secrets, 'backup-recipients' satisfies SecretName, recipients)
  // last: where it is there, the others are
  writeSecret(home.secrets, IDENTITY, recoveryKey)
}

/** Hands the two functions what they need of this run. */
export const handBackupSecretsOver = async (
  context: PartContext,
  { database, s3 }: { database: { ownerUrl: string }; s3: S3Access },
): Promise<void> => {
  const { home } = context
  await keepBackupKeys(home)
  const files: [SecretName, string][] = [
    ['backup-database-url', backupUrlOf(context, database.ownerUrl)],
    ['scratch-database-url', database.ownerUrl],
    ['backup-s3-access-key', s3.accessKey],
    ['backup-s3-secret-key', s3.secretKey],
  ]
  for (const [name, text] of files) writeSecret(home.secrets, name, text)
}

/**
 * With `RECOVER=auto` an empty database is restored from the newest backup that proves good; what providers know of since then comes with
 * the first runs of `reconcile`.
 * @throws StartProblem
 */
export const recoverIfEmpty = async (context: PartContext, prepare: PrepareOptions): Promise<void> => {
  const { settings, backupStore, home, say } = context
  if (settings.recover !== 'auto' || backupStore === undefined) return
  if (!existsSync(join(home.secrets, IDENTITY))) return
  const s3 = await backupStore
  const since = performance.now()
  const vault = openVault({ ...s3, region: REGION, backups: BUCKETS.backups, copies: COPIES })
  const store = createObjectStore({ ...s3, publicEndpoint: s3.endpoint, region: REGION, timeoutMs: 30_000 })
  try {
    const recovery = await recoverNewest({
      vault,
      key: () => parseRecoveryKey(readFileSync(join(home.secrets, IDENTITY), 'utf8')),
      migrations: await readMigrations(prepare.migrationsDir),
      ownerUrl: prepare.ownerUrl,
      prepare: () => prepareDatabase(prepare),
      source: { store, buckets: BUCKETS },
      say: (line) => say(`RECOVER=auto: ${line}`),
    })
    if (!recovery) return
    const { rows, rpoSeconds, rtoSeconds } = recovery.report
    say(
      describePart(
        'recovered',
        `${rows} rows, 0 differences, RPO ${rpoSeconds} s, RTO ${rtoSeconds} s`,
        since,
      ),
    )
  } catch (error) {
    throw new StartProblem(`RECOVER=auto: the database cannot be restored: ${messageOf(error)}`)
  } finally {
    store.close()
    vault.store.close()
  }
}

/** What PostgreSQL says of a folder that it cannot use, and what it says when something else is in its way, which a backup does not mend. */
const DAMAGE = /is damaged|ended at its start/
const NO_DAMAGE = /No space left|shared memory|Permission denied|lock file|in use|could not create/

/**
 * With `RECOVER=auto` a data folder that no server can use is put aside, never deleted, where the key to a backup is at hand. False: it is not to
 * be touched, because it may well be whole (a slow recovery after a crash, a full disc, another version of PostgreSQL).
 */
export const putBrokenAside = ({ settings, home, say }: PartContext, error: unknown): boolean => {
  const why = messageOf(error)
  if (settings.recover !== 'auto' || !existsSync(home.postgres)) return false
  if (!existsSync(join(home.secrets, IDENTITY)) || !DAMAGE.test(why) || NO_DAMAGE.test(why)) return false
  const aside = `${home.postgres}.broken-${Date.now()}`
  renameSync(home.postgres, aside)
  say(`RECOVER=auto: the data folder cannot be used (${why}) and lies in ${aside} now`)
  return true
}
