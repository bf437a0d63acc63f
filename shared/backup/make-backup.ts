import { removeAll } from '#shared/storage/remove-all.ts'
import { noteErasures } from './erasures.ts'
import { installationOf, type ManifestSigner } from './keys.ts'
import { packKit, type SchemaFiles } from './kit.ts'
import { type Manifest, type PartEntry, partsOf, rowsOf, sealManifest } from './manifest.ts'
import { copyObjects, formatLine, type Source } from './objects.ts'
import type { Pace } from './pace.ts'
import { type PartSink, sealBytes, sha256Of, writeParts } from './part.ts'
import { chooseOutdated, type Retention } from './retention.ts'
import { takeSnapshot } from './snapshot.ts'
import { folderOf, keysFolderOf, listFolders, newBackupId, putManifest, type Vault } from './vault.ts'

export type BackupOptions = {
  vault: Vault
  source: Source
  /** A role that may read every table. */
  databaseUrl: string
  recipients: readonly string[]
  signer: ManifestSigner
  schemaFiles: SchemaFiles
  retention: Retention
  clock: () => number
  /** Rejects when another run may have taken our place: then nothing of this one may count. */
  assertOurs?: () => Promise<void>
  /** Told of each step; throwing ends the run (tests die there). */
  onStep?: (step: string) => Promise<void> | void
  partPlainBytes?: number
  /** Rests between pieces of work; none unless said. */
  pace?: Pace
}

export type BackupResult = {
  backupId: string
  /** Written to the backup bucket, in all. */
  bytes: number
  rows: number
  objects: number
  seconds: number
  /** What did not succeed after the backup was good: told, and done by the next run. */
  tidyFailure?: Error
}

const OCTETS = 'application/octet-stream'

const sinkOf = (options: BackupOptions, place: 'backups' | 'copies', prefix: string): PartSink => ({
  recipients: options.recipients,
  keyOf: (index) => `${prefix}.${String(index).padStart(5, '0')}.zst.age`,
  put: async (key, bytes) => {
    await options.onStep?.(`put ${key}`)
    await options.vault.store.put(options.vault[place], key, bytes, { contentType: OCTETS })
  },
  plainBytes: options.partPlainBytes,
  pace: options.pace,
})

/** Leftovers of runs that died: they never counted. The lease says that none of them is at it any more. */
const sweep = async ({ vault }: BackupOptions): Promise<void> => {
  const { backups, leftovers } = await listFolders(vault)
  for (const { keys } of leftovers) await vault.store.remove(vault.backups, keys)
  const known = new Set(backups.map(({ backupId }) => keysFolderOf(backupId)))
  for await (const { key } of vault.store.list(vault.copies, 'keys/')) {
    if (![...known].some((folder) => key.startsWith(folder))) await vault.store.remove(vault.copies, [key])
  }
}

const writeKit = async (
  options: BackupOptions,
  key: string,
  manifest: Parameters<typeof packKit>[0],
): Promise<PartEntry> => {
  const tar = packKit(manifest, options.schemaFiles)
  const sealed = await sealBytes(tar, options.recipients)
  await sinkOf(options, 'backups', key).put(key, sealed)
  return { key, bytes: sealed.length, sha256: sha256Of(sealed), rows: 0, plainBytes: tar.length }
}

const writeObjects = async (options: BackupOptions, prefix: string): Promise<Manifest['objects']> => {
  let [count, bytes] = [0, 0]
  async function* lines(): AsyncGenerator<Buffer> {
    for await (const line of copyObjects(
      options.vault,
      options.source,
      options.recipients,
      options.clock(),
    )) {
      count += 1
      bytes += line.bytes
      yield Buffer.from(formatLine(line))
    }
  }
  const inventory = await writeParts(lines(), sinkOf(options, 'backups', prefix))
  return { count, bytes, inventory }
}

/** Every part is there with its length, before the manifest says so. @throws Error naming the first that is not */
const assertStored = async ({ vault }: BackupOptions, manifest: Manifest): Promise<void> => {
  const sizes = new Map<string, number>()
  for await (const { key, sizeBytes } of vault.store.list(vault.backups, folderOf(manifest.backupId)))
    sizes.set(key, sizeBytes)
  for await (const { key, sizeBytes } of vault.store.list(vault.copies, keysFolderOf(manifest.backupId)))
    sizes.set(key, sizeBytes)
  for (const { part } of partsOf(manifest)) {
    if (sizes.get(part.key) !== part.bytes)
      throw new Error(`${part.key} is not in the bucket as it was sent.`)
  }
}

/** An erasure names the moment at which it began; a backup that began within this may have seen the person still. */
const ERASING_MS = 60_000

/**
 * The data keys of the last two backups stay, so that one damaged backup does not take the texts of the one before with it; but none that
 * may hold those of a person who is erased: `clean` are backups from after the last erasure.
 */
const dropOldKeys = async ({ vault }: BackupOptions, backupId: string, clean: string[]): Promise<void> => {
  // not the newest by name: a clock that was set back must not cost this backup its keys
  const kept = [backupId, ...clean.filter((one) => one !== backupId).slice(-1)].map(keysFolderOf)
  for await (const { key } of vault.store.list(vault.copies, 'keys/')) {
    if (!kept.some((folder) => key.startsWith(folder))) await vault.store.remove(vault.copies, [key])
  }
}

const tidy = async (
  options: BackupOptions,
  backupId: string,
  erased: Parameters<typeof noteErasures>[1],
): Promise<void> => {
  await noteErasures(options.vault, erased)
  const { backups } = await listFolders(options.vault)
  // not spread into Math.max: a call takes only so many arguments
  let lastErasureAt = 0
  for (const { erasedAt } of erased) lastErasureAt = Math.max(lastErasureAt, erasedAt.getTime())
  lastErasureAt += ERASING_MS
  const clean = backups.flatMap(({ backupId: id, at }) => (at.getTime() > lastErasureAt ? [id] : []))
  await dropOldKeys(options, backupId, clean)
  for (const outdated of chooseOutdated(backups, options.retention)) {
    const folder = folderOf(outdated.backupId)
    // the manifest first: from then on it is a leftover, whatever happens
    await options.vault.store.remove(options.vault.backups, [`${folder}manifest.json`])
    await removeAll(options.vault, options.vault.backups, folder)
  }
}

/**
 * Makes one backup: the tables of one moment, the objects, and at the very end the manifest, which alone makes it count. Whatever
 * happens before leaves leftovers that the next run removes.
 */
export const makeBackup = async (options: BackupOptions): Promise<BackupResult> => {
  const { vault, signer, clock, onStep } = options
  const startedAt = clock()
  const backupId = newBackupId(new Date(startedAt))
  const folder = folderOf(backupId)
  await onStep?.('sweep')
  await sweep(options)
  const { erased, ...snapshot } = await takeSnapshot({
    databaseUrl: options.databaseUrl,
    sinkFor: ({ schema, name, place }) =>
      sinkOf(options, place, `${place === 'copies' ? keysFolderOf(backupId) : folder}${schema}.${name}`),
    onTable: (name) => onStep?.(`table ${name}`),
    pace: options.pace,
  })
  await onStep?.('kit')
  const kit = await writeKit(options, `${folder}kit.tar.zst.age`, snapshot)
  await onStep?.('objects')
  const objects = await writeObjects(options, `${folder}objects`)
  const manifest: Manifest = {
    format: 1,
    installation: installationOf(signer.publicKey),
    backupId,
    ...snapshot,
    finishedAt: new Date(clock()).toISOString(),
    kit,
    objects,
  }
  await onStep?.('check')
  await assertStored(options, manifest)
  await options.assertOurs?.()
  await onStep?.('manifest')
  await putManifest(vault, backupId, sealManifest(manifest, signer))
  const result = {
    backupId,
    bytes: partsOf(manifest).reduce((sum, { part }) => sum + part.bytes, 0),
    rows: rowsOf(manifest),
    objects: objects.count,
    seconds: Math.max(0, Math.round((clock() - startedAt) / 10) / 100),
  }
  try {
    await onStep?.('tidy')
    await tidy(options, backupId, erased)
    return result
  } catch (error) {
    return { ...result, tidyFailure: error instanceof Error ? error : new Error(String(error)) }
  }
}
