import { Gauge } from 'prom-client'
import { rememberTariff } from '#shared/db/tariff-versions.ts'
import type { Resources } from './resources.ts'

/**
 * Keeps this process's price list under its version: for `onStart` of the functions that take money. It goes on by itself, so that a
 * database that is away holds up no start; a version that stands for other content already is said in the log and in a metric, and
 * refuses nothing.
 */
export const rememberTariffOf = (resources: Resources): void => {
  const { log, metrics, tariff } = resources
  const reused = new Gauge({
    name: 'kopeika_tariff_version_reused',
    help: '1 where the tariff was changed without giving it a new version',
    registers: [metrics.registry],
  })
  const remember = async (): Promise<void> => {
    if ((await rememberTariff(resources.sql, tariff)) !== 'reused') return
    reused.set(1)
    log.error({ version: tariff.version }, 'the tariff was changed, but kept its version: give it a new one')
  }
  remember().catch((error: unknown) => log.warn({ err: error }, 'could not keep the version of the tariff'))
}
