import { type SignSeal, verifyAudit } from '#shared/db/audit-seals.ts'
import type { Sql } from '#shared/db/client.ts'
import { migrate } from '#shared/db/migrate.ts'
import type { Migration } from '#shared/db/migration-files.ts'
import type { MasterKeys } from '#shared/platform/crypto.ts'
import type { RecoveryKey } from './keys.ts'
import { DamagedBackup, type Manifest } from './manifest.ts'
import { proveRestored } from './prove.ts'
import { openForRestore, restoreData } from './restore.ts'
import { planRestore, type RestorePlan } from './restore-plan.ts'
import { checkSamples } from './samples.ts'
import { type OnLeft, withScratchDatabase } from './scratch.ts'
import { listFolders, markVerified, readManifest, type Vault } from './vault.ts'

export type CheckOptions = {
  vault: Vault
  key: RecoveryKey
  /** Undefined: the newest one. */
  backupId?: string | undefined
  /** A server and a role that may make databases there. */
  scratchUrl: string
  masterKeys: MasterKeys
  /** Makes the seals of the audit log. */
  signSeal: SignSeal
  /** Throws where a picture cannot be decoded. */
  decode: (picture: Buffer) => Promise<unknown>
  /** This version's. */
  migrations: Migration[]
  /** Told of a scratch database that could not be dropped. */
  onScratchLeft: OnLeft
}

export type CheckReport = {
  backupId: string
  ok: boolean
  rows: number
  /** Wallets that do not equal the sum of their transactions. */
  drift: number
  rpoSeconds: number
  rtoSeconds: number
  objects: number
  texts: number
  /** What is not as it should be; empty where all is well. */
  problems: string[]
}

/** The backup before this one: its word on the audit log must hold still. */
const findBefore = async ({ vault, key }: CheckOptions, backupId: string): Promise<Manifest | undefined> => {
  const { backups } = await listFolders(vault)
  const before = backups.filter((one) => one.backupId < backupId).at(-1)
  if (!before) return undefined
  try {
    return await readManifest(vault, before.backupId, key.manifestKeys)
  } catch (error) {
    if (error instanceof DamagedBackup) return undefined
    throw error
  }
}

/** Entries are sealed every few minutes: what is older without a seal was kept from it. */
const SEALED_WITHIN_MS = 2 * 60 * 60_000

/** The chain of the audit log; nothing where the backup is of a version that had none. */
const checkSeals = async (
  sql: Sql,
  { signSeal }: CheckOptions,
  { manifest }: RestorePlan,
): Promise<string[]> => {
  if (!manifest.tables.some(({ name }) => name === 'audit_seals')) return []
  const { problems, unsealedSince } = await verifyAudit(sql, signSeal)
  const age = unsealedSince ? Date.parse(manifest.snapshotAt) - unsealedSince.getTime() : 0
  return age > SEALED_WITHIN_MS
    ? [...problems, `the audit log has not been sealed since ${unsealedSince?.toISOString()}`]
    : problems
}

const restoreAndProve = (
  options: CheckOptions,
  plan: RestorePlan,
  before: Manifest | undefined,
): Promise<Pick<CheckReport, 'rows' | 'drift' | 'problems' | 'objects' | 'texts'>> =>
  withScratchDatabase(options.scratchUrl, options.onScratchLeft, async (ownerUrl) => {
    const { vault, key, masterKeys, decode, migrations } = options
    const { identities } = key
    const sql = openForRestore(ownerUrl)
    try {
      await restoreData({ vault, identities, ownerUrl, sql, say: () => undefined }, plan, false)
      const { differences, rows, drift } = await proveRestored(sql, plan, before)
      const audit = await checkSeals(sql, options, plan)
      const samples = await checkSamples({ vault, identities, sql, masterKeys, decode }, plan)
      await migrate({ ownerUrl, files: migrations })
      return { rows, drift, ...samples, problems: [...differences, ...audit, ...samples.problems] }
    } finally {
      await sql.end({ timeout: 5 })
    }
  })

/**
 * Restores a backup into a database that is thrown away, compares all of it with what the backup says, opens samples of objects and texts,
 * and runs this version's migrations over it. A backup that passes is marked: the newest of these is never deleted.
 * @throws Error when something other than the backup failed (the store or the scratch server is away)
 */
export const checkBackup = async (options: CheckOptions): Promise<CheckReport> => {
  const startedAt = performance.now()
  const { vault, key } = options
  let backupId = options.backupId ?? (await listFolders(vault)).backups.at(-1)?.backupId ?? ''
  const since = (): number => Math.round((performance.now() - startedAt) / 10) / 100
  const failed = { rows: 0, drift: 0, objects: 0, texts: 0, rpoSeconds: 0 }
  try {
    const { manifestKeys, identities } = key
    const plan = await planRestore({
      vault,
      manifestKeys,
      identities,
      migrations: options.migrations,
      backupId: backupId || undefined,
    })
    backupId = plan.manifest.backupId
    const result = await restoreAndProve(options, plan, await findBefore(options, backupId))
    const ok = result.problems.length === 0
    const rpoSeconds = Math.max(0, Math.round((Date.now() - Date.parse(plan.manifest.snapshotAt)) / 1000))
    const report = { backupId, ok, ...result, rpoSeconds, rtoSeconds: since() }
    if (ok) await markVerified(vault, backupId, { ...report, checkedAt: new Date().toISOString() })
    return report
  } catch (error) {
    if (!(error instanceof DamagedBackup)) throw error
    return { backupId, ok: false, ...failed, rtoSeconds: since(), problems: [error.message] }
  }
}
