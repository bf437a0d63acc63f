import { defineFunction } from '#shared/http/define-function.ts'
import { chooseAvatar, listAvatars, removeAvatar } from './avatars.ts'
import { explainTransaction } from './explain-transaction.ts'
import { changeSettings, readProfile } from './profile.ts'
import { listTransactions } from './transactions.ts'
import { readUsage } from './usage.ts'

/** What a person sees of the own account: profile, settings, balance, history, usage, avatars. */
export const handler = defineFunction({
  name: 'profile',
  needs: ['database', 'redis', 'storage'],
  routes: [
    readProfile,
    changeSettings,
    listTransactions,
    explainTransaction,
    readUsage,
    listAvatars,
    chooseAvatar,
    removeAvatar,
  ],
})
