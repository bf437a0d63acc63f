import { enqueueAlert } from '#shared/db/alerts.ts'
import { writeAudit } from '#shared/db/audit.ts'
import type { Sql } from '#shared/db/client.ts'
import type { RecoveryKey } from './keys.ts'
import { DamagedBackup } from './manifest.ts'
import {
  openForRestore,
  RestoreDiffers,
  type RestoreOptions,
  type RestoreReport,
  restore,
} from './restore.ts'
import { findBegun, lookAtTarget, planRestore, type RestorePlan } from './restore-plan.ts'
import { listFolders } from './vault.ts'

export type RecoverOptions = Omit<RestoreOptions, 'identities' | 'replace'> & {
  /** Asked for when there is something to restore: a machine that needs nothing need not hold it. */
  key: () => RecoveryKey
  /** This version's. */
  migrations: readonly { id: string }[]
}

/** A backup that did not prove good, and why. */
export type Skipped = { backupId: string; why: string }

export type Recovery = { report: RestoreReport; skipped: Skipped[] }

const MOST_WORDS = 300

/** The backup that an interrupted restore is of; null: the database is empty; undefined: it holds data, which nobody touches. */
const lookForNeed = async (ownerUrl: string): Promise<string | null | undefined> => {
  const sql = openForRestore(ownerUrl)
  try {
    const begun = await findBegun(sql)
    if (begun !== undefined) return begun
    return (await lookAtTarget(sql, '')) === 'empty' ? null : undefined
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** What a damaged backup is, and not an outage or a wish that makes no sense. */
const isNoGood = (error: unknown): error is Error =>
  error instanceof DamagedBackup || error instanceof RestoreDiffers

const tellOfSkipped = async (sql: Sql, { report, skipped }: Recovery): Promise<void> => {
  for (const { backupId, why } of skipped)
    await enqueueAlert(sql, {
      kind: 'restore-check-failed',
      subject: `backup:${backupId}`,
      params: { reason: why.slice(0, MOST_WORDS) },
    })
  const { differences: _none, ...figures } = report
  await writeAudit(sql, {
    actor: 'recovery',
    action: 'restored',
    subject: `backup:${report.backupId}`,
    details: { ...figures, skipped },
  })
}

const tryOne = async (
  options: RecoverOptions,
  plan: RestorePlan,
  { identities }: Pick<RecoveryKey, 'identities'>,
  hasTried: boolean,
): Promise<Recovery['report']> => {
  const { key: _key, migrations: _migrations, ...rest } = options
  // what an earlier one of these has left there is ours, and no good
  return restore({ ...rest, identities, replace: hasTried && 'unfinished' }, plan)
}

/**
 * Fills an empty database from the newest complete backup. Each part is proven as it is read, and all of it (rows and hashes of every table,
 * totals, audit log, every wallet against its ledger) before the database may be used; a backup that does not prove good is put
 * aside for the next older one, and the operators are told. A restore that was broken off goes on first.
 * @returns undefined where there is nothing to do: the database holds data, or there is no backup
 * @throws Error where no backup proves good, or something else than a backup failed
 */
export const recoverNewest = async (options: RecoverOptions): Promise<Recovery | undefined> => {
  const { vault, migrations, ownerUrl, say = () => undefined } = options
  const begun = await lookForNeed(ownerUrl)
  if (begun === undefined) return undefined
  const key = options.key()
  const newestFirst = (await listFolders(vault)).backups.map(({ backupId }) => backupId).reverse()
  const candidates = [
    ...newestFirst.filter((one) => one === begun),
    ...newestFirst.filter((one) => one !== begun),
  ]
  const skipped: Skipped[] = []
  for (const backupId of candidates) {
    try {
      const plan = await planRestore({ vault, ...key, migrations, backupId })
      say(`restoring ${backupId}: ${plan.rows} rows, ${plan.objects} objects`)
      const recovery = {
        report: await tryOne(options, plan, key, skipped.length > 0 || begun !== null),
        skipped,
      }
      const sql = openForRestore(ownerUrl)
      await tellOfSkipped(sql, recovery).finally(() => sql.end({ timeout: 5 }))
      return recovery
    } catch (error) {
      if (!isNoGood(error)) throw error
      skipped.push({ backupId, why: error.message })
      say(`${backupId} does not prove good: ${error.message}`)
    }
  }
  if (begun !== null && skipped.length === 0)
    throw new Error(`The restore of ${begun} was broken off there, and that backup is gone.`)
  if (skipped.length > 0)
    throw new Error(`None of ${skipped.length} backup(s) proves good: ${skipped[0]?.why}`)
  return undefined
}
