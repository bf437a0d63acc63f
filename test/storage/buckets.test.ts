import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BucketPlan, FeatureOutcome } from '#shared/storage/bucket-features.ts'
import { type OpenStore, openStore } from './support/open-store.ts'

const PLAN: BucketPlan = { versioning: 'off', sweep: true }

/** What the servers that we start ourselves have; of any other one nothing is known before. */
const FEATURES: Record<OpenStore['kind'], readonly string[]> = {
  minio: ['private', 'encryption', 'versioning'],
  seaweedfs: ['private', 'encryption', 'versioning', 'lifecycle'],
  embedded: ['private'],
  other: [],
}

let opened: OpenStore
let bucket: string
let first: FeatureOutcome[]
beforeAll(async () => {
  opened = openStore()
  bucket = opened.newBucket('set-up')
  await opened.store.ensureBucket(bucket)
  first = await opened.store.setUpBucket(bucket, PLAN)
})
afterAll(() => opened.close())

const had = (outcomes: readonly FeatureOutcome[]): string[] =>
  outcomes.flatMap(({ feature, state }) => (state === 'missing' ? [] : [feature]))
const has = (feature: string): boolean => had(first).includes(feature)

/** An unsigned request, as a stranger makes it. */
const ask = async (path: string, method = 'GET'): Promise<number> => {
  const response = await fetch(`${opened.endpoint}/${bucket}${path}`, {
    method,
    ...(method === 'PUT' ? { body: 'of a stranger' } : {}),
  })
  await response.arrayBuffer()
  return response.status
}

/** What the server cannot do is said with a reason, and is no failure. */
const MISSING = { state: 'missing', reason: expect.any(String) }

const stateOf = async (bucket: string, feature: string) =>
  (await opened.store.setUpBucket(bucket, PLAN)).find((one) => one.feature === feature)

describe('a bucket that was set up', () => {
  test('has what its server can give, and says of the rest why not', () => {
    expect(first.map(({ feature }) => feature)).toEqual(['private', 'encryption', 'versioning', 'lifecycle'])
    expect(had(first)).toEqual(expect.arrayContaining([...FEATURES[opened.kind]]))
    for (const outcome of first) {
      if (outcome.state === 'missing') expect(outcome.reason).toMatch(/\w{5}/)
    }
  })

  test('is as wanted the next time', async () => {
    const again = await opened.store.setUpBucket(bucket, PLAN)
    expect(had(again)).toEqual(had(first))
    expect(again.map(({ state }) => state)).not.toContain('changed')
  })

  test('was made and set up by several processes at once', async () => {
    const shared = opened.newBucket('several')
    const several = await Promise.all(
      Array.from({ length: 6 }, async () => {
        await opened.store.ensureBucket(shared)
        return had(await opened.store.setUpBucket(shared, PLAN))
      }),
    )
    for (const outcomes of several) expect(outcomes).toEqual(had(first))
  })

  test.each([
    ['lists nothing', '/', 'GET'],
    ['lists nothing (second version)', '/?list-type=2', 'GET'],
    ['reads nothing', '/secret.webp', 'GET'],
    ['sees nothing of an object', '/secret.webp', 'HEAD'],
    ['writes nothing', '/planted', 'PUT'],
    ['deletes nothing', '/secret.webp', 'DELETE'],
  ])('a stranger %s', async (_, path, method) => {
    await opened.store.put(bucket, 'secret.webp', Buffer.from('secret'), { contentType: 'image/webp' })
    expect(await ask(path, method)).toBe(403)
    expect((await opened.store.get(bucket, 'secret.webp', { maxBytes: 99 })).toString()).toBe('secret')
  })

  test('closes what a policy has opened to everybody, and keeps its other statements', async () => {
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: ['*'] },
      Action: ['s3:GetObject'],
      Resource: [`arn:aws:s3:::${bucket}/*`],
    }
    const other = {
      Effect: 'Deny',
      Principal: { AWS: ['*'] },
      Action: ['s3:DeleteObject'],
      Resource: [`arn:aws:s3:::${bucket}/never/*`],
    }
    const open = JSON.stringify({ Version: '2012-10-17', Statement: [statement, other] })
    const isTaken = await opened.client.setBucketPolicy(bucket, open).then(
      () => true,
      () => false,
    )
    if (!isTaken) return expect(await stateOf(bucket, 'private')).toMatchObject({ state: 'on' })
    await opened.store.put(bucket, 'opened', Buffer.from('x'), { contentType: 'text/plain' })
    await expect.poll(() => ask('/opened'), { timeout: 10_000 }).toBe(200)
    expect(await opened.store.setUpBucket(bucket, PLAN)).toContainEqual({
      feature: 'private',
      state: 'changed',
    })
    await expect.poll(() => ask('/opened'), { timeout: 10_000 }).toBe(403)
    const kept = JSON.parse(await opened.client.getBucketPolicy(bucket)) as { Statement: object[] }
    expect(kept.Statement).toHaveLength(1)
    expect(kept.Statement[0]).toMatchObject({ Effect: 'Deny' })
    await opened.client.setBucketPolicy(bucket, '')
  })

  test('keeps no versions, also where somebody had switched them on', async () => {
    const versioned = opened.newBucket('versioned')
    await opened.store.ensureBucket(versioned)
    const isTaken = await opened.client.setBucketVersioning(versioned, { Status: 'Enabled' }).then(
      () => true,
      () => false,
    )
    if (!isTaken) return expect(await stateOf(versioned, 'versioning')).toMatchObject({ state: 'on' })
    expect(await opened.store.setUpBucket(versioned, PLAN)).toContainEqual({
      feature: 'versioning',
      state: 'changed',
    })
    expect(await opened.client.getBucketVersioning(versioned)).toEqual({ Status: 'Suspended' })
    // the transcripts' bucket is left as the operator wants it
    await opened.client.setBucketVersioning(versioned, { Status: 'Enabled' })
    await opened.store.setUpBucket(versioned, { ...PLAN, versioning: 'as-it-is' })
    expect(await opened.client.getBucketVersioning(versioned)).toEqual({ Status: 'Enabled' })
  })

  test("sweeps unfinished uploads after a day, and leaves an operator's own rules alone", async () => {
    if (!has('lifecycle')) return expect(await stateOf(bucket, 'lifecycle')).toMatchObject(MISSING)
    const text = JSON.stringify(await opened.client.getBucketLifecycle(bucket))
    expect(text).toMatch(/"AbortIncompleteMultipartUpload":\{"DaysAfterInitiation":1\}/)
    const own = opened.newBucket('own-rules')
    await opened.store.ensureBucket(own)
    const rule = { ID: 'mine', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 3 } }
    await opened.client.setBucketLifecycle(own, { Rule: [rule] } as never)
    const [lifecycle] = (await opened.store.setUpBucket(own, PLAN)).filter(
      ({ feature }) => feature === 'lifecycle',
    )
    expect(lifecycle).toMatchObject({ state: 'missing', reason: expect.stringContaining('rules') })
    expect(JSON.stringify(await opened.client.getBucketLifecycle(own))).toContain('"mine"')
  })

  test('encrypts what is stored in it', async () => {
    await opened.store.put(bucket, 'sealed', Buffer.from('plain'), { contentType: 'text/plain' })
    const { encryption } = await opened.store.stat(bucket, 'sealed')
    if (!has('encryption')) {
      expect(encryption).toBeUndefined()
      return expect(await stateOf(bucket, 'encryption')).toMatchObject(MISSING)
    }
    expect(encryption).toBe('AES256')
    expect((await opened.store.get(bucket, 'sealed', { maxBytes: 99 })).toString()).toBe('plain')
  })
})

test('a bucket that is not there can not be set up, which is no crash', async () => {
  const outcomes = await opened.store.setUpBucket('kopeika-test-nowhere', PLAN)
  expect(had(outcomes).filter((feature) => feature !== 'private')).toEqual([])
})
