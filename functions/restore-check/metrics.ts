import { Counter, Gauge } from 'prom-client'
import type { Resources } from '#shared/http/resources.ts'

type CheckMetrics = { lastSuccess: Gauge; rpo: Gauge; rto: Gauge; problems: Gauge; failures: Counter }

const byResources = new WeakMap<Resources, CheckMetrics>()

const createCheckMetrics = (resources: Resources): CheckMetrics => {
  const registers = [resources.metrics.registry]
  return {
    lastSuccess: new Gauge({
      name: 'kopeika_restore_check_last_success_timestamp_seconds',
      help: 'When a backup was last restored and found whole',
      registers,
    }),
    rpo: new Gauge({
      name: 'kopeika_restore_check_rpo_seconds',
      help: 'Age of the backup that was checked',
      registers,
    }),
    rto: new Gauge({
      name: 'kopeika_restore_check_rto_seconds',
      help: 'How long its restore took',
      registers,
    }),
    problems: new Gauge({
      name: 'kopeika_restore_check_problems',
      help: 'What was not as it should be in the last check',
      registers,
    }),
    failures: new Counter({
      name: 'kopeika_restore_check_failures_total',
      help: 'Checks that found something wrong, or could not be made',
      registers,
    }),
  }
}

/** What this function measures beside its requests; made once for its registry. */
export const checkMetrics = (resources: Resources): CheckMetrics => {
  const metrics = byResources.get(resources) ?? createCheckMetrics(resources)
  byResources.set(resources, metrics)
  return metrics
}
