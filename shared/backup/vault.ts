import { randomBytes } from 'node:crypto'
import { AppError } from '#shared/errors.ts'
import type { ObjectStore } from '#shared/storage/object-store.ts'
import { DamagedBackup, type Manifest, openManifest } from './manifest.ts'

/**
 * Where backups lie. `backups` may be locked against deletion; `copies` must not be: it holds what an erasure has to reach (data keys,
 * copies of objects, the list of erasures).
 */
export type Vault = { store: ObjectStore; backups: string; copies: string }

/** A backup that counts: its manifest is there. */
export type ListedBackup = { backupId: string; at: Date; isVerified: boolean }

const ID = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[0-9a-f]{6}$/
const MANIFEST_BYTES = 16 * 1024 * 1024

/**
 * `20261126T200000Z-1a2b3c`, in the order of time: the last part begins with the milliseconds, so that two of one second are in order too;
 * chance alone has once taken the older of two for the newer.
 */
export const newBackupId = (at: Date): string => {
  const second = at.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const millisecond = at.getUTCMilliseconds().toString(16).padStart(3, '0')
  return `${second}-${millisecond}${randomBytes(2).toString('hex').slice(1)}`
}

/** When a backup was begun, or undefined: the id is none. */
const timeOfId = (backupId: string): Date | undefined => {
  const [, year, month, day, hour, minute, second] = ID.exec(backupId) ?? []
  return year === undefined ? undefined : new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

export const folderOf = (backupId: string): string => `backups/${backupId}/`
const manifestKeyOf = (backupId: string): string => `${folderOf(backupId)}manifest.json`
const verdictKeyOf = (backupId: string): string => `${folderOf(backupId)}verified.json`
export const keysFolderOf = (backupId: string): string => `keys/${backupId}/`

/** Everything in the backup bucket, by id: those with a manifest are backups, the others leftovers of runs that did not end. */
export const listFolders = async (
  vault: Vault,
): Promise<{ backups: ListedBackup[]; leftovers: { backupId: string; keys: string[] }[] }> => {
  const folders = new Map<string, string[]>()
  for await (const { key } of vault.store.list(vault.backups, 'backups/')) {
    const backupId = key.split('/')[1] ?? ''
    if (timeOfId(backupId)) folders.set(backupId, [...(folders.get(backupId) ?? []), key])
  }
  const backups: ListedBackup[] = []
  const leftovers: { backupId: string; keys: string[] }[] = []
  for (const [backupId, keys] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const at = timeOfId(backupId)
    if (at && keys.includes(manifestKeyOf(backupId)))
      backups.push({ backupId, at, isVerified: keys.includes(verdictKeyOf(backupId)) })
    else leftovers.push({ backupId, keys })
  }
  return { backups, leftovers }
}

/** The last step of a backup: from now on it counts. */
export const putManifest = (vault: Vault, backupId: string, text: string): Promise<void> =>
  vault.store.put(vault.backups, manifestKeyOf(backupId), Buffer.from(text), {
    contentType: 'application/json',
  })

/** @throws DamagedBackup */
export const readManifest = async (
  vault: Vault,
  backupId: string,
  manifestKeys: readonly string[],
): Promise<Manifest> => {
  const bytes = await getObject(vault, 'backups', manifestKeyOf(backupId), MANIFEST_BYTES)
  const text = bytes.toString('utf8')
  // a broken byte must not become a replacement character that the parser takes
  if (!Buffer.from(text).equals(bytes)) throw new DamagedBackup('The manifest is not even text.')
  return openManifest(text, manifestKeys, backupId)
}

/** Notes that a backup was restored and found whole: the last one of these is never deleted. */
export const markVerified = (vault: Vault, backupId: string, verdict: object): Promise<void> =>
  vault.store.put(vault.backups, verdictKeyOf(backupId), Buffer.from(JSON.stringify(verdict)), {
    contentType: 'application/json',
  })

/** @throws DamagedBackup when the object is missing, AppError when the store is away */
export const getObject = async (
  vault: Vault,
  place: 'backups' | 'copies',
  key: string,
  maxBytes = 64 * 1024 * 1024,
): Promise<Buffer> => {
  try {
    return await vault.store.get(vault[place], key, { maxBytes })
  } catch (error) {
    if (error instanceof AppError && error.code === 'file_not_found')
      throw new DamagedBackup(`${key} is missing.`, { cause: error })
    throw error
  }
}
