import { randomBytes } from 'node:crypto'
import { Client } from 'minio'
import { Agent, request } from 'undici'
import { createObjectStore } from '#shared/storage/object-store.ts'
import type { StackDescription } from '../local/stack-file.ts'
import { describeLoad, type Load, runLoad } from './load.ts'

const WORKERS = 8
/** What the largest variant of an avatar weighs. */
const BYTES = 30_000
const LINK_SECONDS = 300
const REGION = 'us-east-1'
/** Both sides take turns, so that what else the machine does hits both alike. */
const TURNS = 4

type Side = { name: string; put: (key: string) => Promise<void>; link: (key: string) => Promise<string> }

const add = (a: Load | undefined, b: Load): Load =>
  a
    ? {
        perSecond: a.perSecond + b.perSecond,
        p50Ms: a.p50Ms + b.p50Ms,
        p99Ms: Math.max(a.p99Ms, b.p99Ms),
        failed: a.failed + b.failed,
      }
    : b

/** Runs both sides in turns; prints both and the ratio of their speeds. */
const compare = async (
  what: string,
  sides: readonly [Side, Side],
  seconds: number,
  print: (line: string) => void,
  once: (side: Side, worker: number) => Promise<boolean>,
): Promise<void> => {
  const sums = new Map<Side, Load>()
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const side of turn % 2 === 0 ? sides : sides.toReversed()) {
      const load = await runLoad(WORKERS, seconds / TURNS, (worker) => once(side, worker))
      sums.set(side, add(sums.get(side), load))
    }
  }
  const means = sides.map((side) => {
    const sum = sums.get(side)
    if (!sum) throw new Error('Nothing was measured.')
    return { ...sum, perSecond: sum.perSecond / TURNS, p50Ms: sum.p50Ms / TURNS }
  })
  for (const [index, side] of sides.entries())
    print(describeLoad(`${what}, ${side.name}`, means[index] as Load))
  const [ours, bare] = means as [Load, Load]
  print(`    ratio ${(ours.perSecond / bare.perSecond).toFixed(2)}`)
  if (ours.failed + bare.failed > 0) throw new Error(`${what}: some calls failed.`)
}

/** Uploads and reads by presigned links through our store, beside the bare minio client on the same server. */
export const benchStorage = async (
  stack: StackDescription,
  seconds: number,
  print: (line: string) => void,
): Promise<void> => {
  const { endpoint, accessKey, secretKey, buckets } = stack.s3
  const bucket = buckets.avatars
  const { hostname, port } = new URL(endpoint)
  const store = createObjectStore({
    endpoint,
    publicEndpoint: endpoint,
    region: REGION,
    accessKey,
    secretKey,
    timeoutMs: 5_000,
  })
  const client = new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    region: REGION,
    accessKey,
    secretKey,
  })
  const bytes = randomBytes(BYTES)
  const contentType = 'image/webp'
  const sides: readonly [Side, Side] = [
    {
      name: 'our store',
      put: (key) => store.put(bucket, key, bytes, { contentType }),
      link: (key) => store.presignGet(bucket, key, LINK_SECONDS),
    },
    {
      name: 'minio client alone',
      put: async (key) =>
        void (await client.putObject(bucket, key, bytes, bytes.length, { 'Content-Type': contentType })),
      link: (key) => client.presignedGetObject(bucket, key, LINK_SECONDS),
    },
  ]
  const dispatcher = new Agent({ connections: WORKERS })
  const keyOf = (worker: number): string => `bench/${worker}.webp`
  try {
    await store.ensureBucket(bucket)
    for (const side of sides)
      for (let worker = 0; worker < WORKERS; worker += 1) await side.put(keyOf(worker))
    await compare(`upload of ${BYTES / 1000} kB`, sides, seconds, print, async (side, worker) => {
      await side.put(keyOf(worker))
      return true
    })
    await compare('presigned read', sides, seconds, print, async (side, worker) => {
      const { statusCode, body } = await request(await side.link(keyOf(worker)), { dispatcher })
      return statusCode === 200 && (await body.arrayBuffer()).byteLength === BYTES
    })
  } finally {
    await dispatcher.close()
    await store.remove(
      bucket,
      Array.from({ length: WORKERS }, (_, worker) => keyOf(worker)),
    )
    store.close()
  }
}
