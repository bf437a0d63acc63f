import type { BackupStoreConfig } from '#shared/platform/backup-config.ts'
import type { BucketPlan } from '#shared/storage/bucket-features.ts'
import { createObjectStore } from '#shared/storage/object-store.ts'
import type { Vault } from './vault.ts'

/** A part of 16 MB over a slow line, retries included. */
const TIMEOUT_MS = 120_000

/** Versions and locks are the operator's choice: they must outlast a mistake of ours. */
const BACKUPS: BucketPlan = { versioning: 'as-it-is', sweep: false }
/** A version that stays behind would be a copy of what somebody had erased. */
const COPIES: BucketPlan = { versioning: 'off', sweep: true }

/** Opens the store of the backups. Close it by `vault.store.close()`. */
export const openVault = ({ backups, copies, ...connection }: BackupStoreConfig): Vault => ({
  store: createObjectStore({ ...connection, publicEndpoint: connection.endpoint, timeoutMs: TIMEOUT_MS }),
  backups,
  copies,
})

/** Makes its two buckets where they are missing, private and encrypted as far as the server can. */
export const readyVault = async ({ store, backups, copies }: Vault): Promise<void> => {
  for (const [bucket, plan] of [
    [backups, BACKUPS],
    [copies, COPIES],
  ] as const) {
    await store.ensureBucket(bucket)
    await store.setUpBucket(bucket, plan)
  }
}
