import { defineFunction } from '#shared/http/define-function.ts'
import { createInvoice } from './invoices.ts'
import { suspenseCounter } from './metrics.ts'
import { listPacks } from './packs.ts'
import { takePaidMessage } from './payments.ts'
import { checkPreCheckout } from './pre-checkout.ts'

/** How money comes in: packs, invoices, the last word before a payment, and the credit after it. */
export const handler = defineFunction({
  name: 'top-up',
  needs: ['database', 'redis', 'telegram', 'signing'],
  routes: [listPacks, createInvoice, checkPreCheckout, takePaidMessage],
  // there from the first scrape: an alert on a counter that does not exist yet would miss its first step
  onStart: async (resources) => void suspenseCounter(resources),
})
