import type { Api } from 'grammy'
import type { PaymentProvider } from './provider.ts'

/**
 * Telegram Stars: the Bot API asks for an empty provider token and exactly one price (createInvoiceLink, currency XTR). A link can be
 * paid many times and by anybody, so that it proves nothing about who pays.
 */
export const createStars = (api: Pick<Api, 'createInvoiceLink'>): PaymentProvider => ({
  id: 'stars',
  currencies: ['XTR'],
  createLink: async ({ invoice }) => {
    const { title, description, payload, currency, prices } = invoice
    // the empty provider token is part of the call: grammY takes it by position
    return { url: await api.createInvoiceLink(title, description, payload, '', currency, prices) }
  },
})
