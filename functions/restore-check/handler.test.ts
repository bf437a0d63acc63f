import { afterAll, beforeAll, expect, test } from 'vitest'
import { listFolders } from '#shared/backup/vault.ts'
import { SEAL_PURPOSE, sealAudit } from '#shared/db/audit-seals.ts'
import { type BackupHouse, openBackupHouse } from '../../test/support/backup-house.ts'
import { handler as backup } from '../backup/handler.ts'
import { handler } from './handler.ts'

let house: BackupHouse
beforeAll(async () => {
  house = await openBackupHouse([backup, handler])
})
afterAll(() => house.close())

const check = () => house.call('restore-check', 'POST', '/', { key: null })
const makeOne = async (): Promise<string> =>
  (await house.call('backup', 'POST', '/', { key: null })).body.backupId

const lastReport = async (): Promise<{ problems: string[] }> => {
  const [entry] = await house.ownerSql<{ report: string }[]>`
    select details->>'report' as report from audit_log where action = 'backup-checked' order by id desc limit 1`
  return JSON.parse(entry?.report ?? '')
}

test('proves the newest backup: figures, a mark that keeps it, a signed entry; nothing is left behind', async () => {
  await house.person()
  const backupId = await makeOne()
  const reply = await check()
  expect(reply.body).toMatchObject({ backupId, ok: true, drift: 0 })
  expect(reply.body.rows).toBeGreaterThan(3)
  expect((await listFolders(house.vault)).backups).toMatchObject([{ backupId, isVerified: true }])
  const [entry] = await house.ownerSql<{ details: { report: string; signature: string } }[]>`
    select details from audit_log where action = 'backup-checked'`
  const { report = '', signature } = entry?.details ?? {}
  const { sign } = house.resourcesOf('restore-check')
  expect(sign('restore-check', report).toString('base64url')).toBe(signature)
  expect(JSON.parse(report)).toMatchObject({ backupId, ok: true, problems: [] })
  const left = await house.ownerSql`select datname from pg_database where datname like 'kopeika_check_%'`
  expect(left).toEqual([])
})

test('tells the operators of a backup that was altered, and leaves it unproven', async () => {
  const backupId = await makeOne()
  const keys: string[] = []
  for await (const { key } of house.vault.store.list(house.vault.backups, `backups/${backupId}/public.users`))
    keys.push(key)
  const [key = ''] = keys
  const bytes = await house.vault.store.get(house.vault.backups, key, { maxBytes: 1e6 })
  const at = bytes.length - 20
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  await house.vault.store.put(house.vault.backups, key, bytes, { contentType: 'application/octet-stream' })
  expect((await check()).body).toMatchObject({ backupId, ok: false })
  expect((await listFolders(house.vault)).backups.at(-1)).toMatchObject({ backupId, isVerified: false })
  const alerts = await house.ownerSql`
    select 1 from graphile_worker._private_jobs where payload->>'kind' = 'restore-check-failed'`
  expect(alerts).toHaveLength(1)
})

test('notices an audit log that was rewritten between two backups', async () => {
  const first = await makeOne()
  expect((await check()).body).toMatchObject({ backupId: first, ok: true })
  await house.ownerSql`update audit_log set actor = 'somebody else' where id = (select min(id) from audit_log)`
  await makeOne()
  expect((await check()).body).toMatchObject({ ok: false, drift: 0 })
}, 60_000)

test('notices an entry of the audit log that was changed after it had been sealed', async () => {
  const { sign } = house.resourcesOf('restore-check')
  const signSeal = (text: string): Buffer => sign(SEAL_PURPOSE, text)
  await house.ownerSql`truncate audit_seals`
  expect(await sealAudit(house.appSql, signSeal)).toBeGreaterThan(2)
  await house.ownerSql`update audit_log set action = 'other' where id = (select max(last_id) from audit_seals)`
  await makeOne()
  expect((await check()).body).toMatchObject({ ok: false, drift: 0 })
  expect((await lastReport()).problems.join()).toMatch(/was changed between the entries 1 and \d+/)
  await house.ownerSql`truncate audit_seals`
}, 60_000)

test('notices a wallet that does not equal its ledger', async () => {
  const { id } = await house.person()
  await house.ownerSql`update user_balances set coins = coins + 7 where user_id = ${id}`
  await makeOne()
  expect((await check()).body).toMatchObject({ ok: false, drift: 1 })
}, 60_000)
