import { Counter, Gauge } from 'prom-client'
import type { Resources } from '#shared/http/resources.ts'

type BackupMetrics = { lastSuccess: Gauge; bytes: Gauge; seconds: Gauge; failures: Counter<'step'> }

const byResources = new WeakMap<Resources, BackupMetrics>()

const createBackupMetrics = (resources: Resources): BackupMetrics => {
  const registers = [resources.metrics.registry]
  return {
    lastSuccess: new Gauge({
      name: 'kopeika_backup_last_success_timestamp_seconds',
      help: 'When the last good backup ended',
      registers,
    }),
    bytes: new Gauge({ name: 'kopeika_backup_bytes', help: 'Size of the last good backup', registers }),
    seconds: new Gauge({ name: 'kopeika_backup_seconds', help: 'How long it took', registers }),
    failures: new Counter({
      name: 'kopeika_backup_failures_total',
      help: 'Runs without a backup (run), with old ones left over (tidy), without a heartbeat (heartbeat)',
      labelNames: ['step'],
      registers,
    }),
  }
}

/** What this function measures beside its requests; made once for its registry. */
export const backupMetrics = (resources: Resources): BackupMetrics => {
  const metrics = byResources.get(resources) ?? createBackupMetrics(resources)
  byResources.set(resources, metrics)
  return metrics
}
