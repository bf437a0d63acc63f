import { type Client, S3Error } from 'minio'

/** What a server says where a bucket has no lock, or where it knows of none. */
const NO_LOCK = ['ObjectLockConfigurationNotFoundError', 'NotImplemented', 'MethodNotAllowed']

/** Whether objects of the bucket are kept from being removed for a time; an operator's own choice counts as well. */
export const isLocked = async (client: Client, bucket: string): Promise<boolean> => {
  try {
    const found: unknown = await client.getObjectLockConfig(bucket)
    return /"mode":"(GOVERNANCE|COMPLIANCE)"/.test(JSON.stringify(found ?? null))
  } catch (error) {
    if (error instanceof S3Error && NO_LOCK.includes(error.code ?? '')) return false
    throw error
  }
}

/** Versions that were removed stay until their lock has run out; then they, and the marks that hid them, go. */
const OLD_VERSIONS = {
  ID: 'kopeika-old-versions',
  Status: 'Enabled',
  Filter: { Prefix: '' },
  NoncurrentVersionExpiration: { NoncurrentDays: 1 },
  Expiration: { ExpiredObjectDeleteMarker: true },
}

/**
 * Every object is kept for so many days from its writing: only who has the right to pass GOVERNANCE by may remove it before. The bucket must
 * have been made with object lock.
 */
export const lockBucket = async (client: Client, bucket: string, days: number): Promise<void> => {
  await client.setObjectLockConfig(bucket, { mode: 'GOVERNANCE', unit: 'Days', validity: days })
  const rules: unknown = await client.getBucketLifecycle(bucket).catch((error: unknown) => {
    if (error instanceof S3Error && error.code === 'NoSuchLifecycleConfiguration') return null
    throw error
  })
  // an operator's own rules are not written over
  if (rules) return
  await client.setBucketLifecycle(bucket, { Rule: [OLD_VERSIONS] } as unknown as Parameters<
    Client['setBucketLifecycle']
  >[1])
}
