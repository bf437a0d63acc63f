import { defineFunction } from '#shared/http/define-function.ts'
import { chooseAvatar, deleteAvatar, showAvatars, uploadAvatar } from './avatars.ts'
import { showMe } from './me.ts'
import { loginMetrics } from './metrics.ts'
import { logIn, logOut } from './open-session.ts'
import { loadPage, showAsset, showPage } from './page.ts'
import { askDeletion, giveConsent, showExport, startExport, takeExportAway, undoDeletion } from './privacy.ts'
import { enter } from './session.ts'
import { changeSettings } from './settings.ts'
import {
  deleteTranscript,
  findTranscripts,
  renameTranscript,
  saveTranscript,
  showTranscript,
  showTranscripts,
  takeTranscriptAway,
} from './transcripts.ts'
import { showUsage } from './usage.ts'
import { makeInvoice, showPacks, showTransaction, showTransactions } from './wallet.ts'

/**
 * The page on which people see to their account themselves, in Telegram or in a browser, and its session. It keeps nothing but sessions: all
 * else it asks the other functions for, always for the person of the session.
 */
export const handler = defineFunction({
  name: 'cabinet',
  needs: ['database', 'redis', 'telegram', 'signing', 'page'],
  // whatever it asks for has ended by then: transcript-save takes 15 s at the most
  deadlineMs: 18_000,
  enter,
  routes: [
    showPage,
    showAsset,
    logIn,
    logOut,
    showMe,
    changeSettings,
    showPacks,
    makeInvoice,
    showTransactions,
    showTransaction,
    showUsage,
    showAvatars,
    uploadAvatar,
    chooseAvatar,
    deleteAvatar,
    findTranscripts,
    showTranscripts,
    showTranscript,
    takeTranscriptAway,
    saveTranscript,
    renameTranscript,
    deleteTranscript,
    startExport,
    showExport,
    takeExportAway,
    askDeletion,
    undoDeletion,
    giveConsent,
  ],
  onStart: async (resources) => {
    loginMetrics(resources)
    loadPage(resources)
  },
})
