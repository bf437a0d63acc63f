import { Counter } from 'prom-client'
import type { Resources } from '#shared/http/resources.ts'

type MoneyMetrics = { suspense: Counter<'reason'>; refunds: Counter<'provider' | 'state'> }

const made = new WeakMap<Resources, MoneyMetrics>()

/** The counters of one function; there from the first call on, since an alert on a counter that appears late would miss its first step. */
export const moneyMetrics = (resources: Resources): MoneyMetrics => {
  const known = made.get(resources)
  if (known) return known
  const registers = [resources.metrics.registry]
  const metrics: MoneyMetrics = {
    suspense: new Counter({
      name: 'kopeika_payments_suspense_total',
      help: 'Payments kept in suspense because they fit no order',
      labelNames: ['reason'],
      registers,
    }),
    refunds: new Counter({
      name: 'kopeika_refunds_total',
      help: 'Refunds by how they ended: done, failed, or outside (made without us)',
      labelNames: ['provider', 'state'],
      registers,
    }),
  }
  made.set(resources, metrics)
  return metrics
}
