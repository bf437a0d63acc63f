import { Counter } from 'prom-client'
import type { Resources } from '#shared/http/resources.ts'

const counters = new WeakMap<Resources, Counter<'outcome'>>()

/** Notifications by what became of them; `foreign` and `malformed` are nobody's mistake but an attacker's or a misconfigured edge's. */
export const notificationCounter = (resources: Resources): Counter<'outcome'> => {
  const known = counters.get(resources)
  if (known) return known
  const counter = new Counter({
    name: 'kopeika_payment_notifications_total',
    help: 'Notifications of payment providers by their outcome',
    labelNames: ['outcome'],
    registers: [resources.metrics.registry],
  })
  counters.set(resources, counter)
  return counter
}
