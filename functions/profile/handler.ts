import { defineFunction } from '#shared/http/define-function.ts'
import { chooseAvatar, listAvatars, removeAvatar } from './avatars.ts'
import { addConsent } from './consent.ts'
import { askDeletion, takeBackDeletion } from './deletion.ts'
import { erase } from './erase.ts'
import { explainTransaction } from './explain-transaction.ts'
import { readExport } from './export.ts'
import { stopExporter } from './exporter.ts'
import { showExport, startExport } from './exports.ts'
import { privacyMetrics } from './metrics.ts'
import { changeSettings, readProfile } from './profile.ts'
import { runDue } from './run-due.ts'
import { listTransactions } from './transactions.ts'
import { readUsage } from './usage.ts'

/** What a person sees of the own account, and does with the own data: profile, settings, history, avatars; export, consent, erasure. */
export const handler = defineFunction({
  name: 'profile',
  needs: ['database', 'redis', 'storage', 'telegram', 'envelope'],
  // an archive of everything, made for its answer
  deadlineMs: 18_000,
  routes: [
    readProfile,
    changeSettings,
    listTransactions,
    explainTransaction,
    readUsage,
    listAvatars,
    chooseAvatar,
    removeAvatar,
    readExport,
    startExport,
    showExport,
    addConsent,
    askDeletion,
    takeBackDeletion,
    erase,
    runDue,
  ],
  onStart: async (resources) => {
    privacyMetrics(resources)
  },
  onStop: stopExporter,
})
