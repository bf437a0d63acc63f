import type { Api } from 'grammy'
import type { PaymentProvider } from './provider.ts'

/**
 * Telegram Payments: cards, taken by a payment processor that BotFather connects; its provider token makes an invoice one of money.
 * The Bot API knows no refund for them: those are made at the processor's, and recorded here.
 */
export const createTelegramPayments = (
  api: Pick<Api, 'createInvoiceLink'>,
  settings: { token: string; currency: string },
): PaymentProvider => ({
  id: 'telegram',
  currency: settings.currency,
  canRefund: 'outside',
  createLink: async ({ invoice }) => {
    const { title, description, payload, currency, prices } = invoice
    return {
      url: await api.createInvoiceLink(title, description, payload, settings.token, currency, prices),
    }
  },
  refund: async () => ({ state: 'refused', reason: 'refunds are made at the payment processor' }),
})
