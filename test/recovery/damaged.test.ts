import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeBackupKeys, parseRecoveryKey, parseSigningKey } from '#shared/backup/keys.ts'
import { DamagedBackup, type Manifest, partsOf, sealManifest } from '#shared/backup/manifest.ts'
import { openPart } from '#shared/backup/part.ts'
import { planRestore } from '#shared/backup/restore-plan.ts'
import { folderOf, getObject, putManifest, readManifest } from '#shared/backup/vault.ts'
import { readMigrations } from '#shared/db/migration-files.ts'
import { processEnv } from '#shared/platform/env.ts'
import { MIGRATIONS_DIR } from '../support/template-database.ts'
import { openStage, type Stage } from './support/stage.ts'

const FLIPS = 50
const seed = Number(processEnv().RECOVERY_SEED || randomInt(2 ** 31))

let stage: Stage
let backupId: string
let manifest: Manifest
let original: string

/** mulberry32: the same faults again from the same seed. */
const randomOf = (start: number): (() => number) => {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

beforeAll(async () => {
  stage = await openStage()
  await stage.addPerson()
  await stage.addPerson(['one', 'two'])
  backupId = (await stage.backup()).backupId
  manifest = await readManifest(stage.vault, backupId, keys().manifestKeys)
  original = (await getObject(stage.vault, 'backups', manifestKey())).toString('utf8')
})
afterAll(() => stage.close())

const keys = () => parseRecoveryKey(stage.keys.recoveryKey)
const manifestKey = (): string => `${folderOf(backupId)}manifest.json`

/** All that a restore reads, without a database: it must stop at the first thing that is wrong. */
const readAll = async (recoveryKey = stage.keys.recoveryKey): Promise<void> => {
  const { manifestKeys, identities } = parseRecoveryKey(recoveryKey)
  const migrations = await readMigrations(MIGRATIONS_DIR)
  const plan = await planRestore({ vault: stage.vault, manifestKeys, identities, migrations, backupId })
  for (const { place, part } of partsOf(plan.manifest))
    await openPart(await getObject(stage.vault, place, part.key), part, identities)
}

type Target = { bucket: string; key: string; bytes: Buffer }

const targets = async (): Promise<Target[]> => {
  const all: Target[] = [{ bucket: stage.vault.backups, key: manifestKey(), bytes: Buffer.from(original) }]
  for (const { place, part } of partsOf(manifest))
    all.push({
      bucket: stage.vault[place],
      key: part.key,
      bytes: await getObject(stage.vault, place, part.key),
    })
  return all
}

const write = ({ bucket, key }: Target, bytes: Buffer): Promise<void> =>
  stage.store.put(bucket, key, bytes, { contentType: 'application/octet-stream' })

test('it reads well before anything is done to it', async () => {
  await expect(readAll()).resolves.toBeUndefined()
})

test(`${FLIPS} random bit flips, each found (RECOVERY_SEED=${seed})`, async () => {
  const random = randomOf(seed)
  const all = await targets()
  const missed: string[] = []
  for (let n = 0; n < FLIPS; n += 1) {
    const target = all[Math.floor(random() * all.length)] as Target
    const at = Math.floor(random() * target.bytes.length)
    const bit = Math.floor(random() * 8)
    const flipped = Buffer.from(target.bytes)
    flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << bit), at)
    await write(target, flipped)
    const found = await readAll().then(
      () => false,
      (error: unknown) => error instanceof DamagedBackup,
    )
    if (!found) missed.push(`${target.key} byte ${at} bit ${bit}`)
    await write(target, target.bytes)
  }
  console.log(`bit flips: ${FLIPS - missed.length} of ${FLIPS} detected, seed ${seed}`)
  expect(missed).toEqual([])
}, 120_000)

test('every object cut off by a byte, at half and to nothing, and every object missing', async () => {
  for (const target of await targets()) {
    for (const length of [target.bytes.length - 1, Math.floor(target.bytes.length / 2), 0]) {
      await write(target, target.bytes.subarray(0, length))
      await expect(readAll(), `${target.key} to ${length}`).rejects.toThrow(DamagedBackup)
    }
    await write(target, target.bytes)
    // a folder without its manifest is no backup at all
    if (target.key === manifestKey()) continue
    await stage.store.remove(target.bucket, [target.key])
    await expect(readAll(), target.key).rejects.toThrow(DamagedBackup)
    await write(target, target.bytes)
  }
}, 120_000)

test('two parts exchanged', async () => {
  const [first, second] = (await targets()).filter(({ key }) => /users|transactions/.test(key))
  if (!first || !second) throw new Error('There are no two parts.')
  await write(first, second.bytes)
  await write(second, first.bytes)
  await expect(readAll()).rejects.toThrow(DamagedBackup)
  await write(first, first.bytes)
  await write(second, second.bytes)
})

test('another recovery key opens nothing', async () => {
  const other = await makeBackupKeys()
  const [, publicLine = '', ourManifestKey = ''] = stage.keys.recoveryKey.split('\n')
  const foreign = other.recoveryKey.split('\n').at(-1) ?? ''
  const mixed = [publicLine, ourManifestKey, foreign].join('\n')
  await expect(readAll(mixed)).rejects.toThrow(/does not open: wrong key/)
  await expect(readAll(other.recoveryKey)).rejects.toThrow(/of another installation/)
})

const withManifest = async (text: string): Promise<unknown> => {
  await putManifest(stage.vault, backupId, text)
  const error: unknown = await readAll().catch((caught: unknown) => caught)
  await putManifest(stage.vault, backupId, original)
  return error
}

test('a manifest edited by hand: a figure, a part left out, a space, the signature of another one', async () => {
  const parsed = JSON.parse(original) as { signature: string; manifest: Manifest }
  const edits = [
    { ...parsed, manifest: { ...parsed.manifest, ledger: { ...parsed.manifest.ledger, coins: '999' } } },
    { ...parsed, manifest: { ...parsed.manifest, tables: parsed.manifest.tables.slice(1) } },
    { ...parsed, manifest: { ...parsed.manifest, backupId: '20260101T000000Z-aaaaaa' } },
    { ...parsed, signature: parsed.signature.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) },
    { ...parsed, extra: 1 },
  ]
  for (const edit of edits)
    expect(await withManifest(`${JSON.stringify(edit)}\n`)).toBeInstanceOf(DamagedBackup)
  expect(await withManifest(original.replace(',', ', '))).toBeInstanceOf(DamagedBackup)
  expect(await withManifest(`${original} `)).toBeInstanceOf(DamagedBackup)
  expect(await withManifest('')).toBeInstanceOf(DamagedBackup)
  await expect(readAll()).resolves.toBeUndefined()
})

test('a backup of another installation, signed well by its own key', async () => {
  const other = await makeBackupKeys()
  const forged = sealManifest(manifest, parseSigningKey(other.signingKey))
  expect(String(await withManifest(forged))).toMatch(/changed after it had been signed|another installation/)
})

test('a manifest of ours that lies in the place of another backup', async () => {
  const text = sealManifest(
    { ...manifest, backupId: '20260101T000000Z-aaaaaa' },
    parseSigningKey(stage.keys.signingKey),
  )
  expect(String(await withManifest(text))).toMatch(/in the place of another/)
})

test('a backup of a newer version is refused before anything is touched', async () => {
  const schema = { ...manifest.schema, version: '9999-future' }
  const text = sealManifest({ ...manifest, schema }, parseSigningKey(stage.keys.signingKey))
  expect(String(await withManifest(text))).toMatch(/newer than this code \(9999-future\)/)
})

test('a manifest of a later format is refused', async () => {
  const later = { ...manifest, format: 2 }
  const { sign } = parseSigningKey(stage.keys.signingKey)
  const text = `${JSON.stringify({ signature: sign(JSON.stringify(later)), manifest: later })}\n`
  expect(String(await withManifest(text))).toMatch(/format that this version does not know/)
})
