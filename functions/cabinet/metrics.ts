import { Counter } from 'prom-client'
import type { Resources } from '#shared/http/resources.ts'

const counters = new WeakMap<Resources, Counter<'outcome'>>()

const counterOf = (resources: Resources): Counter<'outcome'> => {
  const known = counters.get(resources)
  if (known) return known
  const counter = new Counter({
    name: 'kopeika_cabinet_logins_total',
    help: 'Logins to the cabinet: link and mini-app came in, the others say why initData or a link was refused',
    labelNames: ['outcome'],
    registers: [resources.metrics.registry],
  })
  counters.set(resources, counter)
  return counter
}

/** Makes the counter known before the first login. */
export const loginMetrics = (resources: Resources): void => void counterOf(resources)

/** `link` and `mini-app` came in; every other outcome is the reason of a refusal. */
export const countLogin = (resources: Resources, outcome: string): void =>
  counterOf(resources).inc({ outcome })
