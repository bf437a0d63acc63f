import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ObjectStore } from '#shared/storage/object-store.ts'
import { type OpenStore, openStore } from './support/open-store.ts'

const TEXT = { contentType: 'text/plain' }
const MIB = 1024 * 1024

let opened: OpenStore
let store: ObjectStore
let bucket: string
beforeAll(async () => {
  opened = openStore()
  store = opened.store
  bucket = opened.newBucket('objects')
  await store.ensureBucket(bucket)
  // as the functions use it: encrypted where the server can
  await store.setUpBucket(bucket, { versioning: 'off', sweep: true })
})
afterAll(() => opened.close())

const keysUnder = async (prefix: string, pageSize?: number): Promise<string[]> => {
  const keys: string[] = []
  for await (const { key } of store.list(bucket, prefix, pageSize ? { pageSize } : {})) keys.push(key)
  return keys
}

const inPieces = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  for (let from = 0; from < items.length; from += 25)
    await Promise.all(items.slice(from, from + 25).map(work))
}

describe('one object', () => {
  test('is stored, read, described, listed and removed', async () => {
    const bytes = randomBytes(10_000)
    await store.put(bucket, 'one/a', bytes, {
      contentType: 'image/webp',
      cacheControl: 'private, max-age=60',
    })
    expect((await store.get(bucket, 'one/a', { maxBytes: 10_000 })).equals(bytes)).toBe(true)
    const stat = await store.stat(bucket, 'one/a')
    expect(stat).toMatchObject({ sizeBytes: 10_000, contentType: 'image/webp' })
    expect(Math.abs(stat.lastModified.getTime() - Date.now())).toBeLessThan(60_000)
    const response = await fetch(await store.presignGet(bucket, 'one/a', 60))
    expect(response.headers.get('cache-control')).toBe('private, max-age=60')
    expect(await keysUnder('one/')).toEqual(['one/a'])
    await store.remove(bucket, ['one/a'])
    expect(await keysUnder('one/')).toEqual([])
    await expect(store.stat(bucket, 'one/a')).rejects.toMatchObject({ code: 'file_not_found' })
    await expect(store.get(bucket, 'one/a', { maxBytes: 1 })).rejects.toMatchObject({
      code: 'file_not_found',
    })
  })

  test('is removed twice without complaint', async () => {
    await store.put(bucket, 'twice', Buffer.from('x'), TEXT)
    await store.remove(bucket, ['twice'])
    await store.remove(bucket, ['twice', 'never/was'])
  })

  test.each([0, 1, 65_535, 65_536, 5 * MIB + 1])('of %i bytes comes back whole', async (size) => {
    const bytes = randomBytes(size)
    await store.put(bucket, `size/${size}`, bytes, TEXT)
    expect((await store.get(bucket, `size/${size}`, { maxBytes: size })).equals(bytes)).toBe(true)
    expect(await store.stat(bucket, `size/${size}`)).toMatchObject({ sizeBytes: size })
    if (size > 0) {
      await expect(store.get(bucket, `size/${size}`, { maxBytes: size - 1 })).rejects.toMatchObject({
        code: 'too_large',
      })
    }
  })

  test('of 64 MiB is the largest', { timeout: 60_000 }, async () => {
    const bytes = randomBytes(64 * MIB)
    await store.put(bucket, 'largest', bytes, TEXT)
    expect((await store.get(bucket, 'largest', { maxBytes: 64 * MIB })).equals(bytes)).toBe(true)
    await expect(store.put(bucket, 'larger', Buffer.alloc(64 * MIB + 1), TEXT)).rejects.toThrow(RangeError)
    await store.remove(bucket, ['largest'])
  })

  test.each([
    ['spaces', 'k/a b  c'],
    ['plus and percent', 'k/1+1=2 100%25'],
    ['Cyrillic', 'k/Аватар Ёжика'],
    ['what XML escapes', `k/<&>"'`],
    ['what ends a query', 'k/a?b#c&d=e'],
    ['an emoji', 'k/🦔'],
    ['dots', 'k/...a..b.'],
    ['marks', 'k/~!@$^*()_-=[]{};,'],
    ['a long name', `k/${'n'.repeat(200)}`],
  ])('with %s in its key', async (_, key) => {
    const bytes = Buffer.from(key)
    await store.put(bucket, key, bytes, TEXT)
    expect((await store.get(bucket, key, { maxBytes: 999 })).equals(bytes)).toBe(true)
    // names in a listing are the servers' weak side (some escape them, some not): our own keys are made of a-z, 0-9 and -/.
    expect(await keysUnder('k/')).toHaveLength(1)
    expect(await (await fetch(await store.presignGet(bucket, key, 60))).text()).toBe(key)
    await store.remove(bucket, [key])
    expect(await keysUnder('k/')).toEqual([])
  })

  test('that many write at once is one of theirs, whole', async () => {
    const versions = Array.from({ length: 16 }, (_, index) => Buffer.alloc(200_000, index))
    await Promise.all(versions.map((bytes) => store.put(bucket, 'contended', bytes, TEXT)))
    const stored = await store.get(bucket, 'contended', { maxBytes: 200_000 })
    // s3rver mixes the bytes of such writes; our keys are never written twice, so that the local stack may live with it
    if (opened.kind === 'embedded') expect(stored).toHaveLength(200_000)
    else expect(versions.filter((bytes) => bytes.equals(stored))).toHaveLength(1)
    expect(await keysUnder('contended')).toEqual(['contended'])
  })
})

describe('a thousand objects', () => {
  const keys = Array.from({ length: 1_003 }, (_, index) => `many/${index.toString().padStart(5, '0')}`)
  beforeAll(() => inPieces(keys, (key) => store.put(bucket, key, Buffer.from('x'), TEXT)), 120_000)

  test.each([7, 100, 1_000])('are listed in order, in pages of %i', async (pageSize) => {
    expect(await keysUnder('many/', pageSize)).toEqual(keys)
  })

  test('are listed from behind any key, there or not', async () => {
    const page = await store.listPage(bucket, 'many/', { after: 'many/00500', limit: 3 })
    expect(page.objects.map(({ key }) => key)).toEqual(['many/00501', 'many/00502', 'many/00503'])
    expect(page.isTruncated).toBe(true)
    const between = await store.listPage(bucket, 'many/', { after: 'many/00999x', limit: 10 })
    expect(between).toMatchObject({ isTruncated: false })
    expect(between.objects.map(({ key }) => key)).toEqual(['many/01000', 'many/01001', 'many/01002'])
    expect(await store.listPage(bucket, 'many/', { after: 'many/9', limit: 10 })).toEqual({
      objects: [],
      isTruncated: false,
    })
  })

  test('are removed at once', { timeout: 60_000 }, async () => {
    await store.remove(bucket, keys.slice(0, 1_000))
    expect(await keysUnder('many/')).toEqual(keys.slice(1_000))
  })
})

describe('a link', () => {
  beforeAll(() => store.put(bucket, 'l/face.webp', Buffer.from('face'), { contentType: 'image/webp' }))
  const status = async (url: string | URL, init: RequestInit = {}): Promise<number> => {
    const response = await fetch(url, init)
    await response.arrayBuffer()
    return response.status
  }
  /** A link that was made so many seconds ago. */
  const madeAgo = async (seconds: number, life: number): Promise<string> => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - seconds * 1000 })
    try {
      return await store.presignGet(bucket, 'l/face.webp', life)
    } finally {
      vi.useRealTimers()
    }
  }

  test('works within its time and not after it', async () => {
    expect(await status(await madeAgo(0, 1))).toBe(200)
    expect(await status(await madeAgo(200, 300))).toBe(200)
    expect(await status(await madeAgo(302, 300))).toBe(403)
    expect(await status(await madeAgo(90, 60))).toBe(403)
  })

  test('may say another content type than the stored one, which its signature covers', async () => {
    const url = await store.presignGet(bucket, 'l/face.webp', 60, { contentType: 'application/octet-stream' })
    const response = await fetch(url)
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(await response.text()).toBe('face')
    expect(await status(url.replace('octet-stream', 'pdf'))).toBe(403)
  })

  test.each([
    ['a longer life', 'X-Amz-Expires', '3000'],
    ['another date', 'X-Amz-Date', '20200101T000000Z'],
    ['another signature', 'X-Amz-Signature', 'a'.repeat(64)],
    ['no signature', 'X-Amz-Signature', ''],
    ['another key id', 'X-Amz-Credential', 'somebody/20260101/us-east-1/s3/aws4_request'],
  ])('is spoilt by %s', async (_, name, value) => {
    const url = new URL(await store.presignGet(bucket, 'l/face.webp', 60))
    url.searchParams.set(name, value)
    const refused = await status(url)
    expect(refused).toBeGreaterThanOrEqual(400)
    expect(refused).toBeLessThan(500)
  })

  test('reads one object, and neither writes nor deletes', async () => {
    const url = await store.presignGet(bucket, 'l/face.webp', 60)
    expect(await status(url.replace('face.webp', 'other.webp'))).toBe(403)
    expect(await status(url, { method: 'PUT', body: 'x' })).toBe(403)
    expect(await status(url, { method: 'DELETE' })).toBe(403)
    expect(await status(url)).toBe(200)
  })

  test('to an object that is gone says so', async () => {
    expect(await status(await store.presignGet(bucket, 'l/gone', 60))).toBe(404)
  })
})

describe('wrong keys and names', () => {
  test('a wrong secret is an unavailable store', async () => {
    const stranger = openStore({ secretKey: 'not-the-secret-of-this-store' })
    await expect(stranger.store.check(bucket)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(stranger.store.put(bucket, 'x', Buffer.from('x'), TEXT)).rejects.toMatchObject({
      code: 'unavailable',
    })
    stranger.store.close()
    await expect(store.stat(bucket, 'x')).rejects.toMatchObject({ code: 'file_not_found' })
  })

  test('a bucket that is not there', async () => {
    await expect(store.check('kopeika-test-nowhere')).rejects.toMatchObject({ code: 'unavailable' })
    await store.check(bucket)
    await store.check()
  })
})
