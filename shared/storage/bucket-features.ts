import { type Client, S3Error } from 'minio'
import { isLocked, lockBucket } from './bucket-lock.ts'

/** What a bucket should be beside being there. */
export type BucketFeature = 'private' | 'versioning' | 'lifecycle' | 'encryption' | 'lock'

/** `versioning: 'off'` for what a person may have erased: a version that stays behind is a copy that stays behind. */
export type BucketPlan = {
  versioning: 'off' | 'as-it-is'
  /** Unfinished uploads go after a day, and so do old versions where an operator keeps some (replication needs them). */
  sweep: boolean
  /** Objects cannot be removed for so many days, where the server can and the bucket was made for it. */
  lockDays?: number
}

/** `on`: it was so; `changed`: it is so now; `missing`: it could not be had, and `reason` says why. */
export type FeatureOutcome =
  | { feature: BucketFeature; state: 'on' | 'changed' }
  | { feature: BucketFeature; state: 'missing'; reason: string }

/** What a look at the bucket says: as wanted, not as wanted (why), or somebody else's choice that is left alone (why). */
type Look = 'wanted' | { unwanted: string } | { left: string }

type Feature = {
  feature: BucketFeature
  look: (client: Client, bucket: string) => Promise<Look>
  set: (client: Client, bucket: string) => Promise<void>
}

const UNFINISHED_DAYS = 1

/** The server's clear "there is none", which is an answer and no failure. */
const unlessNone = async <T>(reading: Promise<T>, ...codes: string[]): Promise<T | undefined> => {
  try {
    return await reading
  } catch (error) {
    if (error instanceof S3Error && codes.includes(error.code ?? '')) return undefined
    throw error
  }
}

type Statement = { Effect?: string; Principal?: unknown; [key: string]: unknown }
type Policy = { Statement?: Statement | Statement[] }

/** Principal "*", {"AWS": "*"} and {"AWS": ["*"]} all mean everybody. */
const isForEverybody = ({ Effect, Principal }: Statement): boolean =>
  Effect === 'Allow' && /"\*"/.test(JSON.stringify(Principal ?? null))

const statementsOf = ({ Statement = [] }: Policy): Statement[] => [Statement].flat()

/** What servers say that have no policies at all. */
const NO_POLICIES = ['NotImplemented', 'MethodNotAllowed']

const readPolicy = async (client: Client, bucket: string): Promise<Policy> => {
  // a server without policies has none that could open the bucket
  const text = await unlessNone(client.getBucketPolicy(bucket), 'NoSuchBucketPolicy', ...NO_POLICIES)
  return text ? (JSON.parse(text) as Policy) : {}
}

/** Closes what a policy opens to everybody and keeps its other statements; then asks without a signature, as a stranger would. */
const privacy = (stranger: Client): Feature => ({
  feature: 'private',
  look: async (client, bucket) => {
    const open = await stranger.listObjectsQuery(bucket, '', '', { Delimiter: '', MaxKeys: 1 }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof S3Error) return false
        throw error
      },
    )
    const policy = await readPolicy(client, bucket)
    if (statementsOf(policy).some(isForEverybody)) return { unwanted: 'its policy lets everybody in' }
    return open ? { unwanted: 'the server lists it to callers without a signature' } : 'wanted'
  },
  set: async (client, bucket) => {
    const policy = await readPolicy(client, bucket)
    const kept = statementsOf(policy).filter((statement) => !isForEverybody(statement))
    if (kept.length === statementsOf(policy).length) return
    await client.setBucketPolicy(
      bucket,
      kept.length > 0 ? JSON.stringify({ ...policy, Statement: kept }) : '',
    )
  },
})

const noVersions: Feature = {
  feature: 'versioning',
  look: async (client, bucket) => {
    const { Status } = ((await client.getBucketVersioning(bucket)) || {}) as { Status?: string }
    return Status === 'Enabled' ? { unwanted: 'it keeps versions' } : 'wanted'
  },
  set: (client, bucket) => client.setBucketVersioning(bucket, { Status: 'Suspended' }),
}

type LifecycleRule = {
  ID?: string
  Status?: string
  AbortIncompleteMultipartUpload?: unknown
}

const RULE = {
  ID: 'kopeika-unfinished',
  Status: 'Enabled',
  Filter: { Prefix: '' },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: UNFINISHED_DAYS },
  // also what makes the rule acceptable to MinIO, which knows no other action of ours: it is all that it keeps of it
  NoncurrentVersionExpiration: { NoncurrentDays: UNFINISHED_DAYS },
}

const sweeping: Feature = {
  feature: 'lifecycle',
  look: async (client, bucket) => {
    const config = await unlessNone(client.getBucketLifecycle(bucket), 'NoSuchLifecycleConfiguration')
    const rules = [(config as { Rule?: LifecycleRule | LifecycleRule[] } | null)?.Rule ?? []].flat(2)
    if (rules.length === 0) return { unwanted: 'unfinished uploads stay' }
    const ends = (rule: LifecycleRule): boolean =>
      rule.Status === 'Enabled' && rule.AbortIncompleteMultipartUpload !== undefined
    if (rules.some(ends)) return 'wanted'
    // MinIO keeps the rest of the rule without a word, and ends unfinished uploads by a setting of its own
    if (rules.some(({ ID }) => ID === RULE.ID))
      return { left: 'the server left AbortIncompleteMultipartUpload out of our rule, which it keeps' }
    // an operator's own rules are not written over
    return { left: 'its rules do not say AbortIncompleteMultipartUpload' }
  },
  set: (client, bucket) =>
    client.setBucketLifecycle(bucket, { Rule: [RULE] } as unknown as Parameters<
      Client['setBucketLifecycle']
    >[1]),
}

const encryption: Feature = {
  feature: 'encryption',
  look: async (client, bucket) => {
    const found: unknown = await unlessNone(
      client.getBucketEncryption(bucket),
      'ServerSideEncryptionConfigurationNotFoundError',
    )
    // an operator's own key stays as well
    return /"SSEAlgorithm"/.test(JSON.stringify(found ?? null))
      ? 'wanted'
      : { unwanted: 'objects lie in the clear' }
  },
  set: (client, bucket) => client.setBucketEncryption(bucket),
}

const locking = (days: number): Feature => ({
  feature: 'lock',
  look: async (client, bucket) =>
    (await isLocked(client, bucket)) ? 'wanted' : { unwanted: 'its objects can be removed at any time' },
  set: (client, bucket) => lockBucket(client, bucket, days),
})

/** The features that the plan asks for, in the order in which they matter. */
const featuresOf = (plan: BucketPlan, stranger: Client): Feature[] => [
  privacy(stranger),
  encryption,
  ...(plan.versioning === 'off' ? [noVersions] : []),
  ...(plan.sweep ? [sweeping] : []),
  ...(plan.lockDays === undefined ? [] : [locking(plan.lockDays)]),
]

const say = (error: S3Error): string => [error.code, error.message].filter(Boolean).join(': ')

/**
 * Looks, changes what is not as wanted, and looks again: what the server says then is what counts, since some take an order without
 * heeding it, and since another process may have been quicker. A refusal is a `missing` feature; an outage is thrown.
 */
const bringAbout = async (client: Client, bucket: string, one: Feature): Promise<FeatureOutcome> => {
  const { feature } = one
  const missing = (reason: string): FeatureOutcome => ({ feature, state: 'missing', reason })
  try {
    const before = await one.look(client, bucket)
    if (before === 'wanted') return { feature, state: 'on' }
    if ('left' in before) return missing(before.left)
    let refusal: string | undefined
    await one.set(client, bucket).catch((error: unknown) => {
      if (!(error instanceof S3Error)) throw error
      refusal = say(error)
    })
    const after = await one.look(client, bucket)
    if (after === 'wanted') return { feature, state: 'changed' }
    return missing(refusal ?? ('left' in after ? after.left : after.unwanted))
  } catch (error) {
    if (error instanceof S3Error) return missing(say(error))
    throw error
  }
}

/** One piece of work for each feature of the plan, safe to repeat and to do by several at once. */
export const planFeatures = (
  plan: BucketPlan,
  stranger: Client,
): ((client: Client, bucket: string) => Promise<FeatureOutcome>)[] =>
  featuresOf(plan, stranger).map((one) => (client, bucket) => bringAbout(client, bucket, one))
