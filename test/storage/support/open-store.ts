import { randomBytes } from 'node:crypto'
import { Client } from 'minio'
import { inject } from 'vitest'
import { createObjectStore, type ObjectStore } from '#shared/storage/object-store.ts'

const REGION = 'us-east-1'

/** Buckets and a store of one test file on the server of this run. */
export type OpenStore = {
  store: ObjectStore
  /** The bare client, to do what our store never does. */
  client: Client
  endpoint: string
  /** What kind of server it is, where our own starters know it. */
  kind: 'minio' | 'seaweedfs' | 'embedded' | 'other'
  /** A name that no other test uses; removed by `close` with what lies in it. */
  newBucket: (name: string) => string
  close: () => Promise<void>
}

const kindOf = (name: string): OpenStore['kind'] => {
  if (name === 'minio' || name === 'seaweedfs') return name
  return /s3rver/.test(name) ? 'embedded' : 'other'
}

const keysOf = async (store: ObjectStore, bucket: string): Promise<string[]> => {
  const keys: string[] = []
  for await (const { key } of store.list(bucket, '')) keys.push(key)
  return keys
}

const removeBucket = async (store: ObjectStore, client: Client, bucket: string): Promise<void> => {
  if (!(await client.bucketExists(bucket))) return
  const keys = await keysOf(store, bucket)
  for (let from = 0; from < keys.length; from += 1_000) {
    await store.remove(bucket, keys.slice(from, from + 1_000))
  }
  await client.removeBucket(bucket)
}

/** For beforeAll; `close` in afterAll. `secretKey`: another one than the right one. */
export const openStore = (options: { secretKey?: string; timeoutMs?: number } = {}): OpenStore => {
  const { s3, storageServer } = inject('servers')
  const { endpoint, accessKey } = s3
  const { hostname, port, protocol } = new URL(endpoint)
  const secretKey = options.secretKey ?? s3.secretKey
  const useSSL = protocol === 'https:'
  const client = new Client({
    endPoint: hostname,
    port: Number(port) || (useSSL ? 443 : 80),
    useSSL,
    region: REGION,
    accessKey,
    secretKey,
  })
  const store = createObjectStore({
    endpoint,
    publicEndpoint: endpoint,
    region: REGION,
    accessKey,
    secretKey,
    timeoutMs: options.timeoutMs ?? 20_000,
  })
  const run = randomBytes(4).toString('hex')
  const buckets: string[] = []
  return {
    store,
    client,
    endpoint,
    kind: kindOf(storageServer.name),
    newBucket: (name) => {
      const bucket = `kopeika-test-${name}-${run}`
      buckets.push(bucket)
      return bucket
    },
    close: async () => {
      for (const bucket of buckets) await removeBucket(store, client, bucket)
      store.close()
    },
  }
}
