import { defineFunction } from '#shared/http/define-function.ts'
import { moneyMetrics } from '#shared/money/metrics.ts'
import { notificationCounter } from './metrics.ts'
import { takeYookassaNotification } from './yookassa.ts'

/** What a notification needs is its name and an id; more is an attack. */
const BODY_LIMIT_BYTES = 64 * 1024

/** Notifications of payment providers other than Telegram. Public: each is checked by where it comes from, and by asking the provider. */
export const handler = defineFunction({
  name: 'payment-webhook',
  needs: ['database', 'redis', 'telegram', 'signing', 'providers'],
  routes: [takeYookassaNotification],
  bodyLimitBytes: BODY_LIMIT_BYTES,
  onStart: async (resources) => {
    moneyMetrics(resources)
    notificationCounter(resources)
  },
})
