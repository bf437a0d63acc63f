import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { Client } from 'minio'
import { inject } from 'vitest'
import { processEnv } from '#shared/platform/env.ts'

export type TestRedis = {
  /** Names a database of Redis that no other test file uses at the same time; empty at first. */
  url: string
  close: () => Promise<void>
}

export type TestStorage = {
  endpoint: string
  region: string
  accessKey: string
  secretKey: string
  /** Made for this test file alone. */
  buckets: { avatars: string; transcripts: string; backups: string }
  /** A client on them, to look at what the code under test stored. */
  client: Client
  /** Removes the buckets and what lies in them. */
  drop: () => Promise<void>
}

/** As many as a stock Redis has. */
const REDIS_DATABASES = 16

/** For beforeAll: the worker's own database of the run's Redis. */
export async function createTestRedis(): Promise<TestRedis> {
  // a worker runs one file at a time, and its number is used by no other that runs now
  const url = `${inject('servers').redisUrl}/${Number(processEnv().VITEST_POOL_ID ?? 0) % REDIS_DATABASES}`
  const redis = new Redis(url)
  const flush = async (): Promise<void> => {
    await redis.flushdb()
  }
  await flush()
  return {
    url,
    close: async () => {
      await flush()
      await redis.quit()
    },
  }
}

/** For beforeAll: three empty buckets. */
export async function createTestStorage(): Promise<TestStorage> {
  const { endpoint, accessKey, secretKey } = inject('servers').s3
  const region = 'us-east-1'
  const { hostname, port } = new URL(endpoint)
  const client = new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    region,
    accessKey,
    secretKey,
  })
  const suffix = randomBytes(6).toString('hex')
  const buckets = {
    avatars: `avatars-${suffix}`,
    transcripts: `transcripts-${suffix}`,
    backups: `backups-${suffix}`,
  }
  for (const bucket of Object.values(buckets)) await client.makeBucket(bucket, region)
  const drop = async (): Promise<void> => {
    for (const bucket of Object.values(buckets)) await removeBucket(client, bucket)
  }
  return { endpoint, region, accessKey, secretKey, buckets, client, drop }
}

async function removeBucket(client: Client, bucket: string): Promise<void> {
  const names: string[] = []
  for await (const item of client.listObjectsV2(bucket, '', true)) {
    if (item.name) names.push(item.name)
  }
  if (names.length > 0) await client.removeObjects(bucket, names)
  await client.removeBucket(bucket)
}
