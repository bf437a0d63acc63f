import { defineFunction } from '#shared/http/define-function.ts'
import { rememberTariffOf } from '#shared/http/remember-tariff.ts'
import { moneyMetrics } from '#shared/money/metrics.ts'
import { adjustCoins } from './adjustments.ts'
import { checkOrder } from './check-order.ts'
import { createInvoice } from './invoices.ts'
import { listPaymentsOf } from './list-payments.ts'
import { listPacks } from './packs.ts'
import { takePaidMessage } from './payments.ts'
import { checkPreCheckout } from './pre-checkout.ts'
import { takeRefundedMessage } from './refunded-payments.ts'
import { createRefund } from './refunds.ts'
import { resolvePayment } from './resolve.ts'

/** How money comes in, and goes back: packs, invoices, the last word before a payment, the credit after it, refunds. */
export const handler = defineFunction({
  name: 'top-up',
  needs: ['database', 'redis', 'telegram', 'signing', 'providers'],
  routes: [
    listPacks,
    createInvoice,
    checkOrder,
    checkPreCheckout,
    listPaymentsOf,
    takePaidMessage,
    resolvePayment,
    takeRefundedMessage,
    createRefund,
    adjustCoins,
  ],
  // there from the first scrape: an alert on a counter that does not exist yet would miss its first step
  onStart: async (resources) => {
    moneyMetrics(resources)
    rememberTariffOf(resources)
  },
})
