import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { TargetNotEmpty } from '#shared/backup/restore.ts'
import { findBegun, lookAtTarget } from '#shared/backup/restore-plan.ts'
import { listFolders } from '#shared/backup/vault.ts'
import { prepareDatabase } from '#shared/db/prepare.ts'
import { processEnv } from '#shared/platform/env.ts'
import type { TestDatabase } from '../support/database.ts'
import { MIGRATIONS_DIR } from '../support/template-database.ts'
import type { Task } from './support/dying.ts'
import { asBackup, openStage, type Stage } from './support/stage.ts'

const SCRIPT = fileURLToPath(new URL('./support/dying.ts', import.meta.url))

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  await stage.addPerson()
  await stage.addPerson(['one', 'two'])
})
afterAll(() => stage.close())

/** How the process ended: by the signal that it was given, or with a code. */
const runDying = async (task: Pick<Task, 'work' | 'dieAt' | 'databaseUrl' | 'appUrl'>): Promise<unknown> => {
  const { backups, copies } = stage.vault
  const whole: Task = {
    ...task,
    s3: inject('servers').s3,
    buckets: { ...stage.source.buckets, backups, copies },
    keys: stage.keys,
    migrationsDir: MIGRATIONS_DIR,
  }
  const child = spawn(process.execPath, [SCRIPT, JSON.stringify(whole)], {
    env: { PATH: processEnv().PATH ?? '' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code, signal] = await once(child, 'exit')
  return signal ?? code
}

const backup = (step: string, nth = 1): Promise<unknown> =>
  runDying({
    work: 'backup',
    dieAt: { step, nth },
    databaseUrl: asBackup(stage.database.ownerUrl),
    appUrl: stage.database.appUrl,
  })

const restore = ({ ownerUrl, appUrl }: TestDatabase, step: string, nth = 1): Promise<unknown> =>
  runDying({ work: 'restore', dieAt: { step, nth }, databaseUrl: ownerUrl, appUrl })

/** Nothing is left open on the server by a process that is no more. */
const untilGone = async (sql: TestDatabase['ownerSql'], application: string): Promise<void> => {
  await expect
    .poll(
      async () =>
        (
          await sql`select 1 from pg_stat_activity
      where datname = current_database() and application_name = ${application}`
        ).length,
    )
    .toBe(0)
}

test.each([
  ['sweep', 1],
  ['table public.', 1],
  ['put backups/', 1],
  ['put backups/', 6],
  ['put keys/', 1],
  ['table graphile_worker.', 3],
  ['kit', 1],
  ['objects', 1],
  ['check', 1],
  ['manifest', 1],
] as const)(
  'a backup killed at "%s" (%i): nothing of it is listed, and the next one is good',
  async (step, nth) => {
    const before = (await listFolders(stage.vault)).backups
    expect(await backup(step, nth)).toBe('SIGKILL')
    expect((await listFolders(stage.vault)).backups).toEqual(before)
    await untilGone(stage.sql, 'kopeika-backup')
    const { backupId } = await stage.backup()
    const { backups, leftovers } = await listFolders(stage.vault)
    expect(leftovers).toEqual([])
    expect(backups.at(-1)?.backupId).toBe(backupId)
    const report = await stage.restoreInto(await stage.emptyDatabase())
    expect(report).toMatchObject({ backupId, differences: [], drift: 0 })
  },
)

test('a backup killed right behind its manifest counts, and is good', async () => {
  expect(await backup('tidy')).toBe('SIGKILL')
  const backupId = (await listFolders(stage.vault)).backups.at(-1)?.backupId
  const report = await stage.restoreInto(await stage.emptyDatabase())
  expect(report).toMatchObject({ backupId, differences: [] })
})

const prepare = (target: TestDatabase) =>
  prepareDatabase({ ownerUrl: target.ownerUrl, appUrl: target.appUrl, migrationsDir: MIGRATIONS_DIR })

let target: TestDatabase
beforeEach(async () => {
  target = await stage.emptyDatabase()
})

test.each([
  ['empty', 1],
  ['schema', 1],
  ['migrations', 1],
  ['job tables', 1],
  ['rows ', 1],
  ['rows ', 5],
  ['rows public.transactions', 1],
  ['prove', 1],
  ['object ', 1],
  ['erase', 1],
  ['end', 1],
] as const)(
  'a restore killed at "%s" (%i): nobody can use what is there, and the next one brings all of it back',
  async (step, nth) => {
    const { backupId } = await stage.backup()
    for (const kind of ['avatars', 'transcripts'] as const) {
      const keys: string[] = []
      for await (const { key } of stage.store.list(stage.source.buckets[kind], '')) keys.push(key)
      await stage.store.remove(stage.source.buckets[kind], keys)
    }
    expect(await restore(target, step, nth)).toBe('SIGKILL')
    await untilGone(target.ownerSql, 'kopeika-restore')
    const isUntouched = (await lookAtTarget(target.ownerSql, '')) === 'empty'
    expect((await findBegun(target.ownerSql)) ?? 'none').toBe(isUntouched ? 'none' : backupId)
    if (!isUntouched) await expect(prepare(target)).rejects.toThrow(/broken off/)
    const report = await stage.restoreInto(target, { source: stage.source })
    expect(report).toMatchObject({ backupId, differences: [], drift: 0, objectsMissing: 0 })
    const left: string[] = []
    for await (const { key } of stage.store.list(stage.source.buckets.avatars, 'avatars/')) left.push(key)
    expect(left.length).toBe(2)
    expect(await findBegun(target.ownerSql)).toBeUndefined()
  },
)

test('a restore killed when all was proven, before the migrations forward: the next start does those', async () => {
  await stage.backup()
  expect(await restore(target, 'prepare')).toBe('SIGKILL')
  await untilGone(target.ownerSql, 'kopeika-restore')
  await expect(stage.restoreInto(target)).rejects.toThrow(TargetNotEmpty)
  await expect(prepare(target)).resolves.toMatchObject({ applied: [] })
  expect(await target.appSql`select count(*) as people from users`).toEqual([{ people: 2 }])
})
