import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseRecoveryKey } from '#shared/backup/keys.ts'
import { folderOf, listFolders } from '#shared/backup/vault.ts'
import type { ObjectStore } from '#shared/storage/object-store.ts'
import { openStage, type Stage } from './support/stage.ts'

let stage: Stage
/** Says no to a write, as a full bucket does. */
let refuse: (key: string) => boolean = () => false

beforeAll(async () => {
  stage = await openStage(
    (store): ObjectStore => ({
      ...store,
      put: async (bucket, key, bytes, options) => {
        if (refuse(key)) throw new Error('XMinioStorageFull: the bucket is full')
        await store.put(bucket, key, bytes, options)
      },
    }),
  )
  await stage.addPerson()
  await stage.addPerson(['one', 'two'])
})
afterAll(() => stage.close())

/** Ends a run as a killed process would: at the n-th step of that name. */
const dieAt = (pattern: RegExp, nth = 1) => {
  let seen = 0
  return (step: string): void => {
    if (pattern.test(step)) seen += 1
    if (seen === nth && pattern.test(step)) throw new Error(`killed at ${step}`)
  }
}

const POINTS: [string, RegExp, number][] = [
  ['before anything', /^sweep$/, 1],
  ['at the first table', /^table /, 1],
  ['at the first part', /^put backups\//, 1],
  ['at the fifth part', /^put backups\//, 5],
  ['at the data keys', /^put keys\//, 1],
  ['at the last tables', /^table /, 20],
  ['at the kit', /^kit$/, 1],
  ['at the objects', /^objects$/, 1],
  ['before the check', /^check$/, 1],
  ['before the manifest', /^manifest$/, 1],
]

test.each(POINTS)(
  'interrupted %s: not listed, swept by the next, which is good',
  async (_where, step, nth) => {
    const before = (await listFolders(stage.vault)).backups.map(({ backupId }) => backupId)
    await expect(stage.backup({ onStep: dieAt(step, nth) })).rejects.toThrow(/killed at/)
    const after = await listFolders(stage.vault)
    expect(after.backups.map(({ backupId }) => backupId)).toEqual(before)
    const made = await stage.backup()
    const { backups, leftovers } = await listFolders(stage.vault)
    expect(leftovers).toEqual([])
    expect(backups.at(-1)?.backupId).toBe(made.backupId)
    const report = await stage.restoreInto(await stage.emptyDatabase())
    expect(report).toMatchObject({ differences: [], drift: 0, backupId: made.backupId })
  },
)

test('interrupted after the manifest: it counts, and the next run tidies up', async () => {
  const made = await stage.backup({ onStep: dieAt(/^tidy$/) })
  expect(made.tidyFailure?.message).toMatch(/killed/)
  expect((await listFolders(stage.vault)).backups.at(-1)?.backupId).toBe(made.backupId)
  expect((await stage.backup()).tidyFailure).toBeUndefined()
})

test.each([
  ['a part', /^backups\/.*public\.users/],
  ['the data keys', /^keys\//],
  ['the inventory', /objects\.\d+/],
  ['the manifest itself', /manifest\.json$/],
])('a bucket that is full at %s: an error, nothing listed, good again with room', async (_what, pattern) => {
  const before = (await listFolders(stage.vault)).backups.length
  refuse = (key) => pattern.test(key)
  await expect(stage.backup()).rejects.toThrow(/bucket is full/)
  refuse = () => false
  expect((await listFolders(stage.vault)).backups.length).toBe(before)
  await stage.backup()
  expect((await listFolders(stage.vault)).leftovers).toEqual([])
})

test('a run that lost its lease writes no manifest', async () => {
  const before = (await listFolders(stage.vault)).backups.length
  const assertOurs = (): Promise<void> => Promise.reject(new Error('The lease was lost'))
  await expect(stage.backup({ assertOurs })).rejects.toThrow(/lease/)
  expect((await listFolders(stage.vault)).backups.length).toBe(before)
})

test('a part that the store has lost meanwhile keeps the manifest from being written', async () => {
  const onStep = async (step: string): Promise<void> => {
    if (step !== 'check') return
    const { leftovers } = await listFolders(stage.vault)
    const lost = leftovers.at(-1)?.keys.find((key) => key.includes('public.transactions'))
    await stage.store.remove(stage.vault.backups, [lost ?? ''])
  }
  await expect(stage.backup({ onStep })).rejects.toThrow(/public\.transactions.*is not in the bucket/)
})

test('the newest of many is kept, and one that was proven; a restore names the backup that it cannot find', async () => {
  const hours = (n: number) => () => Date.UTC(2026, 0, 1) + n * 3_600_000
  for (let n = 0; n < 4; n += 1) {
    await stage.backup({ clock: hours(n), retention: { hourly: 2, daily: 0, weekly: 0, monthly: 0 } })
  }
  const { backups } = await listFolders(stage.vault)
  expect(backups.length).toBe(2)
  const target = await stage.emptyDatabase()
  await expect(stage.restoreInto(target, { backupId: '20200101T000000Z-000000' })).rejects.toThrow(
    /no backup/,
  )
  expect(parseRecoveryKey(stage.keys.recoveryKey).identities).toHaveLength(1)
  expect(folderOf('x')).toBe('backups/x/')
})
