import { defineFunction } from '#shared/http/define-function.ts'
import { charge } from './charge.ts'

/** Takes coins for finished work. */
export const handler = defineFunction({
  name: 'charge',
  needs: ['database', 'redis'],
  routes: [charge],
})
