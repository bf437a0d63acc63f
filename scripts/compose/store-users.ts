import type { MinioAdmin, Policy } from './minio-admin.ts'

export type StoreUser = { accessKey: string; secretKey: string }
export type StoreUsers = { functions: StoreUser; backups: StoreUser }
export type StoreBuckets = { functions: readonly string[]; backups: readonly string[] }

const allOf = (buckets: readonly string[]): object => ({
  Effect: 'Allow',
  Action: ['s3:*'],
  Resource: buckets.flatMap((bucket) => [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`]),
})
/** `/ready` asks for the list of buckets. */
const LIST = { Effect: 'Allow', Action: ['s3:ListAllMyBuckets'], Resource: ['arn:aws:s3:::*'] }
/** Whoever gets hold of a host that makes backups must not get rid of those that a lock keeps. */
const KEEP_LOCKED = { Effect: 'Deny', Action: ['s3:BypassGovernanceRetention'], Resource: ['arn:aws:s3:::*'] }

/** What the functions and the backups may do in the store: everything with their own buckets, and nothing with any other. */
const policiesOf = (buckets: StoreBuckets): Record<string, Policy> => ({
  'kopeika-functions': { Version: '2012-10-17', Statement: [allOf(buckets.functions), LIST] },
  'kopeika-backups': { Version: '2012-10-17', Statement: [allOf(buckets.backups), LIST, KEEP_LOCKED] },
})

/** Makes both users with their rights, or brings those that are there up to date; safe to repeat. Says what it did. */
export const setUpStoreUsers = async (
  admin: MinioAdmin,
  users: StoreUsers,
  buckets: StoreBuckets,
): Promise<string[]> => {
  for (const [name, policy] of Object.entries(policiesOf(buckets))) await admin.putPolicy(name, policy)
  // the secrets of an older installation name one user for both
  const rights = new Map<string, { secretKey: string; names: string[] }>()
  for (const [name, { accessKey, secretKey }] of Object.entries(users)) {
    const { names } = rights.get(accessKey) ?? { names: [] }
    rights.set(accessKey, { secretKey, names: [...names, `kopeika-${name}`] })
  }
  for (const [accessKey, { secretKey, names }] of rights) {
    await admin.putUser({ accessKey, secretKey })
    await admin.setPolicies(accessKey, names)
  }
  return [...rights].map(([accessKey, { names }]) => `${accessKey}: ${names.join(', ')}`)
}
