import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { makeBackupKeys, type NewBackupKeys } from '#shared/backup/keys.ts'
import type { Vault } from '#shared/backup/vault.ts'
import { makeLoginRole } from '#shared/db/app-role.ts'
import { BACKUP_ROLE } from '#shared/db/backup-role.ts'
import { withOwnerConnection } from '#shared/db/owner-connection.ts'
import type { DefinedFunction } from '#shared/http/define-function.ts'
import type { BackupConfig, RecoveryConfig } from '#shared/platform/backup-config.ts'
import { type House, openHouse } from './house.ts'
import { MIGRATIONS_DIR } from './template-database.ts'

export type BackupHouse = House & { vault: Vault; keys: NewBackupKeys; backupUrl: string }

const LOGIN = { name: 'kopeika_backups', password: 'of-the-tests' }

/** A house whose functions can make backups and restore them. */
export const openBackupHouse = async (
  functions: DefinedFunction[],
  changes: Partial<BackupConfig> = {},
): Promise<BackupHouse> => {
  const { s3, ownerUrl } = inject('servers')
  const keys = await makeBackupKeys()
  const suffix = randomBytes(5).toString('hex')
  const store = { ...s3, region: 'us-east-1', backups: `backups-${suffix}`, copies: `copies-${suffix}` }
  const backup: BackupConfig = {
    store,
    databaseUrl: '',
    recipients: keys.recipients,
    signingKey: keys.signingKey,
    migrationsDir: MIGRATIONS_DIR,
    heartbeatUrl: undefined,
    ...changes,
  }
  const recovery: RecoveryConfig = {
    store,
    recoveryKey: keys.recoveryKey,
    scratchUrl: ownerUrl,
    migrationsDir: MIGRATIONS_DIR,
  }
  const house = await openHouse({ functions, config: { backup, recovery } })
  await withOwnerConnection(house.databaseUrl, (sql) => makeLoginRole(sql, LOGIN, BACKUP_ROLE))
  const url = new URL(house.databaseUrl)
  url.username = LOGIN.name
  url.password = LOGIN.password
  backup.databaseUrl = url.href
  return {
    ...house,
    vault: { store: house.storage, backups: store.backups, copies: store.copies },
    keys,
    backupUrl: url.href,
  }
}
