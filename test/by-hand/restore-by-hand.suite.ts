import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fingerprintTable, fixTextForms } from '#shared/backup/catalogue.ts'
import { parseRecoveryKey } from '#shared/backup/keys.ts'
import { readManifest } from '#shared/backup/vault.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { processEnv } from '#shared/platform/env.ts'
import { openStage, type Stage } from '../recovery/support/stage.ts'

const run = promisify(execFile)
const PAGE = fileURLToPath(new URL('../../docs/operations/restore-by-hand.md', import.meta.url))

/** The commands of the page, exactly as they stand. */
const commandsOf = (page: string): string =>
  [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block).join('\n')

let stage: Stage
let folder: string
beforeAll(async () => {
  stage = await openStage()
  folder = mkdtempSync(join(tmpdir(), 'kopeika-by-hand-'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await stage.close()
})

const download = async (bucket: string): Promise<void> => {
  for await (const { key } of stage.store.list(bucket, '')) {
    const file = join(folder, 'buckets', key)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, await stage.store.get(bucket, key, { maxBytes: 1e8 }))
  }
}

const follow = (id: string, target: string) =>
  run('bash', ['--norc', '-euo', 'pipefail', '-c', commandsOf(readFileSync(PAGE, 'utf8'))], {
    cwd: folder,
    env: { PATH: processEnv().PATH ?? '', HOME: folder, LC_ALL: 'C', ID: id, TARGET: target },
  })

test('the page, followed word for word, brings back the same rows and files; an altered part stops it', async () => {
  const people = [await stage.addPerson(), await stage.addPerson(['one', 'two'])]
  await stage.sql`
    insert into transactions (user_id, amount, type, description, balance_after, actor)
    select ${people[0]?.id ?? ''}, case when n % 2 = 0 then 1 else -1 end, 'adjustment', E'tab\t back\\\\ line\n ' || n, 10, 'test'
    from generate_series(1, 3000) n`
  const { backupId } = await stage.backup({ partPlainBytes: 100_000 })
  await download(stage.vault.backups)
  await download(stage.vault.copies)
  writeFileSync(join(folder, 'recovery.key'), `${stage.keys.recoveryKey}\n`)

  const target = await stage.emptyDatabase()
  const { stdout } = await follow(backupId, target.ownerUrl)
  expect(stdout).toContain('Signature Verified Successfully')
  expect(stdout).toContain('0 differences')

  const { manifestKeys } = parseRecoveryKey(stage.keys.recoveryKey)
  const manifest = await readManifest(stage.vault, backupId, manifestKeys)
  const found = await inTransaction(target.ownerSql, async (tx) => {
    await fixTextForms(tx)
    const tables = []
    for (const table of manifest.tables)
      tables.push({ name: table.name, ...(await fingerprintTable(tx, table)) })
    return tables
  })
  // what processes of before hold is free: the page ends with that
  const freed = new Set(['leases'])
  for (const { name, rows, hash } of manifest.tables.filter((table) => !freed.has(table.name)))
    expect(found.find((one) => one.name === name)).toEqual({ name, rows, hash })
  for (const { avatarKey } of people) {
    const original = await stage.store.get(stage.source.buckets.avatars, avatarKey, { maxBytes: 1e6 })
    expect(readFileSync(join(folder, 'objects', avatarKey)).equals(original)).toBe(true)
  }

  const part = join(folder, 'buckets/backups', backupId, 'public.transactions.00001.zst.age')
  const bytes = readFileSync(part)
  bytes.writeUInt8(bytes.readUInt8(400) ^ 1, 400)
  writeFileSync(part, bytes)
  const second = await stage.emptyDatabase()
  await expect(follow(backupId, second.ownerUrl)).rejects.toMatchObject({
    stderr: expect.stringContaining('1 computed checksum did NOT match'),
  })
  expect(await second.ownerSql`select 1 from pg_tables where schemaname = 'public'`).toEqual([])
})
