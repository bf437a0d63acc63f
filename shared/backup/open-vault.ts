import type { BackupStoreConfig } from '#shared/platform/backup-config.ts'
import type { BucketFeature, BucketPlan } from '#shared/storage/bucket-features.ts'
import { createObjectStore } from '#shared/storage/object-store.ts'
import type { Vault } from './vault.ts'

/** A part of 16 MB over a slow line, retries included. */
const TIMEOUT_MS = 120_000

/** What the shortest retention keeps (24 hourly ones): longer locks are the operator's choice, and left alone. */
const LOCK_DAYS = 1
/** Versions are the operator's choice: they must outlast a mistake of ours. */
const BACKUPS: BucketPlan = { versioning: 'as-it-is', sweep: false, lockDays: LOCK_DAYS }
/** A version that stays behind would be a copy of what somebody had erased. */
const COPIES: BucketPlan = { versioning: 'off', sweep: true }

/** Opens the store of the backups. Close it by `vault.store.close()`. */
export const openVault = ({ backups, copies, ...connection }: BackupStoreConfig): Vault => ({
  store: createObjectStore({ ...connection, publicEndpoint: connection.endpoint, timeoutMs: TIMEOUT_MS }),
  backups,
  copies,
})

/** A feature that one of the buckets lacks, and why. */
export type Lack = { bucket: string; feature: BucketFeature; reason: string }

/** Makes its two buckets where they are missing, private, encrypted and (that of the backups) locked as far as the server can. */
export const readyVault = async ({ store, backups, copies }: Vault): Promise<Lack[]> => {
  const lacks: Lack[] = []
  for (const [bucket, plan] of [
    [backups, BACKUPS],
    [copies, COPIES],
  ] as const) {
    await store.ensureBucket(bucket, { isLockable: plan.lockDays !== undefined })
    for (const outcome of await store.setUpBucket(bucket, plan))
      if (outcome.state === 'missing')
        lacks.push({ bucket, feature: outcome.feature, reason: outcome.reason })
  }
  return lacks
}
