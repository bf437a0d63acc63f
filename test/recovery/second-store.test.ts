import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Source } from '#shared/backup/objects.ts'
import { openVault } from '#shared/backup/open-vault.ts'
import { listFolders, type Vault } from '#shared/backup/vault.ts'
import { processEnv } from '#shared/platform/env.ts'
import { OBJECT_HEADERS } from '#shared/storage/object-headers.ts'
import { createObjectStore, type ObjectStore } from '#shared/storage/object-store.ts'
import { type Guard, startGuard } from '../../local/services/guard-client.ts'
import { type RunningS3, startS3 } from '../../local/services/s3.ts'
import { openStage, type Stage } from './support/stage.ts'

type Server = RunningS3 & { folder: string; keys: { accessKey: string; secretKey: string } }

let guard: Guard
let stage: Stage
const running: Server[] = []
const stores: ObjectStore[] = []

const start = async (name: string): Promise<Server> => {
  const folder = mkdtempSync(join(tmpdir(), `kopeika-${name}-`))
  chmodSync(folder, 0o711)
  const keys = { accessKey: randomBytes(8).toString('hex'), secretKey: randomBytes(24).toString('base64url') }
  const path = processEnv().PATH ?? ''
  const server = await startS3({ folder, logFile: join(folder, 's3.log'), path, tracker: guard, ...keys })
  const made = { ...server, folder, keys }
  running.push(made)
  return made
}

const connect = ({ url, keys }: Server): Source => {
  const connection = { endpoint: url, region: 'us-east-1', ...keys }
  const store = createObjectStore({ ...connection, publicEndpoint: url, timeoutMs: 10_000 })
  stores.push(store)
  return { store, buckets: { avatars: 'kopeika-avatars', transcripts: 'kopeika-transcripts' } }
}

const lose = async ({ stop, folder }: Server): Promise<void> => {
  await stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

beforeAll(async () => {
  guard = await startGuard()
  stage = await openStage()
})
afterAll(async () => {
  for (const store of stores) store.close()
  for (const server of running) await lose(server)
  await stage.close()
  await guard.close()
})

test('backups in a second store bring everything back, rows and objects, when the first one is gone', async () => {
  const [first, second] = [await start('first'), await start('second')]
  const source = connect(first)
  const connection = { endpoint: second.url, region: 'us-east-1', ...second.keys }
  const vault: Vault = openVault({ ...connection, backups: 'kopeika-backups', copies: 'kopeika-copies' })
  stores.push(vault.store)
  await vault.store.ensureBucket(vault.copies)

  const people = [await stage.addPerson(), await stage.addPerson(['one'])]
  const objects = new Map<string, Buffer>()
  for (const { id, avatarKey } of people) {
    objects.set(avatarKey, randomBytes(3_000))
    await source.store.put(
      source.buckets.avatars,
      avatarKey,
      objects.get(avatarKey) ?? Buffer.alloc(0),
      OBJECT_HEADERS.avatars,
    )
    const key = `transcripts/${id}/large`
    objects.set(key, randomBytes(70_000))
    await source.store.put(
      source.buckets.transcripts,
      key,
      objects.get(key) ?? Buffer.alloc(0),
      OBJECT_HEADERS.transcripts,
    )
  }
  const made = await stage.backup({ vault, source })
  expect(made.objects).toBe(4)
  // nothing of it lies beside what it is to survive
  expect((await listFolders({ ...vault, store: source.store })).backups).toEqual([])
  await lose(first)
  await expect(stage.backup({ vault, source })).rejects.toThrow()
  expect((await listFolders(vault)).backups.map(({ backupId }) => backupId)).toEqual([made.backupId])

  const fresh = connect(await start('third'))
  const target = await stage.emptyDatabase()
  const report = await stage.restoreInto(target, { vault, source: fresh })
  expect(report).toMatchObject({
    backupId: made.backupId,
    differences: [],
    drift: 0,
    objectsRestored: 4,
    objectsMissing: 0,
  })
  for (const [key, bytes] of objects) {
    const kind = key.startsWith('avatars/') ? 'avatars' : 'transcripts'
    const bucket = fresh.buckets[kind]
    expect((await fresh.store.get(bucket, key, { maxBytes: 1e6 })).equals(bytes)).toBe(true)
    const { contentType, cacheControl } = await fresh.store.stat(bucket, key)
    expect({ contentType, cacheControl }).toEqual({ cacheControl: undefined, ...OBJECT_HEADERS[kind] })
  }
}, 120_000)
