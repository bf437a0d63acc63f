import { defineFunction } from '#shared/http/define-function.ts'
import { checkMetrics } from './metrics.ts'
import { runCheck } from './run.ts'

/** Proves the newest backup by restoring it. The only function that can read backups: it runs apart from all others. */
export const handler = defineFunction({
  name: 'restore-check',
  needs: ['database', 'redis', 'signing', 'envelope', 'recovery'],
  routes: [runCheck],
  // what takes longer goes on behind the call
  deadlineMs: 18_000,
  onStart: async (resources) => {
    checkMetrics(resources)
  },
})
