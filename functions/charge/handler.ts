import { defineFunction } from '#shared/http/define-function.ts'
import { rememberTariffOf } from '#shared/http/remember-tariff.ts'
import { charge } from './charge.ts'
import { captureHold, releaseHold } from './end-holds.ts'
import { listHolds, placeHold, showHold } from './holds.ts'
import { quote } from './quote.ts'

/** Takes coins for finished work; says beforehand what it costs; reserves coins for work that lasts. */
export const handler = defineFunction({
  name: 'charge',
  needs: ['database', 'redis'],
  routes: [charge, quote, placeHold, listHolds, showHold, captureHold, releaseHold],
  onStart: async (resources) => rememberTariffOf(resources),
})
