import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, S3Error } from 'minio'

/** What a server says when another process makes the same bucket in this very moment. */
const isContended = (error: unknown): boolean =>
  error instanceof S3Error && /^(BucketAlready|OperationAborted$|NoSuchBucket$)/.test(error.code ?? '')

const MAKE_ATTEMPTS = 4
const MAKE_AGAIN_MS = 50

/** With object lock where that is asked for and the server has it: it cannot be had later. */
const make = async (client: Client, bucket: string, region: string, isLockable: boolean): Promise<void> => {
  if (isLockable) {
    try {
      await client.makeBucket(bucket, region, { ObjectLocking: true })
      return
    } catch (error) {
      if (!(error instanceof S3Error) || isContended(error)) throw error
    }
  }
  await client.makeBucket(bucket, region)
}

/** Makes the bucket unless it is there; several may try at once, and a name that belongs to somebody else is refused. */
export const makeBucketOnce = async (
  client: Client,
  bucket: string,
  region: string,
  isLockable = false,
): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    if (await client.bucketExists(bucket)) return
    try {
      await make(client, bucket, region, isLockable)
      return
    } catch (error) {
      if (!isContended(error)) throw error
      if (await client.bucketExists(bucket)) return
      if (attempt === MAKE_ATTEMPTS) throw error
    }
    // SeaweedFS may say for a moment that a bucket is not there which it refuses to make since it is
    await sleep(MAKE_AGAIN_MS * 2 ** attempt)
  }
}
