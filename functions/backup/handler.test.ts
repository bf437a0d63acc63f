import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { parseRecoveryKey } from '#shared/backup/keys.ts'
import { planRestore } from '#shared/backup/restore-plan.ts'
import { listFolders } from '#shared/backup/vault.ts'
import { readMigrations } from '#shared/db/migration-files.ts'
import { prepareDatabase } from '#shared/db/prepare.ts'
import { type BackupHouse, openBackupHouse } from '../../test/support/backup-house.ts'
import { MIGRATIONS_DIR, withDatabase } from '../../test/support/template-database.ts'
import { handler } from './handler.ts'

let house: BackupHouse
let beats = 0
const heart = createServer((_request, response) => {
  beats += 1
  response.end()
})

beforeAll(async () => {
  heart.listen(0, '127.0.0.1')
  await once(heart, 'listening')
  const heartbeatUrl = `http://127.0.0.1:${(heart.address() as AddressInfo).port}/`
  house = await openBackupHouse([handler], { heartbeatUrl })
})
afterAll(async () => {
  heart.close()
  await house.close()
})

test('makes a backup that counts, notes it and tells whoever listens outside', async () => {
  await house.person()
  const reply = await house.call('backup', 'POST', '/', { key: null })
  expect(reply.status).toBe(200)
  expect(reply.body).toMatchObject({
    objects: 0,
    backupId: expect.stringMatching(/^\d{8}T\d{6}Z-[0-9a-f]{6}$/),
  })
  expect(reply.body.rows).toBeGreaterThan(3)
  const { backups, leftovers } = await listFolders(house.vault)
  expect(backups.map(({ backupId }) => backupId)).toEqual([reply.body.backupId])
  expect(leftovers).toEqual([])
  expect(beats).toBe(1)
  const [note] = await house.ownerSql<{ details: { bytes: number } }[]>`
    select details from audit_log where action = 'backup-made'`
  expect(note?.details.bytes).toBe(reply.body.bytes)
  const plan = await planRestore({
    vault: house.vault,
    ...parseRecoveryKey(house.keys.recoveryKey),
    migrations: await readMigrations(MIGRATIONS_DIR),
  })
  expect(plan.rows).toBe(reply.body.rows)
})

test('two at once are one', async () => {
  const made = () => house.ownerSql`select 1 from audit_log where action = 'backup-made'`
  const before = (await made()).length
  const replies = await Promise.all([1, 2, 3].map(() => house.call('backup', 'POST', '/', { key: null })))
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200])
  expect((await made()).length).toBe(before + 1)
})

test('a failure is told to the operators, and nothing of it counts', async () => {
  const before = (await listFolders(house.vault)).backups.length
  const { config } = house.resourcesOf('backup')
  const backup = config.backup
  if (!backup) throw new Error('There is no backup.')
  const url = backup.databaseUrl
  backup.databaseUrl = url.replace('of-the-tests', 'wrong')
  const reply = await house.call('backup', 'POST', '/', { key: null })
  backup.databaseUrl = url
  expect(reply.status).toBeGreaterThanOrEqual(500)
  expect((await listFolders(house.vault)).backups.length).toBe(before)
  const alerts = await house.ownerSql`
    select 1 from graphile_worker._private_jobs where payload->>'kind' = 'backup-failed'`
  expect(alerts).toHaveLength(1)
  expect((await house.call('backup', 'POST', '/', { key: null })).status).toBe(200)
})

test.each([
  ['nobody', { as: null }, 401],
  ['a client without the scope', { as: 'limited-client' }, 403],
])('%s may not', async (_who, as, status) => {
  expect((await house.call('backup', 'POST', '/', { key: null, ...as })).status).toBe(status)
})

test('its role reads everything and changes nothing', async () => {
  const url = house.backupUrl
  const { openDatabase } = await import('#shared/db/client.ts')
  const sql = openDatabase({ url, applicationName: 'test', max: 1 })
  await sql`select * from user_keys`
  await sql`select * from graphile_worker._private_jobs`
  for (const attempt of [
    () => sql`delete from user_keys`,
    () => sql`update users set username = 'x'`,
    () => sql`insert into audit_log (actor, action) values ('x', 'y')`,
    () => sql`create table mine (id int)`,
    () => sql`truncate leases`,
    () => sql`select setval('audit_log_id_seq', 1)`,
  ]) {
    await expect(attempt()).rejects.toMatchObject({ code: '42501' })
  }
  await sql.end()
  // a table that comes later is not left out
  await house.ownerSql`create table later (id int)`
  await prepareDatabase({
    ownerUrl: house.databaseUrl,
    appUrl: withDatabase(inject('servers').appUrl, new URL(house.databaseUrl).pathname.slice(1)),
    backupUrl: url,
    migrationsDir: MIGRATIONS_DIR,
  })
  const again = openDatabase({ url, applicationName: 'test', max: 1 })
  expect(await again`select * from later`).toEqual([])
  await again.end()
  await house.ownerSql`drop table later`
})
