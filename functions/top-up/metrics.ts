import { Counter } from 'prom-client'
import type { Resources } from '#shared/http/resources.ts'

const counters = new WeakMap<Resources, Counter<'reason'>>()

/** Payments that fit no order; every step of it is an alert. */
export const suspenseCounter = (resources: Resources): Counter<'reason'> => {
  const known = counters.get(resources)
  if (known) return known
  const counter = new Counter({
    name: 'kopeika_payments_suspense_total',
    help: 'Payments kept in suspense because they fit no order',
    labelNames: ['reason'],
    registers: [resources.metrics.registry],
  })
  counters.set(resources, counter)
  return counter
}
