import { defineFunction } from '#shared/http/define-function.ts'
import { register } from './register.ts'
import { suspendPerson } from './suspensions.ts'

/** Accounts of Telegram users, made on first use. */
export const handler = defineFunction({
  name: 'register',
  needs: ['database', 'redis', 'signing'],
  routes: [register, suspendPerson],
})
