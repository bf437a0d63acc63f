import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noteErasure } from '#shared/backup/erasures.ts'
import { readSchemaFiles } from '#shared/backup/kit.ts'
import { TargetNotEmpty } from '#shared/backup/restore.ts'
import { findBegun } from '#shared/backup/restore-plan.ts'
import { migrate } from '#shared/db/migrate.ts'
import { prepareDatabase } from '#shared/db/prepare.ts'
import { createEnvelope, open, parseMasterKeys, transcriptRecord } from '#shared/platform/crypto.ts'
import type { ObjectStore } from '#shared/storage/object-store.ts'
import { MIGRATIONS_DIR } from '../support/template-database.ts'
import { openStage, type Stage } from './support/stage.ts'

let stage: Stage
let failReadsAfter = Number.POSITIVE_INFINITY
beforeAll(async () => {
  stage = await openStage(
    (store): ObjectStore => ({
      ...store,
      get: async (bucket, key, options) => {
        failReadsAfter -= 1
        if (failReadsAfter < 0) throw new Error('the line was cut')
        return store.get(bucket, key, options)
      },
    }),
  )
  for (let n = 0; n < 3; n += 1) await stage.addPerson()
})
afterAll(() => stage.close())

test('a database that is not empty is left alone without the word, and replaced with it', async () => {
  await stage.backup()
  const target = await stage.emptyDatabase()
  await target.ownerSql`create table mine (id int)`
  await expect(stage.restoreInto(target)).rejects.toThrow(TargetNotEmpty)
  expect(await target.ownerSql`select * from mine`).toEqual([])
  expect(await stage.restoreInto(target, { replace: true })).toMatchObject({ differences: [] })
  await expect(target.ownerSql`select * from mine`).rejects.toMatchObject({ code: '42P01' })
})

test('an interrupted restore goes on where it was, and ends the same', async () => {
  await stage.backup()
  const target = await stage.emptyDatabase()
  failReadsAfter = 12
  await expect(stage.restoreInto(target)).rejects.toThrow(/the line was cut/)
  failReadsAfter = Number.POSITIVE_INFINITY
  const [before] = await target.ownerSql<
    { done: number }[]
  >`select count(*) as done from kopeika_restore.done`
  expect(before?.done).toBeGreaterThan(3)
  // nobody may take it for a whole one meanwhile
  expect(await findBegun(target.ownerSql)).toMatch(/./)
  const half = { ownerUrl: target.ownerUrl, appUrl: target.appUrl, migrationsDir: MIGRATIONS_DIR }
  await expect(prepareDatabase(half)).rejects.toThrow(/was broken off/)
  expect(await stage.restoreInto(target)).toMatchObject({ differences: [], drift: 0 })
  expect(await findBegun(target.ownerSql)).toBeUndefined()
  await expect(stage.restoreInto(target)).rejects.toThrow(TargetNotEmpty)
})

test('who was erased since the backup is erased again, and unreadable in the older one', async () => {
  const person = await stage.addPerson(['the secret'])
  const { backupId } = await stage.backup()
  // still readable: the key is there
  const before = await stage.emptyDatabase()
  await stage.restoreInto(before, { backupId })
  const [row] = await before.ownerSql<{ data: Buffer; wrapped: Buffer }[]>`
    select transcript_data as data, wrapped_key as wrapped from user_transcripts t join user_keys k using (user_id)
    where t.user_id = ${person.id}`
  const envelope = createEnvelope(parseMasterKeys(stage.masterKeys))
  const context = {
    ownerId: person.id,
    recordId: transcriptRecord(person.transcripts[0] ?? '', 'text'),
    keyVersion: 1,
  }
  expect(
    open(
      envelope.unwrapDataKey(person.id, row?.wrapped ?? Buffer.alloc(0)),
      context,
      row?.data ?? Buffer.alloc(0),
    ).toString(),
  ).toBe('the secret')

  const { sql } = stage
  await sql`delete from user_keys where user_id = ${person.id}`
  await sql`delete from user_transcripts where user_id = ${person.id}`
  await sql`delete from user_avatars where user_id = ${person.id}`
  await sql`
    update users set telegram_id = null, username = null, first_name = null, erased_at = now() where id = ${person.id}`
  // in another hour, so that the older one is kept
  await stage.backup({ clock: () => Date.now() + 3 * 3_600_000 })

  const target = await stage.emptyDatabase()
  await stage.store.remove(stage.source.buckets.avatars, [person.avatarKey])
  const report = await stage.restoreInto(target, { backupId, source: stage.source })
  expect(report).toMatchObject({ erasedAgain: 1, objectsMissing: 1 })
  const [erased] =
    await target.ownerSql`select telegram_id, first_name from users where id = ${person.id} and erased_at is not null`
  expect(erased).toEqual({ telegram_id: null, first_name: null })
  expect(await target.ownerSql`select 1 from user_transcripts where user_id = ${person.id}`).toEqual([])
  expect(
    await target.ownerSql`select 1 from graphile_worker._private_jobs where payload::text like ${`%${person.id}%`}`,
  ).toEqual([])
  expect(
    await target.ownerSql`select sum(amount)::bigint as sum from transactions where user_id = ${person.id}`,
  ).toEqual([{ sum: 10 }])

  // nothing in the buckets gives the key or the picture back
  const left: string[] = []
  for await (const { key } of stage.store.list(stage.vault.copies, '')) left.push(key)
  expect(left.filter((key) => key.startsWith('keys/') && key.includes(backupId))).toEqual([])
  expect(left.filter((key) => key.startsWith(`objects/avatars/${person.id}`))).toEqual([])
})

test('the key of a person whose erasure was noted at once is gone with the next backup, also from the one before it', async () => {
  const person = await stage.addPerson(['the secret'])
  const keysLeft = async (): Promise<string[]> => {
    const folders = new Set<string>()
    for await (const { key } of stage.store.list(stage.vault.copies, 'keys/'))
      folders.add(key.split('/')[1] ?? '')
    return [...folders].sort()
  }
  const at = Date.now() + 24 * 3_600_000
  const before = await stage.backup({ clock: () => at })
  const { sql } = stage
  await sql`delete from user_keys where user_id = ${person.id}`
  const erasedAt = new Date(at + 60_000)
  await sql`update users set telegram_id = null, first_name = null, erased_at = ${erasedAt} where id = ${person.id}`
  await noteErasure(stage.vault, { userId: person.id, erasedAt })
  expect(await keysLeft()).toContain(before.backupId)
  const next = await stage.backup({ clock: () => at + 3_600_000 })
  expect(await keysLeft()).toEqual([next.backupId])
  // without an erasure the last two stay, so that one damaged backup does not cost the texts of the one before
  await sql`update users set erased_at = ${new Date(at - 3_600_000)} where id = ${person.id}`
  const last = await stage.backup({ clock: () => at + 7_200_000 })
  expect(await keysLeft()).toEqual([next.backupId, last.backupId])
})

test('an erasure that no backup has seen yet is applied too, once it is noted', async () => {
  const person = await stage.addPerson()
  const { backupId } = await stage.backup()
  await noteErasure(stage.vault, { userId: person.id, erasedAt: new Date() })
  const report = await stage.restoreInto(await stage.emptyDatabase(), { backupId })
  expect(report.erasedAgain).toBeGreaterThanOrEqual(1)
})

test('a backup of an older schema is restored and brought forward', async () => {
  const old = await stage.emptyDatabase()
  const files = await readSchemaFiles(MIGRATIONS_DIR)
  // this version without its newest migration
  const older = { ...files, migrations: files.migrations.slice(0, -1) }
  await migrate({ ownerUrl: old.ownerUrl, files: older.migrations })
  const { runScript } = await import('#shared/db/migrate.ts')
  await runScript(old.ownerUrl, files.worker)
  const [user] = await old.ownerSql<
    { id: string }[]
  >`insert into users (telegram_id) values (77) returning id`
  await old.ownerSql`insert into user_balances (user_id, coins) values (${user?.id ?? ''}, 3)`
  await old.ownerSql`
    insert into transactions (user_id, amount, type, description, balance_after, actor)
    values (${user?.id ?? ''}, 3, 'bonus', 'Welcome', 3, 'test')`
  const { backupId } = await stage.backup({ databaseUrl: old.ownerUrl, schemaFiles: older })
  const target = await stage.emptyDatabase()
  expect(await stage.restoreInto(target, { backupId })).toMatchObject({ differences: [], drift: 0 })
  const [newest] = await target.ownerSql<
    { id: string }[]
  >`select max(id collate "C") as id from schema_migrations`
  expect(newest?.id).toBe(files.migrations.at(-1)?.id)
  expect(await target.ownerSql`select coins from user_balances`).toEqual([{ coins: 3 }])
})

test('a database that this code did not migrate is not backed up: it could not come back', async () => {
  const files = await readSchemaFiles(MIGRATIONS_DIR)
  const [first, ...rest] = files.migrations
  const changed = {
    ...files,
    migrations: [{ ...(first ?? rest[0]), checksum: '0'.repeat(64) }, ...rest] as typeof rest,
  }
  await expect(stage.backup({ schemaFiles: changed })).rejects.toThrow(/is not the one of this code/)
})

test('locks and leases of the dead are free after a restore', async () => {
  const { sql } = stage
  await sql`insert into leases (name, holder, expires_at) values (${randomUUID()}, 'dead', now() + interval '1 day')`
  await sql`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'dead'`
  const { backupId } = await stage.backup()
  const target = await stage.emptyDatabase()
  await stage.restoreInto(target, { backupId })
  expect(await target.ownerSql`select 1 from leases`).toEqual([])
  expect(
    await target.ownerSql`select 1 from graphile_worker._private_jobs where locked_by is not null`,
  ).toEqual([])
})
