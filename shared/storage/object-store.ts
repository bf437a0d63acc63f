import { createHash } from 'node:crypto'
import { AppError, unavailable } from '#shared/errors.ts'
import { type BucketPlan, type FeatureOutcome, planFeatures } from './bucket-features.ts'
import { makeBucketOnce } from './make-bucket.ts'
import { type Attempt, connectS3, type S3Options } from './s3-connection.ts'
import { type CallOptions, createCallPolicy } from './s3-resilience.ts'

export type ObjectStoreOptions = S3Options & {
  /** Where people's browsers reach the same store: presigned urls carry and sign it. */
  publicEndpoint: string
  /** For one call as a whole, retries included. */
  timeoutMs: number
}

export type Cancellable = { signal?: AbortSignal }

export type StoredObject = { key: string; sizeBytes: number; lastModified: Date }

/**
 * Private objects in S3 buckets. Every method throws AppError `unavailable` (with Retry-After) when the store
 * fails, and `deadline` (or the signal's own AppError) when its signal aborts.
 */
export type ObjectStore = {
  /**
   * Writes or overwrites one object of at most 64 MiB, in one request; an error leaves either the old object
   * or the new.
   */
  put: (bucket: string, key: string, bytes: Buffer, options: PutOptions) => Promise<void>
  /** Throws `file_not_found`, or `too_large` as soon as more than `maxBytes` arrive. */
  get: (bucket: string, key: string, options: { maxBytes: number } & Cancellable) => Promise<Buffer>
  /** Throws `file_not_found`. */
  stat: (bucket: string, key: string, options?: Cancellable) => Promise<ObjectStat>
  /** Objects that are not there count as removed. */
  remove: (bucket: string, keys: readonly string[], options?: Cancellable) => Promise<void>
  /** Every object whose key starts with `prefix`, page after page (of 1,000 at most) as they are asked for. */
  list: (
    bucket: string,
    prefix: string,
    options?: { pageSize?: number } & Cancellable,
  ) => AsyncGenerator<StoredObject, void, undefined>
  /** One page of that: at most `limit` (1,000) objects in the order of their keys, the first one behind `after`. */
  listPage: (
    bucket: string,
    prefix: string,
    options: { after: string; limit: number } & Cancellable,
  ) => Promise<{ objects: StoredObject[]; isTruncated: boolean }>
  /**
   * A link that reads one object for at most 300 s; made without asking the server. What `options` name stands in the answer instead of
   * what is stored with the object.
   */
  presignGet: (bucket: string, key: string, seconds: number, options?: LinkOptions) => Promise<string>
  /**
   * Makes the bucket where it is missing. S3 buckets are private unless a policy opens them, and none is set. `isLockable`: so that objects
   * can be locked in it, where the server has that.
   */
  ensureBucket: (bucket: string, options?: { isLockable?: boolean } & Cancellable) => Promise<void>
  /**
   * Brings a bucket that is there into the state of the plan, as far as the server can: a feature that it lacks is an outcome, no error.
   * Changes nothing where all is well; safe to do by several at once.
   */
  setUpBucket: (bucket: string, plan: BucketPlan, options?: Cancellable) => Promise<FeatureOutcome[]>
  /** One try, for `/ready`: the given bucket exists, or without one the server answers a signed request. */
  check: (bucket?: string, options?: Cancellable) => Promise<void>
  /** Ends all connections; calls under way fail. */
  close: () => void
}

/** `expires` tells caches until when they may keep the answer. */
export type LinkOptions = { contentType?: string; cacheControl?: string; expires?: Date }
export type PutOptions = { contentType: string; cacheControl?: string } & Cancellable
export type ObjectStat = {
  sizeBytes: number
  contentType: string | undefined
  cacheControl: string | undefined
  lastModified: Date
  etag: string
  /** How the server says that it keeps the object: `AES256`, `aws:kms`, or undefined. */
  encryption: string | undefined
}

/** Above it minio-js uploads in parts, which first lists unfinished uploads: not every S3 server can. */
const MAX_PUT_BYTES = 64 * 1024 * 1024
const MAX_LINK_SECONDS = 300
const PAGE_SIZE = 1_000

/**
 * The ETag of a simple upload is the MD5 of its bytes, unless the server encrypts with KMS or customer keys
 * (S3 API, "Object"): a plain one that differs means that other bytes were stored.
 */
const assertStored = (bytes: Buffer, etag: string, { headers }: Attempt): void => {
  const encryption = headers['x-amz-server-side-encryption']
  const comparable = /^[0-9a-f]{32}$/.test(etag) && (encryption === undefined || encryption === 'AES256')
  if (comparable && createHash('md5').update(bytes).digest('hex') !== etag) {
    throw new Error('The store confirmed other bytes than were sent')
  }
}

const readAll = async (stream: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    length += chunk.length
    if (length > maxBytes)
      throw new AppError('too_large', { detail: `The file is larger than ${maxBytes} bytes.` })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

/**
 * Opens the store; no request is made before the first call. Throws an Error when an endpoint is no plain
 * address.
 */
export const createObjectStore = (options: ObjectStoreOptions): ObjectStore => {
  const connection = connectS3(options)
  const outside = connectS3({ ...options, endpoint: options.publicEndpoint })
  // without keys minio-js signs nothing
  const stranger = connectS3({ ...options, accessKey: '', secretKey: '' })
  const { client } = connection
  const policy = createCallPolicy(options.timeoutMs)
  const call = <T>(work: (attempt: Attempt) => Promise<T>, how: CallOptions = {}): Promise<T> =>
    policy((signal) => connection.run(signal, work), how)

  // The first version of the listing: in minio-js continuation tokens of the second break when they look like
  // a number, and the S3 server of the local stack can't make any.
  const listPage: ObjectStore['listPage'] = async (bucket, prefix, { after, limit, signal }) => {
    const how = { Delimiter: '', MaxKeys: limit }
    const page = await call(() => client.listObjectsQuery(bucket, prefix, after, how), { signal })
    const objects = page.objects.flatMap(({ name, size, lastModified }) =>
      name !== undefined && lastModified ? [{ key: name, sizeBytes: size ?? 0, lastModified }] : [],
    )
    return { objects, isTruncated: page.isTruncated === true }
  }

  return {
    put: async (bucket, key, bytes, { contentType, cacheControl, signal }) => {
      if (bytes.length > MAX_PUT_BYTES) throw new RangeError(`An object has at most ${MAX_PUT_BYTES} bytes`)
      const headers = { 'Content-Type': contentType, ...(cacheControl && { 'Cache-Control': cacheControl }) }
      await call(
        async (attempt) => {
          const { etag } = await client.putObject(bucket, key, bytes, bytes.length, { ...headers })
          assertStored(bytes, etag, attempt)
        },
        { signal },
      )
    },

    get: (bucket, key, { maxBytes, signal }) =>
      call(async () => readAll(await client.getObject(bucket, key), maxBytes), { signal }),

    stat: (bucket, key, { signal } = {}) =>
      call(
        async (attempt) => {
          const found = await client.statObject(bucket, key)
          const encryption = attempt.headers['x-amz-server-side-encryption']
          const textOf = (name: string): string | undefined => {
            const value: unknown = found.metaData[name]
            return typeof value === 'string' ? value : undefined
          }
          return {
            sizeBytes: found.size,
            contentType: textOf('content-type'),
            cacheControl: textOf('cache-control'),
            lastModified: found.lastModified,
            etag: found.etag,
            encryption: typeof encryption === 'string' ? encryption : undefined,
          }
        },
        { signal },
      ),

    remove: async (bucket, keys, { signal } = {}) => {
      if (keys.length === 0) return
      await call(
        async () => {
          const failed = await client.removeObjects(bucket, [...keys])
          if (failed.length > 0)
            throw new Error(`${failed.length} of ${keys.length} objects were not removed`)
        },
        { signal },
      )
    },

    listPage,

    list: async function* listObjects(bucket, prefix, { signal, pageSize = PAGE_SIZE } = {}) {
      for (let after: string | undefined = ''; after !== undefined; ) {
        const page: Awaited<ReturnType<ObjectStore['listPage']>> = await listPage(bucket, prefix, {
          after,
          limit: pageSize,
          ...(signal && { signal }),
        })
        yield* page.objects
        after = page.isTruncated ? page.objects.at(-1)?.key : undefined
      }
    },

    presignGet: async (bucket, key, seconds, { contentType, cacheControl, expires } = {}) => {
      if (!(Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_LINK_SECONDS)) {
        throw new RangeError(`A link lives 1 to ${MAX_LINK_SECONDS} whole seconds`)
      }
      return outside.client.presignedGetObject(bucket, key, seconds, {
        ...(contentType && { 'response-content-type': contentType }),
        ...(cacheControl && { 'response-cache-control': cacheControl }),
        ...(expires && { 'response-expires': expires.toUTCString() }),
      })
    },

    ensureBucket: (bucket, { isLockable, signal } = {}) =>
      call(() => makeBucketOnce(client, bucket, options.region, isLockable), { signal }),

    setUpBucket: async (bucket, plan, { signal } = {}) => {
      const outcomes: FeatureOutcome[] = []
      for (const work of planFeatures(plan, stranger.client)) {
        outcomes.push(
          await call((attempt) => stranger.run(attempt.signal, () => work(client, bucket)), { signal }),
        )
      }
      return outcomes
    },

    check: async (bucket, { signal } = {}) => {
      const exists = await call(
        async () =>
          bucket === undefined ? Boolean(await client.listBuckets()) : client.bucketExists(bucket),
        { signal, retry: false },
      )
      if (!exists) throw unavailable(`The bucket ${bucket} does not exist.`)
    },

    close: () => {
      connection.close()
      outside.close()
      stranger.close()
    },
  }
}
