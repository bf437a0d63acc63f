import type { Env } from './env.ts'
import type { SecretName } from './secrets.ts'

/** The store of the backups, which may be another than that of the functions. */
export type BackupStoreConfig = {
  endpoint: string
  region: string
  accessKey: string
  secretKey: string
  backups: string
  copies: string
}

export type BackupConfig = {
  store: BackupStoreConfig
  /** A role that may read every table and change none. */
  databaseUrl: string
  /** Public age keys as they were given; shared/backup reads them. */
  recipients: string
  signingKey: string
  migrationsDir: string
  heartbeatUrl: string | undefined
}

export type RecoveryConfig = {
  store: BackupStoreConfig
  /** The operator's key file. */
  recoveryKey: string
  /** A role that may make databases; what it makes is thrown away. */
  scratchUrl: string
  migrationsDir: string
}

/** How `loadConfig` reads a value; what is wrong is added to `problems`. */
type Reader = {
  text: (name: SecretName) => string
  problems: string[]
}

const address = (name: string, value: string, { problems }: Reader): string => {
  if (!/^https?:\/\/[^/]+\/?$/.test(value)) problems.push(`${name} must be an http(s) address without a path`)
  return value.replace(/\/+$/, '')
}

const databaseUrl = (name: SecretName, reader: Reader): string => {
  const url = reader.text(name)
  if (url !== '' && !/^postgres(ql)?:\/\/.+/.test(url))
    reader.problems.push(`secret ${name}: must start with postgres:// or postgresql://`)
  return url
}

const readStore = (env: Env, reader: Reader): BackupStoreConfig => ({
  endpoint: address('BACKUP_S3_ENDPOINT', env.BACKUP_S3_ENDPOINT || env.S3_ENDPOINT || '', reader),
  region: env.BACKUP_S3_REGION || env.S3_REGION || 'us-east-1',
  accessKey: reader.text('backup-s3-access-key'),
  secretKey: reader.text('backup-s3-secret-key'),
  backups: env.S3_BUCKET_BACKUPS || 'kopeika-backups',
  copies: env.S3_BUCKET_COPIES || 'kopeika-copies',
})

const readHeartbeat = (env: Env, { problems }: Reader): string | undefined => {
  const url = env.BACKUP_HEARTBEAT_URL || undefined
  if (url !== undefined && !/^https?:\/\/.+/.test(url))
    problems.push('BACKUP_HEARTBEAT_URL must be an http(s) address')
  return url
}

/** What `backup` needs. */
export const readBackup = (env: Env, reader: Reader): BackupConfig => ({
  store: readStore(env, reader),
  databaseUrl: databaseUrl('backup-database-url', reader),
  recipients: reader.text('backup-recipients'),
  signingKey: reader.text('backup-signing-key'),
  migrationsDir: env.MIGRATIONS_DIR || './migrations',
  heartbeatUrl: readHeartbeat(env, reader),
})

/** What `restore-check` needs. */
export const readRecovery = (env: Env, reader: Reader): RecoveryConfig => ({
  store: readStore(env, reader),
  recoveryKey: reader.text('backup-identity'),
  scratchUrl: databaseUrl('scratch-database-url', reader),
  migrationsDir: env.MIGRATIONS_DIR || './migrations',
})
