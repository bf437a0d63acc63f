import type { Sql } from '#shared/db/client.ts'
import { AppError } from '#shared/errors.ts'
import { type SchemaFiles, unpackKit } from './kit.ts'
import { DamagedBackup, type Manifest, rowsOf } from './manifest.ts'
import { openPart } from './part.ts'
import { getObject, listFolders, readManifest, type Vault } from './vault.ts'

/** What a restore would do. */
export type RestorePlan = {
  manifest: Manifest
  /** Where the data keys come from: the newest backup that has them. Null: they are gone, texts stay unreadable. */
  keysFrom: Manifest | null
  schemaFiles: SchemaFiles
  rows: number
  bytes: number
  objects: number
}

export type PlanOptions = {
  vault: Vault
  manifestKeys: readonly string[]
  identities: readonly string[]
  /** Newest migration of this code, and all before it. */
  migrations: readonly { id: string }[]
  /** Undefined: the newest one. */
  backupId?: string | undefined
}

/** The newest backup that has keys which are not older than the chosen one: whoever was erased since has none there. */
const findKeys = async (options: PlanOptions, chosen: Manifest): Promise<Manifest | null> => {
  const { vault, manifestKeys } = options
  const folders = new Set<string>()
  for await (const { key } of vault.store.list(vault.copies, 'keys/')) folders.add(key.split('/')[1] ?? '')
  const newestFirst = [...folders]
    .filter((backupId) => backupId >= chosen.backupId)
    .sort()
    .reverse()
  for (const backupId of newestFirst) {
    try {
      return backupId === chosen.backupId ? chosen : await readManifest(vault, backupId, manifestKeys)
    } catch (error) {
      // a damaged newer backup must not keep an older one from its keys
      if (!(error instanceof DamagedBackup)) throw error
    }
  }
  const hadKeys = chosen.tables.some(({ place, rows }) => place === 'copies' && rows > 0)
  return hadKeys ? null : chosen
}

/**
 * Reads what a backup says of itself, and that this version can restore it.
 * @throws DamagedBackup; AppError `conflict` where there is none; Error where there is none of that name, or it is newer than the code
 */
export const planRestore = async (options: PlanOptions): Promise<RestorePlan> => {
  const { vault, manifestKeys, identities } = options
  const { backups } = await listFolders(vault)
  const backupId = options.backupId ?? backups.at(-1)?.backupId
  if (backupId === undefined) throw new AppError('conflict', { detail: 'There is no backup.' })
  if (!backups.some((one) => one.backupId === backupId)) throw new Error(`There is no backup ${backupId}.`)
  const manifest = await readManifest(vault, backupId, manifestKeys)
  if (!options.migrations.some(({ id }) => id === manifest.schema.version))
    throw new Error(
      `The backup is newer than this code (${manifest.schema.version}): restore it with the version that made it, or a later one.`,
    )
  const kit = await openPart(await getObject(vault, 'backups', manifest.kit.key), manifest.kit, identities)
  return {
    manifest,
    keysFrom: await findKeys(options, manifest),
    schemaFiles: unpackKit(kit, manifest.schema),
    rows: rowsOf(manifest),
    bytes: manifest.tables.flatMap(({ parts }) => parts).reduce((sum, { bytes }) => sum + bytes, 0),
    objects: manifest.objects.count,
  }
}

export type TargetState = 'empty' | 'interrupted' | 'full'

/** The backup whose restore has begun there and not ended, or undefined. Until it ends the database must not be used. */
export const findBegun = async (sql: Sql): Promise<string | undefined> => {
  const [row]: [{ isThere: boolean }?] =
    await sql`select to_regclass('kopeika_restore.done') is not null as "isThere"`
  if (!row?.isThere) return undefined
  const [begun]: [{ backupId: string }?] =
    await sql`select substr(part, 7) as "backupId" from kopeika_restore.done where part like 'begun %'`
  return begun?.backupId
}

/** `interrupted`: a restore of this very backup has begun there and can go on. */
export const lookAtTarget = async (sql: Sql, backupId: string): Promise<TargetState> => {
  const begun = await findBegun(sql)
  if (begun !== undefined) return begun === backupId ? 'interrupted' : 'full'
  const [row]: [{ tables: number }?] = await sql`
    select count(*) as tables from pg_class
    where relnamespace in (select oid from pg_namespace where nspname in ('public', 'graphile_worker')) and relkind = 'r'`
  return (row?.tables ?? 0) === 0 ? 'empty' : 'full'
}
