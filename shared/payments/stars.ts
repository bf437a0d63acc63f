import type { Api } from 'grammy'
import type { PaymentProvider, RefundStanding } from './provider.ts'

/**
 * Telegram Stars: the Bot API asks for an empty provider token and exactly one price (createInvoiceLink, currency XTR). A link can be
 * paid many times and by anybody, so that it proves nothing about who pays. `refundCharge` pays back through Telegram, and takes a charge
 * that was paid back already for done.
 */
export const createStars = (
  api: Pick<Api, 'createInvoiceLink'>,
  refundCharge: (telegramId: number, chargeId: string) => Promise<RefundStanding>,
): PaymentProvider => ({
  id: 'stars',
  currency: 'XTR',
  canRefund: 'whole',
  createLink: async ({ invoice }) => {
    const { title, description, payload, currency, prices } = invoice
    // the empty provider token is part of the call: grammY takes it by position
    return { url: await api.createInvoiceLink(title, description, payload, '', currency, prices) }
  },
  refund: async ({ telegramId, chargeId }) =>
    telegramId === null
      ? { state: 'refused', reason: 'the payer is not known any more' }
      : refundCharge(telegramId, chargeId),
})
