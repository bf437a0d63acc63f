import type { Price, Provider } from '#shared/domain/packs.ts'

/** An invoice as a chat shows it: the fields that the Bot API's sendInvoice and createInvoiceLink take. */
export type Invoice = {
  /** 1..32 characters. */
  title: string
  /** 1..255 characters. */
  description: string
  /** 1..128 bytes; comes back with the payment. */
  payload: string
  currency: Price['currency']
  /** Minor units of the currency; whole Stars for XTR, which take exactly one price. */
  prices: [{ label: string; amount: number }]
}

/**
 * A way to be paid. Each has its own currencies and knows how to make a link under which an order can be paid; who pays how much for which
 * order is decided elsewhere, the same for all.
 */
export type PaymentProvider = {
  id: Provider
  currencies: readonly Price['currency'][]
  /**
   * Asks the provider for a payable link. Repeating it for one order makes another link to the same order, never another order. Bounded in time by
   * the provider's client.
   * @throws the provider's own error
   */
  createLink: (order: { orderId: string; invoice: Invoice }) => Promise<{ url: string }>
}
