import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseRecoveryKey, type RecoveryKey } from '#shared/backup/keys.ts'
import type { Source } from '#shared/backup/objects.ts'
import { openVault } from '#shared/backup/open-vault.ts'
import type { Vault } from '#shared/backup/vault.ts'
import { type Env, processEnv } from '#shared/platform/env.ts'
import { createObjectStore } from '#shared/storage/object-store.ts'
import { UsageError } from './context.ts'

type Store = { endpoint: string; accessKey: string; secretKey: string }

export type BackupPlaces = { vault: Vault; source: Source; close: () => void }

/** Of the stack that runs here, where one does. */
const storeOfStack = (env: Env): Partial<Store> => {
  try {
    const file = join(env.KOPEIKA_HOME ?? '.kopeika', 'stack.json')
    return (JSON.parse(readFileSync(file, 'utf8')) as { s3: Store }).s3
  } catch {
    return {}
  }
}

/**
 * The store of the backups and that of the functions: of the stack that runs here, or as the environment says.
 * @throws UsageError naming what is missing
 */
export const openPlaces = (env: Env = processEnv()): BackupPlaces => {
  const stack = storeOfStack(env)
  const main = {
    endpoint: env.S3_ENDPOINT || stack.endpoint || '',
    accessKey: env.S3_ACCESS_KEY || stack.accessKey || '',
    secretKey: env.S3_SECRET_KEY || stack.secretKey || '',
    region: env.S3_REGION || 'us-east-1',
  }
  const backups = {
    endpoint: env.BACKUP_S3_ENDPOINT || main.endpoint,
    accessKey: env.BACKUP_S3_ACCESS_KEY || main.accessKey,
    secretKey: env.BACKUP_S3_SECRET_KEY || main.secretKey,
    region: env.BACKUP_S3_REGION || main.region,
    backups: env.S3_BUCKET_BACKUPS || 'kopeika-backups',
    copies: env.S3_BUCKET_COPIES || 'kopeika-copies',
  }
  if (!backups.endpoint || !backups.accessKey || !backups.secretKey)
    throw new UsageError(
      'Where the backups are is not known: run this beside the stack, or set BACKUP_S3_ENDPOINT, BACKUP_S3_ACCESS_KEY and BACKUP_S3_SECRET_KEY.',
    )
  const vault = openVault(backups)
  const store = createObjectStore({
    ...main,
    endpoint: main.endpoint || backups.endpoint,
    publicEndpoint: main.endpoint || backups.endpoint,
    timeoutMs: 30_000,
  })
  return {
    vault,
    source: {
      store,
      buckets: {
        avatars: env.S3_BUCKET_AVATARS || 'kopeika-avatars',
        transcripts: env.S3_BUCKET_TRANSCRIPTS || 'kopeika-transcripts',
      },
    },
    close: () => {
      vault.store.close()
      store.close()
    },
  }
}

/** @throws UsageError where the key file is not there or is none */
export const readRecoveryKey = (env: Env = processEnv()): RecoveryKey => {
  const file = env.RECOVERY_KEY_FILE || join(env.KOPEIKA_HOME ?? '.kopeika', 'secrets', 'backup-identity')
  try {
    return parseRecoveryKey(readFileSync(file, 'utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`The recovery key ${file} cannot be used (${why}): set RECOVERY_KEY_FILE.`)
  }
}
