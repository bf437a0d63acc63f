import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { listFolders } from '#shared/backup/vault.ts'
import { createTestRedis, type TestRedis } from '../support/services.ts'
import { type Replica, startReplica } from './support/replica.ts'
import { type S3Proxy, startS3Proxy } from './support/s3-proxy.ts'
import { openStage, type Stage } from './support/stage.ts'

let stage: Stage
let redis: TestRedis
let proxy: S3Proxy
let folder: string
let replicas: [Replica, Replica]

beforeAll(async () => {
  stage = await openStage()
  await stage.addPerson()
  redis = await createTestRedis()
  proxy = await startS3Proxy(inject('servers').s3.endpoint)
  folder = mkdtempSync(join(tmpdir(), 'kopeika-replicas-'))
  const start = (name: string): Promise<Replica> =>
    startReplica(stage, { name, folder, redisUrl: redis.url, backupEndpoint: proxy.endpoint })
  replicas = await Promise.all([start('one'), start('two')])
})
afterAll(async () => {
  proxy.setRule(() => undefined)
  await Promise.all(replicas.map((one) => one.stop()))
  await proxy.close()
  await redis.close()
  await stage.close()
  rmSync(folder, { recursive: true, force: true })
})

const isPart = (method: string, path: string): boolean => method === 'PUT' && path.includes('/backups/')

/** Lets nothing of a backup through until `release`; `reached` resolves when the first part has come. */
const holdParts = (): { reached: Promise<void>; release: () => void } => {
  const reached = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  proxy.setRule(async (method, path) => {
    if (!isPart(method, path)) return undefined
    reached.resolve()
    await gate.promise
    return undefined
  })
  const release = (): void => {
    proxy.setRule(() => undefined)
    gate.resolve()
  }
  return { reached: reached.promise, release }
}

const listed = async (): Promise<string[]> =>
  (await listFolders(stage.vault)).backups.map(({ backupId }) => backupId)

test('two replicas at once: one makes the backup, the other says that it is under way', async () => {
  const [one, two] = replicas
  const { reached, release } = holdParts()
  const first = one.backup()
  await reached
  expect(await two.backup()).toEqual({ status: 200, body: { running: true } })
  release()
  const { status, body } = await first
  expect(status).toBe(200)
  expect(await listed()).toEqual([body.backupId])
  // and the other way round, when the first is done
  const next = await two.backup()
  expect((await listed()).at(-1)).toBe(next.body.backupId)
})

test('a bucket that is full: an error, an alert, nothing listed, and good again when there is room', async () => {
  const [one] = replicas
  const before = await listed()
  let seen = 0
  proxy.setRule((method, path) => {
    if (!isPart(method, path)) return undefined
    seen += 1
    return seen > 3 ? { status: 507, code: 'XMinioStorageFull' } : undefined
  })
  expect((await one.backup()).status).toBeGreaterThanOrEqual(500)
  expect(await listed()).toEqual(before)
  const alerts = await stage.sql`
    select 1 from graphile_worker._private_jobs where payload->>'kind' = 'backup-failed'`
  expect(alerts).toHaveLength(1)
  proxy.setRule(() => undefined)
  expect((await one.backup()).status).toBe(200)
  expect((await listFolders(stage.vault)).leftovers).toEqual([])
  const report = await stage.restoreInto(await stage.emptyDatabase())
  expect(report).toMatchObject({ differences: [], drift: 0 })
})

test('a replica that is killed in the middle: the other takes over when its lease has run out', async () => {
  const [one, two] = replicas
  const { reached, release } = holdParts()
  const cut = one.backup().catch((error: unknown) => error)
  await reached
  await one.kill()
  expect(await cut).toBeInstanceOf(Error)
  release()
  expect((await two.backup()).body).toEqual({ running: true })
  // a minute later
  await stage.sql`update leases set expires_at = now() where expires_at > now()`
  const made = await two.backup()
  expect(made.status).toBe(200)
  // of one hour the newest is kept
  expect(await listed()).toEqual([made.body.backupId])
  expect((await listFolders(stage.vault)).leftovers).toEqual([])
})
