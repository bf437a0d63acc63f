import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseRecoveryKey, parseSigningKey } from '#shared/backup/keys.ts'
import { type Manifest, sealManifest } from '#shared/backup/manifest.ts'
import { type Recovery, recoverNewest } from '#shared/backup/recover.ts'
import { RestoreBusy, TargetNotEmpty } from '#shared/backup/restore.ts'
import { folderOf, markVerified, putManifest, readManifest, type Vault } from '#shared/backup/vault.ts'
import { readMigrations } from '#shared/db/migration-files.ts'
import { prepareDatabase } from '#shared/db/prepare.ts'
import { removeAll } from '#shared/storage/remove-all.ts'
import type { TestDatabase } from '../support/database.ts'
import { MIGRATIONS_DIR } from '../support/template-database.ts'
import { openStage, type Stage } from './support/stage.ts'

let stage: Stage
let hour = 0
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

/** Each an hour younger than the one before, so that all are kept. */
const backup = async (): Promise<string> => {
  hour += 1
  const at = Date.now() + hour * 3_600_000
  return (await stage.backup({ clock: () => at })).backupId
}

const prepare = (target: TestDatabase): Promise<unknown> =>
  prepareDatabase({ ownerUrl: target.ownerUrl, appUrl: target.appUrl, migrationsDir: MIGRATIONS_DIR })

let keysAsked = 0
const recover = async (
  target: TestDatabase,
  say?: (line: string) => void,
  vault: Vault = stage.vault,
): Promise<Recovery | undefined> =>
  recoverNewest({
    vault,
    key: () => {
      keysAsked += 1
      return parseRecoveryKey(stage.keys.recoveryKey)
    },
    migrations: await readMigrations(MIGRATIONS_DIR),
    ownerUrl: target.ownerUrl,
    prepare: () => prepare(target),
    source: stage.source,
    ...(say ? { say } : {}),
  })

const peopleIn = async ({ ownerSql }: TestDatabase): Promise<number> => {
  const [row] = await ownerSql<[{ people: number }]>`select count(*) as people from users`
  return row.people
}

const manifestOf = (backupId: string): Promise<Manifest> =>
  readManifest(stage.vault, backupId, parseRecoveryKey(stage.keys.recoveryKey).manifestKeys)

/** One bit of the first part of a table. */
const flip = async (backupId: string): Promise<void> => {
  const table = (await manifestOf(backupId)).tables.find(({ name }) => name === 'transactions')
  const key = table?.parts[0]?.key ?? ''
  const bytes = await stage.store.get(stage.vault.backups, key, { maxBytes: 1e8 })
  bytes.writeUInt8(bytes.readUInt8(99) ^ 4, 99)
  await stage.store.put(stage.vault.backups, key, bytes, { contentType: 'application/octet-stream' })
}

test('without any backup there is nothing to do, and a database that holds data is left alone', async () => {
  const target = await stage.emptyDatabase()
  expect(await recover(target)).toBeUndefined()
  await stage.addPerson()
  await backup()
  await target.ownerSql`create table mine (id int)`
  keysAsked = 0
  expect(await recover(target)).toBeUndefined()
  // the recovery key may be kept elsewhere until it is needed
  expect(keysAsked).toBe(0)
  expect(await target.ownerSql`select * from mine`).toEqual([])
})

test('the newest complete one is taken, though only an older one was proven before', async () => {
  const older = await backup()
  await markVerified(stage.vault, older, {})
  await stage.addPerson()
  const newest = await backup()
  const target = await stage.emptyDatabase()
  const recovery = await recover(target)
  expect(recovery).toMatchObject({ report: { backupId: newest, differences: [], drift: 0 }, skipped: [] })
  expect(await peopleIn(target)).toBe(2)
  expect(await target.ownerSql`select actor, subject from audit_log where action = 'restored'`).toEqual([
    { actor: 'recovery', subject: `backup:${newest}` },
  ])
})

const DAMAGE: [string, (backupId: string) => Promise<unknown>, RegExp][] = [
  ['a part with another bit', flip, /is not the one that was written/],
  [
    'a manifest that is cut off',
    (id) => putManifest(stage.vault, id, '{"signature":"'),
    /damaged or cut off/,
  ],
  [
    'a part that is missing',
    (id) => removeAll(stage.vault, stage.vault.backups, `${folderOf(id)}public.users`),
    /missing/,
  ],
  [
    'rows that are not those that were counted',
    async (id) => {
      const manifest = await manifestOf(id)
      const ledger = { ...manifest.ledger, coins: '999' }
      const signer = parseSigningKey(stage.keys.signingKey)
      await putManifest(stage.vault, id, sealManifest({ ...manifest, ledger }, signer))
    },
    /totals of the ledger differ/,
  ],
]

test.each(DAMAGE)(
  '%s: the next older one is taken, and the operators are told',
  async (_what, damage, why) => {
    const older = await backup()
    await stage.addPerson()
    const newest = await backup()
    await damage(newest)
    const target = await stage.emptyDatabase()
    const said: string[] = []
    const recovery = await recover(target, (line) => said.push(line))
    expect(recovery).toMatchObject({
      report: { backupId: older, differences: [] },
      skipped: [{ backupId: newest, why: expect.stringMatching(why) }],
    })
    expect(said.join('\n')).toMatch(`${newest} does not prove good`)
    const alerts = await target.ownerSql<{ subject: string }[]>`
    select payload->>'subject' as subject from graphile_worker._private_jobs where payload->>'kind' = 'restore-check-failed'`
    expect(alerts).toEqual([{ subject: `backup:${newest}` }])
    await removeAll(stage.vault, stage.vault.backups, folderOf(newest))
  },
)

test('what was broken off goes on first, with the backup that it had begun with', async () => {
  const first = await backup()
  const target = await stage.emptyDatabase()
  await expect(
    stage.restoreInto(target, {
      backupId: first,
      say: (line) => {
        if (/public\.transactions$/.test(line)) throw new Error('killed')
      },
    }),
  ).rejects.toThrow('killed')
  await backup()
  const said: string[] = []
  expect(await recover(target, (line) => said.push(line))).toMatchObject({
    report: { backupId: first },
    skipped: [],
  })
  expect(said.join('\n')).toMatch(/an interrupted restore of this backup goes on/)
})

test('what somebody else has ended meanwhile is not thrown away', async () => {
  const first = await backup()
  const target = await stage.emptyDatabase()
  const say = (line: string) => {
    if (/public\.transactions$/.test(line)) throw new Error('killed')
  }
  await expect(stage.restoreInto(target, { backupId: first, say })).rejects.toThrow('killed')
  const { store } = stage.vault
  let isEnded = false
  /** The other one comes to its end while this one still reads what there is to restore. */
  const get: typeof store.get = async (...request) => {
    if (!isEnded) {
      isEnded = true
      await stage.restoreInto(target, { backupId: first })
      await target.ownerSql`create table mine (id int)`
    }
    return store.get(...request)
  }
  await expect(recover(target, undefined, { ...stage.vault, store: { ...store, get } })).rejects.toThrow(
    TargetNotEmpty,
  )
  expect(isEnded).toBe(true)
  expect(await target.ownerSql`select * from mine`).toEqual([])
})

test('two at once into one database: one does it, the other is told so', async () => {
  const target = await stage.emptyDatabase()
  const outcomes = await Promise.allSettled([recover(target), recover(target)])
  const failed = outcomes.filter((one) => one.status === 'rejected')
  expect(failed.map(({ reason }) => reason)).toEqual([expect.any(RestoreBusy)])
  expect(await peopleIn(target)).toBeGreaterThan(2)
})

test('where none proves good nothing may be used', async () => {
  await removeAll(stage.vault, stage.vault.backups, 'backups/')
  const only = await backup()
  await flip(only)
  const target = await stage.emptyDatabase()
  await expect(recover(target)).rejects.toThrow(/None of 1 backup\(s\) proves good/)
  await expect(prepare(target)).rejects.toThrow(/broken off/)
  // with a good one it starts over by itself
  await stage.addPerson()
  const next = await backup()
  expect(await recover(target)).toMatchObject({ report: { backupId: next }, skipped: [{ backupId: only }] })
})
