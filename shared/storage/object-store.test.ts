import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createObjectStore, type ObjectStore } from './object-store.ts'

type S3Server = {
  run: () => Promise<{ port: number }>
  close: () => Promise<void>
  httpServer: { closeAllConnections: () => void }
}
// CommonJS without types
const S3rver: new (options: object) => S3Server = createRequire(import.meta.url)('@20minutes/s3rver')

const bucket = 'avatars'
let server: S3Server
let store: ObjectStore
let directory: string

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kopeika-s3-'))
  server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, vhostBuckets: false })
  const endpoint = `http://127.0.0.1:${(await server.run()).port}`
  store = createObjectStore({
    endpoint,
    publicEndpoint: endpoint,
    region: 'us-east-1',
    accessKey: 'S3RVER',
    secretKey: 'S3RVER',
    timeoutMs: 5_000,
  })
  await store.ensureBucket(bucket)
})

afterAll(async () => {
  store.close()
  server.httpServer.closeAllConnections()
  await server.close()
  await rm(directory, { recursive: true })
})

describe('createObjectStore on a real S3 server', () => {
  it('stores bytes and gives them back', async () => {
    const bytes = Buffer.from('картинка')
    await store.put(bucket, 'u1/a 1+я.webp', bytes, {
      contentType: 'image/webp',
      cacheControl: 'private, max-age=60',
    })
    expect((await store.get(bucket, 'u1/a 1+я.webp', { maxBytes: 100 })).equals(bytes)).toBe(true)
    expect(await store.stat(bucket, 'u1/a 1+я.webp')).toMatchObject({
      sizeBytes: bytes.length,
      contentType: 'image/webp',
    })
  })

  it('overwrites, and keeps an empty object', async () => {
    await store.put(bucket, 'again', Buffer.from('one'), { contentType: 'text/plain' })
    await store.put(bucket, 'again', Buffer.alloc(0), { contentType: 'text/plain' })
    expect(await store.get(bucket, 'again', { maxBytes: 0 })).toHaveLength(0)
  })

  it('says that an object is not there', async () => {
    await expect(store.get(bucket, 'none', { maxBytes: 1 })).rejects.toMatchObject({ code: 'file_not_found' })
    await expect(store.stat(bucket, 'none')).rejects.toMatchObject({ code: 'file_not_found' })
  })

  it('stops reading at maxBytes', async () => {
    await store.put(bucket, 'big', Buffer.alloc(300_000), { contentType: 'text/plain' })
    await expect(store.get(bucket, 'big', { maxBytes: 299_999 })).rejects.toMatchObject({ code: 'too_large' })
    expect(await store.get(bucket, 'big', { maxBytes: 300_000 })).toHaveLength(300_000)
  })

  it('refuses more than one request can carry', async () => {
    await expect(
      store.put(bucket, 'x', Buffer.alloc(64 * 1024 * 1024 + 1), { contentType: 'text/plain' }),
    ).rejects.toThrow(RangeError)
  })

  it('removes many at once, missing ones too', async () => {
    for (const key of ['r/1', 'r/2&<>'])
      await store.put(bucket, key, Buffer.from('x'), { contentType: 'text/plain' })
    await store.remove(bucket, ['r/1', 'r/2&<>', 'r/never'])
    await store.remove(bucket, [])
    expect(await collect(store.list(bucket, 'r/'))).toEqual([])
  })

  it('lists what starts with a prefix', async () => {
    for (const key of ['l/a/1', 'l/a/2 ü', 'l/b'])
      await store.put(bucket, key, Buffer.from(key), { contentType: 'text/plain' })
    const found = await collect(store.list(bucket, 'l/a/'))
    expect(found.map(({ key, sizeBytes }) => [key, sizeBytes])).toEqual([
      ['l/a/1', 5],
      ['l/a/2 ü', 8],
    ])
    expect(found[0]?.lastModified.getTime()).toBeGreaterThan(Date.now() - 60_000)
  })

  it('lists page after page', async () => {
    const keys = ['p/1', 'p/10', 'p/2', 'p/20', 'p/3']
    for (const key of keys) await store.put(bucket, key, Buffer.from('x'), { contentType: 'text/plain' })
    for (const pageSize of [1, 2, 5]) {
      const found = await collect(store.list(bucket, 'p/', { pageSize }))
      expect(found.map(({ key }) => key)).toEqual(keys)
    }
  })

  it('makes a bucket once, from several callers', async () => {
    await Promise.all([store.ensureBucket('made-twice'), store.ensureBucket('made-twice')])
    await store.ensureBucket('made-twice')
    expect(await collect(store.list('made-twice', ''))).toEqual([])
  })

  it('checks the server and the bucket', async () => {
    await store.check()
    await store.check(bucket)
    await expect(store.check('missing-bucket')).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('shows misuse as what it is', async () => {
    await expect(store.get('No Bucket', 'x', { maxBytes: 1 })).rejects.toThrow('Invalid bucket name')
  })
})

describe('presignGet', () => {
  it('gives a link that works without keys, with the asked content type', async () => {
    await store.put(bucket, 'u1/pic.webp', Buffer.from('pic'), { contentType: 'application/octet-stream' })
    const url = await store.presignGet(bucket, 'u1/pic.webp', 300, { contentType: 'image/webp' })
    const response = await fetch(url)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('image/webp')
    expect(await response.text()).toBe('pic')
    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('300')
  })

  it.each([
    ['a longer life', 'X-Amz-Expires', '3000'],
    ['an older date', 'X-Amz-Date', '20200101T000000Z'],
    ['another signature', 'X-Amz-Signature', 'a'.repeat(64)],
  ])('makes a link that %s spoils', async (_, name, value) => {
    const url = new URL(await store.presignGet(bucket, 'u1/pic.webp', 60))
    url.searchParams.set(name, value)
    expect((await fetch(url)).status).toBe(403)
  })

  it('makes a link that reads no other object', async () => {
    const url = await store.presignGet(bucket, 'u1/pic.webp', 60)
    expect((await fetch(url.replace('pic.webp', 'other.webp'))).status).toBe(403)
  })

  it.each([0, 301, 1.5, Number.NaN])('refuses a life of %s s', async (seconds) => {
    await expect(store.presignGet(bucket, 'x', seconds)).rejects.toThrow(RangeError)
  })

  it('signs for the public address without asking anyone', async () => {
    const unreachable = createObjectStore({
      endpoint: 'http://127.0.0.1:1',
      publicEndpoint: 'https://files.example.org',
      region: 'ru-central1',
      accessKey: 'key',
      secretKey: 'secret',
      timeoutMs: 100,
    })
    const url = new URL(await unreachable.presignGet('avatars', 'a/b.webp', 5))
    expect(url.origin + url.pathname).toBe('https://files.example.org/avatars/a/b.webp')
    expect(url.searchParams.get('X-Amz-Credential')).toContain('/ru-central1/s3/')
    unreachable.close()
  })
})
