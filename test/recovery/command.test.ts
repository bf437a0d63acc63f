import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { noteErasure } from '#shared/backup/erasures.ts'
import { processEnv } from '#shared/platform/env.ts'
import type { TestDatabase } from '../support/database.ts'
import { openStage, type Stage } from './support/stage.ts'

const run = promisify(execFile)

let stage: Stage
let folder: string
let target: TestDatabase
let backupId: string
beforeAll(async () => {
  stage = await openStage()
  folder = mkdtempSync(join(tmpdir(), 'kopeika-restore-'))
  writeFileSync(join(folder, 'recovery.key'), stage.keys.recoveryKey)
  await stage.addPerson()
  backupId = (await stage.backup()).backupId
  target = await stage.emptyDatabase()
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await stage.close()
})

const restore = async (...args: string[]): Promise<{ code: number; text: string }> => {
  const { s3 } = inject('servers')
  const env = {
    PATH: processEnv().PATH ?? '',
    KOPEIKA_HOME: folder,
    DATABASE_URL: target.ownerUrl,
    APP_DATABASE_URL: target.appUrl,
    RECOVERY_KEY_FILE: join(folder, 'recovery.key'),
    S3_ENDPOINT: s3.endpoint,
    S3_ACCESS_KEY: s3.accessKey,
    S3_SECRET_KEY: s3.secretKey,
    S3_BUCKET_BACKUPS: stage.vault.backups,
    S3_BUCKET_COPIES: stage.vault.copies,
    S3_BUCKET_AVATARS: stage.source.buckets.avatars,
    S3_BUCKET_TRANSCRIPTS: stage.source.buckets.transcripts,
  }
  try {
    const { stdout, stderr } = await run(process.execPath, ['scripts/admin.ts', 'restore', ...args], { env })
    return { code: 0, text: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, text: stdout + stderr }
  }
}

test('lists, shows the plan and changes nothing, restores with the word, refuses what is not empty', async () => {
  expect(await restore('--list')).toEqual({ code: 0, text: `${backupId}\n` })
  const plan = await restore('--backup', backupId)
  expect(plan.text).toMatch(/holds +\d+ rows in \d+ tables.*; 1 objects/)
  expect(plan.text).toMatch(/target +empty\nNothing was done yet/)
  expect(await target.ownerSql`select 1 from pg_tables where schemaname = 'public'`).toEqual([])

  const done = await restore('--yes')
  expect(done).toMatchObject({
    code: 0,
    text: expect.stringMatching(/0 differences, 0 wallet.*\nRPO \d+ s, RTO/),
  })
  expect(done.text).toMatch(/reconcile could not be run now/)
  expect(await target.ownerSql`select coins from user_balances`).toEqual([{ coins: 10 }])
  expect(await target.ownerSql`select subject from audit_log where action = 'restored'`).toEqual([
    { subject: `backup:${backupId}` },
  ])

  const again = await restore('--yes')
  expect(again).toMatchObject({ code: 1, text: expect.stringMatching(/not empty: nothing was done/) })
  expect(await restore('--if-empty', '--yes')).toMatchObject({
    code: 0,
    text: expect.stringMatching(/nothing to restore/),
  })
  await target.ownerSql`update user_balances set coins = 99`
  expect((await restore('--yes', '--replace')).code).toBe(0)
  expect(await target.ownerSql`select coins from user_balances`).toEqual([{ coins: 10 }])
}, 300_000)

test('erases again whoever was erased, in a database that came back by other means', async () => {
  const [person] = await target.ownerSql<
    { id: string }[]
  >`select id from users where erased_at is null limit 1`
  await noteErasure(stage.vault, { userId: person?.id ?? '', erasedAt: new Date() })
  expect(await restore('--erasures')).toMatchObject({
    code: 0,
    text: expect.stringMatching(/1 erasure.*Nothing/),
  })
  expect(await restore('--erasures', '--yes')).toEqual({ code: 0, text: '1 of 1 erasure(s) applied again\n' })
  expect(await target.ownerSql`select telegram_id from users where erased_at is not null`).toEqual([
    { telegram_id: null },
  ])
  expect(await restore('--erasures', '--yes')).toEqual({ code: 0, text: '0 of 1 erasure(s) applied again\n' })
}, 120_000)

test.each([
  [['--if-empty'], /goes with --yes/],
  [['--backup', '20200101T000000Z-000000'], /There is no backup 2020/],
  [['--backup', '../../etc'], /There is no backup/],
  [['--bucket', 'x'], /Unknown option/],
])('%j is refused in words', async (args, message) => {
  const { code, text } = await restore(...args)
  expect(code).toBe(1)
  expect(text).toMatch(message)
  expect(text).not.toMatch(/\n\s+at /)
})
