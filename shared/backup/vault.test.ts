import { expect, test } from 'vitest'
import { newBackupId } from './vault.ts'

test('backups are in the order of time by their ids, those of one second too', () => {
  const begun = Date.UTC(2026, 10, 26, 20, 0, 0)
  const ids = [0, 1, 15, 16, 255, 256, 999, 1000].map((later) => newBackupId(new Date(begun + later)))
  expect(ids.toSorted()).toEqual(ids)
  for (const id of ids) expect(id).toMatch(/^20261126T20000[01]Z-[0-9a-f]{6}$/)
})
