import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BackupHouse, openBackupHouse } from '../../test/support/backup-house.ts'
import { handler } from './handler.ts'

let house: BackupHouse
beforeAll(async () => {
  house = await openBackupHouse([handler])
  const { store, backups, copies } = house.vault
  for (const bucket of [backups, copies]) await store.ensureBucket(bucket)
})
afterAll(() => house?.close())

test('says so where there is no backup yet, and tells the operators', async () => {
  const reply = await house.call('restore-check', 'POST', '/', { key: null })
  expect(reply).toMatchObject({ status: 409, body: { code: 'conflict', detail: 'There is no backup.' } })
  const [jobs] = await house.ownerSql<{ alerts: number }[]>`
    select count(*)::int as alerts from graphile_worker._private_jobs where payload::text like '%restore-check-failed%'`
  expect(jobs?.alerts).toBeGreaterThan(0)
})
