import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { createObjectStore, type ObjectStore } from '#shared/storage/object-store.ts'
import { removeAll } from '#shared/storage/remove-all.ts'
import { makeBackupKeys, parseRecipients, parseRecoveryKey } from './keys.ts'
import { DamagedBackup } from './manifest.ts'
import { copyObjects, formatLine, type InventoryLine, parseLines, readCopy, type Source } from './objects.ts'
import { sha256Of } from './part.ts'
import type { Vault } from './vault.ts'

const DAY = 86_400_000
const TYPE = { contentType: 'application/octet-stream' }

let store: ObjectStore
let source: Source
let vault: Vault
let recipients: string[]
let identities: string[]

beforeAll(async () => {
  const { s3 } = inject('servers')
  store = createObjectStore({
    ...s3,
    publicEndpoint: s3.endpoint,
    region: 'us-east-1',
    timeoutMs: 20_000,
  })
  const suffix = randomBytes(5).toString('hex')
  source = { store, buckets: { avatars: `avatars-${suffix}`, transcripts: `transcripts-${suffix}` } }
  vault = { store, backups: `backups-${suffix}`, copies: `copies-${suffix}` }
  for (const bucket of [...Object.values(source.buckets), vault.copies]) await store.ensureBucket(bucket)
  const keys = await makeBackupKeys()
  recipients = parseRecipients(keys.recipients)
  identities = parseRecoveryKey(keys.recoveryKey).identities
})
afterAll(() => store.close())
beforeEach(async () => {
  for (const bucket of [...Object.values(source.buckets), vault.copies])
    await removeAll({ store }, bucket, '')
})

const put = (key: string, bytes: Buffer): Promise<void> =>
  store.put(
    key.startsWith('avatars/') ? source.buckets.avatars : source.buckets.transcripts,
    key,
    bytes,
    TYPE,
  )

const copy = async (now = Date.now()): Promise<InventoryLine[]> => {
  const lines: InventoryLine[] = []
  for await (const line of copyObjects(vault, source, recipients, now)) lines.push(line)
  return lines
}

const copiesOf = async (prefix: string): Promise<string[]> => {
  const keys: string[] = []
  for await (const { key } of store.list(vault.copies, prefix)) keys.push(key)
  return keys
}

test('every object of both kinds is copied once, sealed, under a name that says what it holds', async () => {
  const [picture, text] = [randomBytes(500), randomBytes(900)]
  await put('avatars/p/1/64.webp', picture)
  await put('transcripts/p/1', text)
  // what is none of ours is left alone
  await put('other', text)
  const lines = await copy()
  expect(lines).toEqual([
    { kind: 'avatars', key: 'avatars/p/1/64.webp', sha256: sha256Of(picture), bytes: 500 },
    { kind: 'transcripts', key: 'transcripts/p/1', sha256: sha256Of(text), bytes: 900 },
  ])
  for (const [at, plain] of [picture, text].entries()) {
    const line = lines[at]
    if (!line) throw new Error('There is no line.')
    expect((await readCopy(vault, line, identities)).equals(plain)).toBe(true)
  }
  const before = await copiesOf('objects/')
  expect(before).toContain(`objects/transcripts/p/1.900.${sha256Of(text)}.age`)
  const sealed = await store.get(vault.copies, before[1] ?? '', { maxBytes: 1e5 })
  expect(sealed.includes(text.subarray(0, 16))).toBe(false)
  // the second time nothing is read or written again
  const noReads = { ...source, store: { ...store, get: () => Promise.reject(new Error('read again')) } }
  const again: InventoryLine[] = []
  for await (const line of copyObjects(vault, noReads, recipients, Date.now())) again.push(line)
  expect(again).toEqual(lines)
  expect(await copiesOf('objects/')).toEqual(before)
})

test('more objects than are copied at once, beside some that are there already, each have their line', async () => {
  const keys = Array.from({ length: 25 }, (_, n) => `avatars/p/${String(n).padStart(2, '0')}/64.webp`)
  for (const key of keys.filter((_, n) => n % 3 === 0)) await put(key, Buffer.from(key))
  await copy()
  for (const key of keys) await put(key, Buffer.from(key))
  const lines = await copy()
  expect(lines.map(({ key }) => key).sort()).toEqual(keys)
  expect(lines.every(({ key, sha256 }) => sha256 === sha256Of(Buffer.from(key)))).toBe(true)
})

test('an object that is removed while it is copied has no line, and the rest goes on', async () => {
  await put('avatars/p/1/64.webp', Buffer.from('one'))
  await put('avatars/p/2/64.webp', Buffer.from('two'))
  const get: ObjectStore['get'] = async (bucket, key, options) => {
    if (key.includes('/1/')) await store.remove(bucket, [key])
    return store.get(bucket, key, options)
  }
  const lines: InventoryLine[] = []
  for await (const line of copyObjects(vault, { ...source, store: { ...store, get } }, recipients, 0))
    lines.push(line)
  expect(lines.map(({ key }) => key)).toEqual(['avatars/p/2/64.webp'])
})

test('the copy of an object that is gone stays for as long as a backup may name it, then goes', async () => {
  await put('avatars/p/1/64.webp', Buffer.from('one'))
  const now = Date.now()
  const [line] = await copy(now)
  await removeAll({ store }, source.buckets.avatars, '')
  expect(await copy(now)).toEqual([])
  expect(await copy(now + 399 * DAY)).toEqual([])
  if (!line) throw new Error('There is no line.')
  expect((await readCopy(vault, line, identities)).toString()).toBe('one')
  await copy(now + 401 * DAY)
  expect(await copiesOf('')).toEqual([])
})

test('a copy that was exchanged, altered or lost is no copy', async () => {
  await put('avatars/p/1/64.webp', Buffer.from('one'))
  await put('avatars/p/2/64.webp', Buffer.from('two'))
  const [line] = await copy()
  const [first = '', second = ''] = await copiesOf('objects/')
  if (!line) throw new Error('There is no line.')
  await store.put(vault.copies, first, await store.get(vault.copies, second, { maxBytes: 1e4 }), TYPE)
  await expect(readCopy(vault, line, identities)).rejects.toThrow(/holds other bytes/)
  await store.put(vault.copies, first, randomBytes(300), TYPE)
  await expect(readCopy(vault, line, identities)).rejects.toThrow(DamagedBackup)
  await store.remove(vault.copies, [first])
  await expect(readCopy(vault, line, identities)).rejects.toThrow(/is missing/)
})

test('lines of the inventory are read as they were written, and nonsense is refused', () => {
  const line: InventoryLine = {
    kind: 'transcripts',
    key: 'transcripts/p/1',
    sha256: 'a'.repeat(64),
    bytes: 7,
  }
  expect(parseLines(formatLine(line) + formatLine(line))).toEqual([line, line])
  expect(parseLines('')).toEqual([])
  for (const text of ['videos\tx\ty\t1\n', 'avatars\n', 'avatars\tkey\n'])
    expect(() => parseLines(text)).toThrow(DamagedBackup)
})
