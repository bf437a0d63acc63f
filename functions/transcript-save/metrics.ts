import { Counter, Gauge } from 'prom-client'
import { countOpen } from '#shared/db/recordings.ts'
import type { Resources } from '#shared/http/resources.ts'

export type RecordingMetrics = {
  ended: Counter<'outcome'>
  waiting: Gauge
}

const byResources = new WeakMap<Resources, RecordingMetrics>()

const create = (resources: Resources): RecordingMetrics => {
  const registers = [resources.metrics.registry]
  return {
    ended: new Counter({
      name: 'kopeika_recordings_total',
      help: 'Recordings that have ended: done, or the reason why there is no text',
      labelNames: ['outcome'],
      registers,
    }),
    waiting: new Gauge({
      name: 'kopeika_recordings_open',
      help: 'Recordings that have not ended, after the last run',
      registers,
    }),
  }
}

/** What this function measures of recordings; made once for its registry. */
export const recordingMetrics = (resources: Resources): RecordingMetrics => {
  const metrics = byResources.get(resources) ?? create(resources)
  byResources.set(resources, metrics)
  return metrics
}

/** Counts what is open now. */
export const measureOpen = async (resources: Resources): Promise<void> =>
  recordingMetrics(resources).waiting.set(await countOpen(resources.sql))
