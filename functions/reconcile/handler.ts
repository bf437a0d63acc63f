import { defineFunction } from '#shared/http/define-function.ts'
import { moneyMetrics } from '#shared/money/metrics.ts'
import { reconcileMetrics } from './metrics.ts'
import { runReconcile } from './run.ts'

/** Finds what webhooks have lost: the providers' books against ours, both ways, the ledger against the balances, the objects against their rows. */
export const handler = defineFunction({
  name: 'reconcile',
  needs: ['database', 'redis', 'storage', 'telegram', 'signing', 'providers'],
  routes: [runReconcile],
  // what does not fit into it goes on in the next run
  deadlineMs: 18_000,
  onStart: async (resources) => {
    reconcileMetrics(resources)
    moneyMetrics(resources)
  },
})
