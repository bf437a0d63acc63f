import { defineFunction } from '#shared/http/define-function.ts'
import { takeOverErasures } from './erasures.ts'
import { backupMetrics } from './metrics.ts'
import { runBackup } from './run.ts'

/** Makes an encrypted backup of every table and object; holds the public key alone and can read none of them. */
export const handler = defineFunction({
  name: 'backup',
  needs: ['database', 'redis', 'storage', 'backup'],
  routes: [runBackup, takeOverErasures],
  // what takes longer goes on behind the call
  deadlineMs: 18_000,
  onStart: async (resources) => {
    backupMetrics(resources)
  },
})
