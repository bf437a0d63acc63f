import { Gauge } from 'prom-client'
import { countOpenErasures } from '#shared/db/erasures.ts'
import { countOpenExports } from '#shared/db/exports.ts'
import type { Resources } from '#shared/http/resources.ts'

type PrivacyMetrics = { exports: Gauge; erasures: Gauge }

const byResources = new WeakMap<Resources, PrivacyMetrics>()

const create = (resources: Resources): PrivacyMetrics => {
  const registers = [resources.metrics.registry]
  return {
    exports: new Gauge({
      name: 'kopeika_exports_open',
      help: 'Exports that have not ended, after the last run',
      registers,
    }),
    erasures: new Gauge({
      name: 'kopeika_erasures_open',
      help: 'Erasures with something left to do (objects, backups), after the last run',
      registers,
    }),
  }
}

/** What this function measures of people's own data; made once for its registry. */
export const privacyMetrics = (resources: Resources): PrivacyMetrics => {
  const metrics = byResources.get(resources) ?? create(resources)
  byResources.set(resources, metrics)
  return metrics
}

/** Counts what is open now. */
export const measureOpen = async (resources: Resources): Promise<void> => {
  const { exports, erasures } = privacyMetrics(resources)
  exports.set(await countOpenExports(resources.sql))
  erasures.set(await countOpenErasures(resources.sql))
}
