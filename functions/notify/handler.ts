import { defineFunction } from '#shared/http/define-function.ts'
import { queueMessage } from './messages.ts'
import { notifyMetrics } from './metrics.ts'
import { runDue } from './run-due.ts'

/** Does later what others queued in their transactions: messages to people and operators, removal of objects; and tidies up. */
export const handler = defineFunction({
  name: 'notify',
  needs: ['database', 'redis', 'storage', 'telegram'],
  routes: [runDue, queueMessage],
  // a run takes jobs for 5 s and finishes those under way
  deadlineMs: 18_000,
  onStart: async (resources) => void notifyMetrics(resources),
})
