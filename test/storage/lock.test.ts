import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lack, readyVault } from '#shared/backup/open-vault.ts'
import type { Vault } from '#shared/backup/vault.ts'
import { type OpenStore, openStore } from './support/open-store.ts'

let opened: OpenStore
let vault: Vault
let lacks: Lack[]
beforeAll(async () => {
  opened = openStore()
  vault = { store: opened.store, backups: opened.newBucket('locked'), copies: opened.newBucket('copies') }
  lacks = await readyVault(vault)
})
afterAll(async () => {
  // what is locked goes with the server that is thrown away
  opened.store.close()
})

const KEY = 'backups/one/part'
const hasLock = (): boolean => !lacks.some(({ feature }) => feature === 'lock')

type Version = { name: string; versionId: string; isDeleteMarker: boolean }

const versionsOf = async (): Promise<Version[]> => {
  const found: Version[] = []
  for await (const one of opened.client.listObjects(vault.backups, '', true, { IncludeVersion: true }))
    found.push(one as unknown as Version)
  return found
}

test('the bucket of the backups is locked where the server can, and says why not where it cannot', async () => {
  if (opened.kind === 'minio') expect(hasLock()).toBe(true)
  if (opened.kind === 'embedded') expect(hasLock()).toBe(false)
  for (const { bucket, reason } of lacks) {
    expect([vault.backups, vault.copies]).toContain(bucket)
    expect(reason).toMatch(/\w{5}/)
  }
  // never what an erasure must reach
  expect(lacks.some(({ bucket, feature }) => bucket === vault.copies && feature === 'lock')).toBe(false)
  expect(await readyVault(vault)).toEqual(lacks)
})

test('what was removed is listed no more; its version stays, and nobody removes it before its time', async () => {
  const contentType = 'application/octet-stream'
  await opened.store.put(vault.backups, KEY, Buffer.from('sealed'), { contentType })
  await opened.store.put(vault.copies, 'keys/one', Buffer.from('a key'), { contentType })
  await opened.store.remove(vault.backups, [KEY])
  await opened.store.remove(vault.copies, ['keys/one'])
  for (const bucket of [vault.backups, vault.copies]) {
    const listed: string[] = []
    for await (const { key } of opened.store.list(bucket, '')) listed.push(key)
    expect(listed).toEqual([])
  }
  if (!hasLock()) return
  const kept = (await versionsOf()).find(({ isDeleteMarker }) => !isDeleteMarker)
  expect(kept?.name).toBe(KEY)
  const versionId = kept?.versionId ?? ''
  const retention = await opened.client.getObjectRetention(vault.backups, KEY, { versionId })
  expect(retention).toMatchObject({ mode: 'GOVERNANCE' })
  await expect(opened.client.removeObject(vault.backups, KEY, { versionId })).rejects.toThrow(/WORM|lock/i)
  expect(JSON.stringify(await opened.client.getBucketLifecycle(vault.backups))).toMatch(
    /"NoncurrentVersionExpiration"/,
  )
})

test('a bucket that was made without a lock goes on without one', async () => {
  const plain = { ...vault, backups: opened.newBucket('plain'), copies: opened.newBucket('plain-copies') }
  await opened.store.ensureBucket(plain.backups)
  const found = await readyVault(plain)
  expect(found).toContainEqual({ bucket: plain.backups, feature: 'lock', reason: expect.any(String) })
  await opened.store.put(plain.backups, KEY, Buffer.from('x'), { contentType: 'text/plain' })
})
