import type { Tx } from '#shared/db/client.ts'
import { enqueueObjectDeletion } from '#shared/db/object-jobs.ts'
import { waitForPerson } from '#shared/db/person-lock.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { unavailable } from '#shared/errors.ts'
import type { StorageConfig } from '#shared/platform/config.ts'
import type { BucketPlan } from '#shared/storage/bucket-features.ts'
import type { Resources } from './resources.ts'

export type BucketName = keyof StorageConfig['buckets']

/** Objects written ahead of the row that will name them (design 6: object, then row). */
export type NewObjects = { bucket: BucketName; keys: string[] }

const readyBuckets = new WeakMap<Resources, Map<BucketName, Promise<string>>>()

/** The real name of a bucket. */
export const bucketOf = (resources: Resources, name: BucketName): string => {
  const buckets = resources.config.storage?.buckets
  if (!buckets) throw new Error('The function uses the object store, but does not list it in its needs.')
  return buckets[name]
}

/** Backups keep versions and locks as the operator chose them: they must outlast a mistake. */
const PLANS: Readonly<Record<BucketName, BucketPlan>> = {
  avatars: { versioning: 'off', sweep: true },
  transcripts: { versioning: 'as-it-is', sweep: true },
  backups: { versioning: 'as-it-is', sweep: false },
}

/** For a bucket as a whole, not for each of its calls. */
const SET_UP_MS = 5_000
/**
 * For a bucket's set-up and what is put into it, together: the first upload after an outage waits no longer than any other. A little more
 * than one call may take, so that a put into a bucket that is ready ends by its own limit, which the breaker counts.
 */
const UPLOAD_MS = 5_500

/** Gives `work` a signal that aborts with `unavailable` after `ms`. */
const within = async <T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const controller = new AbortController()
  const tooSlow = (): void => controller.abort(unavailable('The file storage is too slow right now.'))
  const timer = setTimeout(tooSlow, ms)
  try {
    return await work(controller.signal)
  } finally {
    clearTimeout(timer)
  }
}

const setUp = async (resources: Resources, name: BucketName, signal: AbortSignal): Promise<string> => {
  const { storage, log } = resources
  const bucket = bucketOf(resources, name)
  await storage.ensureBucket(bucket, { signal })
  for (const outcome of await storage.setUpBucket(bucket, PLANS[name], { signal })) {
    const { feature } = outcome
    if (outcome.state === 'changed') log.info({ bucket, feature }, 'a bucket was set up')
    if (outcome.state !== 'missing') continue
    const { reason } = outcome
    if (feature === 'private') log.warn({ bucket, reason }, 'a bucket is open to everybody')
    else log.info({ bucket, feature, reason }, 'the object store lacks a feature')
  }
  return bucket
}

/**
 * Makes the bucket where it is missing and brings it into its state (private, swept, encrypted), once in a process, and gives its real
 * name. A store that is away at the start does not stop the function: the next upload tries again.
 * @throws AppError unavailable
 */
const readyBucket = (resources: Resources, name: BucketName): Promise<string> => {
  const known = readyBuckets.get(resources) ?? new Map<BucketName, Promise<string>>()
  readyBuckets.set(resources, known)
  const before = known.get(name)
  if (before) return before
  const making = within(SET_UP_MS, (signal) => setUp(resources, name, signal))
  known.set(name, making)
  making.catch(() => known.delete(name))
  return making
}

/** For `onStart`: makes the bucket, or says in the log that it could not. */
export const tryReadyBucket = async (resources: Resources, name: BucketName): Promise<void> => {
  await readyBucket(resources, name).catch((error: unknown) =>
    resources.log.warn({ err: error, bucket: name }, 'the object store is away; the next upload tries again'),
  )
}

/** Removes objects that no row names; where the store is away a job does it later. */
const removeObjects = async (resources: Resources, objects: NewObjects): Promise<void> => {
  const bucket = bucketOf(resources, objects.bucket)
  try {
    await resources.storage.remove(bucket, objects.keys)
  } catch {
    await enqueueObjectDeletion(resources.sql, { bucket, keys: objects.keys })
  }
}

type NewObject = { key: string; bytes: Buffer; contentType: string; cacheControl?: string }

/** Writes objects; when one fails, a job removes the others. @throws AppError unavailable, deadline */
export const putObjects = async (
  resources: Resources,
  bucketName: BucketName,
  objects: readonly NewObject[],
  callerSignal: AbortSignal,
): Promise<NewObjects> => {
  const put = await within(UPLOAD_MS, async (tooSlow) => {
    const bucket = await readyBucket(resources, bucketName)
    const signal = AbortSignal.any([callerSignal, tooSlow])
    return Promise.allSettled(
      objects.map(({ key, bytes, ...options }) =>
        resources.storage.put(bucket, key, bytes, { ...options, signal }),
      ),
    )
  })
  const written: NewObjects = { bucket: bucketName, keys: objects.map(({ key }) => key) }
  const failed = put.find((result) => result.status === 'rejected')
  if (!failed) return written
  // the store is not asked again now: it just failed, and the caller waits
  await enqueueObjectDeletion(resources.sql, {
    bucket: bucketOf(resources, bucketName),
    keys: written.keys,
  }).catch((error: unknown) => resources.log.warn({ err: error }, 'objects without a row stay behind'))
  throw failed.reason
}

/**
 * Takes back new objects after a failed or needless call, unless their row is there all the same: an error at COMMIT leaves open whether
 * it took effect, so we wait for the transaction to end, and look.
 */
export const takeBackObjects = async (
  resources: Resources,
  objects: NewObjects,
  owner: { userId: string; isStored: (tx: Tx) => Promise<boolean> },
): Promise<void> => {
  const isStored = await inTransaction(resources.sql, async (tx) => {
    await waitForPerson(tx, owner.userId)
    return owner.isStored(tx)
  })
  if (!isStored) await removeObjects(resources, objects)
}
