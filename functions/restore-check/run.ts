import { z } from 'zod'
import { type CheckReport, checkBackup } from '#shared/backup/check.ts'
import { parseRecoveryKey } from '#shared/backup/keys.ts'
import { readSchemaFiles } from '#shared/backup/kit.ts'
import { openVault } from '#shared/backup/open-vault.ts'
import { enqueueAlert } from '#shared/db/alerts.ts'
import { writeAudit } from '#shared/db/audit.ts'
import { SEAL_PURPOSE } from '#shared/db/audit-seals.ts'
import { joinLongRun } from '#shared/http/long-run.ts'
import type { Resources } from '#shared/http/resources.ts'
import { scheduledRoute } from '#shared/http/route.ts'
import { checkMetrics } from './metrics.ts'

const Count = z.int().nonnegative()
const Answer = z.strictObject({
  backupId: z.string(),
  ok: z.boolean(),
  rows: Count,
  drift: Count,
  rpoSeconds: Count,
  rtoSeconds: z.number().nonnegative(),
})
const Running = z.strictObject({ running: z.literal(true) })

const MOST_WORDS = 300

/** All of a picture's pixels: a damaged one throws. The decoder is loaded when a check needs it, not at the start. */
const decode = async (picture: Buffer): Promise<Buffer> => {
  const { default: sharp } = await import('sharp')
  return sharp(picture, { failOn: 'warning', limitInputPixels: 4_000_000 }).raw().toBuffer()
}

const check = async (resources: Resources): Promise<CheckReport> => {
  const { recovery, masterKeys } = resources.config
  if (!recovery || !masterKeys) throw new Error('The configuration lacks the recovery.')
  const vault = openVault(recovery.store)
  try {
    return await checkBackup({
      vault,
      key: parseRecoveryKey(recovery.recoveryKey),
      scratchUrl: recovery.scratchUrl,
      masterKeys,
      signSeal: (text) => resources.sign(SEAL_PURPOSE, text),
      decode,
      migrations: (await readSchemaFiles(recovery.migrationsDir)).migrations,
      onScratchLeft: (database, err) =>
        resources.log.error(
          { database, err },
          'a scratch database could not be dropped: a later check tries again',
        ),
    })
  } finally {
    vault.store.close()
  }
}

/** The result in the audit log carries a signature: whoever may only write rows cannot write a good one. */
const note = async (resources: Resources, report: CheckReport): Promise<void> => {
  const details = { ...report, problems: report.problems.slice(0, 20) }
  const signature = resources.sign('restore-check', JSON.stringify(details)).toString('base64url')
  await writeAudit(resources.sql, {
    actor: 'restore-check',
    action: 'backup-checked',
    subject: `backup:${report.backupId}`,
    details: { report: JSON.stringify(details), signature },
  })
}

const tell = async (resources: Resources, backupId: string, reason: string): Promise<void> => {
  await enqueueAlert(resources.sql, {
    kind: 'restore-check-failed',
    subject: `backup:${backupId}`,
    params: { reason: reason.slice(0, MOST_WORDS) },
  })
  resources.wake('notify')
}

const work = async (resources: Resources): Promise<CheckReport> => {
  const metrics = checkMetrics(resources)
  try {
    const report = await check(resources)
    await note(resources, report)
    metrics.rpo.set(report.rpoSeconds)
    metrics.rto.set(report.rtoSeconds)
    metrics.problems.set(report.problems.length)
    if (report.ok) metrics.lastSuccess.set(resources.clock() / 1000)
    else {
      metrics.failures.inc()
      resources.log.error({ report }, 'a backup is not what it should be')
      await tell(resources, report.backupId, report.problems.join('; '))
    }
    return report
  } catch (error) {
    metrics.failures.inc()
    resources.log.error({ err: error }, 'the check of the backups could not be made')
    const reason = error instanceof Error ? error.message : String(error)
    await tell(resources, 'unknown', reason).catch(() => undefined)
    throw error
  }
}

/** POST /: proves the newest backup. */
export const runCheck = scheduledRoute({
  path: '/',
  summary:
    'Restores the newest backup into a database that is thrown away and proves it; 202 while it is still under way',
  answers: { 200: z.union([Answer, Running]), 202: Running },
  leaseSeconds: 30,
  minIntervalSeconds: 3_600,
  busyAnswer: { running: true },
  run: async (context) => {
    const report = await joinLongRun(context, () => work(context.resources))
    if (!report) return { status: 202, body: { running: true } }
    const { backupId, ok, rows, drift, rpoSeconds, rtoSeconds } = report
    return { status: 200, body: { backupId, ok, rows, drift, rpoSeconds, rtoSeconds } }
  },
})
