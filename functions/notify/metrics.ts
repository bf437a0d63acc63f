import { Counter, Gauge } from 'prom-client'
import type { Resources } from '#shared/http/resources.ts'

export type NotifyMetrics = {
  ready: Gauge
  dead: Gauge
  sent: Counter<'kind'>
  failed: Counter<'kind' | 'reason'>
  alerts: Counter<'kind' | 'outcome'>
  pruned: Counter<'table'>
  pendingUpdates: Gauge
  webhookErrorAt: Gauge
  connections: Gauge<'state'>
}

const byResources = new WeakMap<Resources, NotifyMetrics>()

const createNotifyMetrics = (resources: Resources): NotifyMetrics => {
  const registers = [resources.metrics.registry]
  return {
    ready: new Gauge({
      name: 'kopeika_jobs_ready',
      help: 'Jobs that are due, after the last run',
      registers,
    }),
    dead: new Gauge({ name: 'kopeika_jobs_dead', help: 'Jobs that failed as often as allowed', registers }),
    sent: new Counter({
      name: 'kopeika_notices_sent_total',
      help: 'Messages sent',
      labelNames: ['kind'],
      registers,
    }),
    failed: new Counter({
      name: 'kopeika_notices_failed_total',
      help: 'Messages that were not sent, by why; those that are tried again count each time',
      labelNames: ['kind', 'reason'],
      registers,
    }),
    alerts: new Counter({
      name: 'kopeika_alerts_total',
      help: 'Alerts for operators, by what became of them: sent, failed, or nobody to be told',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    pruned: new Counter({
      name: 'kopeika_rows_pruned_total',
      help: 'Old rows forgotten',
      labelNames: ['table'],
      registers,
    }),
    pendingUpdates: new Gauge({
      name: 'kopeika_telegram_pending_updates',
      help: 'Updates that wait at Telegram (getWebhookInfo)',
      registers,
    }),
    webhookErrorAt: new Gauge({
      name: 'kopeika_telegram_webhook_error_timestamp_seconds',
      help: 'When Telegram last failed to deliver an update; 0 = never',
      registers,
    }),
    connections: new Gauge({
      name: 'kopeika_postgres_connections',
      help: 'Sessions at PostgreSQL: used, and the most that it takes (max)',
      labelNames: ['state'],
      registers,
    }),
  }
}

/** What this function measures beside its requests; made once for its registry. */
export const notifyMetrics = (resources: Resources): NotifyMetrics => {
  const metrics = byResources.get(resources) ?? createNotifyMetrics(resources)
  byResources.set(resources, metrics)
  return metrics
}
