import { z } from 'zod'
import { parseRecipients, parseSigningKey } from '#shared/backup/keys.ts'
import { readSchemaFiles } from '#shared/backup/kit.ts'
import { type BackupResult, makeBackup } from '#shared/backup/make-backup.ts'
import { openVault, readyVault } from '#shared/backup/open-vault.ts'
import { gentlePace } from '#shared/backup/pace.ts'
import { DEFAULT_RETENTION } from '#shared/backup/retention.ts'
import { enqueueAlert } from '#shared/db/alerts.ts'
import { writeAudit } from '#shared/db/audit.ts'
import { joinLongRun, type LongRunContext } from '#shared/http/long-run.ts'
import type { Resources } from '#shared/http/resources.ts'
import { scheduledRoute } from '#shared/http/route.ts'
import type { BackupConfig } from '#shared/platform/backup-config.ts'
import { backupMetrics } from './metrics.ts'

const Count = z.int().nonnegative()
const Answer = z.strictObject({
  backupId: z.string(),
  bytes: Count,
  rows: Count,
  objects: Count,
  seconds: z.number().nonnegative(),
})
const Running = z.strictObject({ running: z.literal(true) })

const HEARTBEAT_MS = 5_000
const MOST_WORDS = 300

const configOf = ({ config }: Resources): { backup: BackupConfig; buckets: Record<string, string> } => {
  if (!config.backup || !config.storage) throw new Error('The configuration lacks the backup.')
  return { backup: config.backup, buckets: config.storage.buckets }
}

const write = async (resources: Resources, { assertOurs }: LongRunContext): Promise<BackupResult> => {
  const { backup } = configOf(resources)
  const vault = openVault(backup.store)
  try {
    for (const lack of await readyVault(vault))
      resources.log.info(lack, 'the store of the backups lacks a feature')
    return await makeBackup({
      vault,
      source: {
        store: resources.storage,
        buckets: {
          avatars: resources.config.storage?.buckets.avatars ?? '',
          transcripts: resources.config.storage?.buckets.transcripts ?? '',
        },
      },
      databaseUrl: backup.databaseUrl,
      recipients: parseRecipients(backup.recipients),
      signer: parseSigningKey(backup.signingKey),
      schemaFiles: await readSchemaFiles(backup.migrationsDir),
      retention: DEFAULT_RETENTION,
      clock: resources.clock,
      assertOurs,
      pace: await gentlePace(resources.sql),
    })
  } finally {
    vault.store.close()
  }
}

/** Whoever waits for it outside learns that backups go on; its silence is the alarm. */
const beat = async (resources: Resources): Promise<void> => {
  const { heartbeatUrl } = configOf(resources).backup
  if (heartbeatUrl === undefined) return
  try {
    const answer = await fetch(heartbeatUrl, { signal: AbortSignal.timeout(HEARTBEAT_MS), redirect: 'error' })
    await answer.arrayBuffer()
    if (!answer.ok) throw new Error(`it answered ${answer.status}`)
  } catch (error) {
    backupMetrics(resources).failures.inc({ step: 'heartbeat' })
    resources.log.warn({ err: error }, 'the heartbeat of the backups was not heard')
  }
}

const tellFailure = async (resources: Resources, error: unknown): Promise<void> => {
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, MOST_WORDS)
  await enqueueAlert(resources.sql, { kind: 'backup-failed', subject: 'backup', params: { reason } })
  resources.wake('notify')
}

const work = async (resources: Resources, run: LongRunContext): Promise<BackupResult> => {
  const metrics = backupMetrics(resources)
  try {
    const result = await write(resources, run)
    const { tidyFailure, backupId, ...figures } = result
    metrics.lastSuccess.set(resources.clock() / 1000)
    metrics.bytes.set(result.bytes)
    metrics.seconds.set(result.seconds)
    if (tidyFailure) {
      metrics.failures.inc({ step: 'tidy' })
      resources.log.warn({ err: tidyFailure }, 'old backups were not removed; the next run tries again')
    }
    await writeAudit(resources.sql, {
      actor: 'backup',
      action: 'backup-made',
      subject: `backup:${backupId}`,
      details: figures,
    })
    await beat(resources)
    return result
  } catch (error) {
    metrics.failures.inc({ step: 'run' })
    resources.log.error({ err: error }, 'a backup did not succeed')
    // where the database is what failed there is nobody to queue it for; then the missing heartbeat tells
    await tellFailure(resources, error).catch(() => undefined)
    throw error
  }
}

/** POST /: one backup. */
export const runBackup = scheduledRoute({
  path: '/',
  summary: 'Makes an encrypted backup; 202 while it is still under way (ask again to learn its end)',
  answers: { 200: z.union([Answer, Running]), 202: Running },
  leaseSeconds: 30,
  minIntervalSeconds: 600,
  busyAnswer: { running: true },
  run: async (context) => {
    const result = await joinLongRun(context, (run) => work(context.resources, run))
    if (!result) return { status: 202, body: { running: true } }
    const { backupId, bytes, rows, objects, seconds } = result
    return { status: 200, body: { backupId, bytes, rows, objects, seconds } }
  },
})
