import type { Provider } from '#shared/domain/packs.ts'

/** An invoice as a chat shows it: the fields that the Bot API's sendInvoice and createInvoiceLink take. */
export type Invoice = {
  /** 1..32 characters. */
  title: string
  /** 1..255 characters. */
  description: string
  /** 1..128 bytes; comes back with the payment. */
  payload: string
  currency: string
  /** Minor units of the currency; whole Stars for XTR, which take exactly one price. */
  prices: [{ label: string; amount: number }]
}

/** A payable link; `externalId` where the provider opens a payment of its own for the order. */
export type PaymentLink = { url: string; externalId?: string }

export type RefundOrder = {
  /** Ours; where the provider knows idempotence, its key. */
  refundId: string
  /** When we asked first. */
  requestedAt: Date
  /** The provider's id, where an earlier answer named it. */
  externalId: string | null
  chargeId: string
  /** Telegram's payer, while we know the person. */
  telegramId: number | null
  /** Minor units. */
  amount: number
  currency: string
}

/** How a refund stands at the provider. What is `refused` will never be paid out. */
export type RefundStanding =
  | { state: 'done'; externalId: string }
  | { state: 'pending'; externalId: string }
  | { state: 'refused'; reason: string }

/**
 * A way to be paid. Each has its own currency and knows how to make a link under which an order can be paid; who pays how much for which
 * order is decided elsewhere, the same for all.
 */
export type PaymentProvider = {
  id: Provider
  currency: string
  /** Whole payments only, parts too, or not through us: at the payment processor's. */
  canRefund: 'whole' | 'parts' | 'outside'
  /**
   * Asks the provider for a payable link. Repeating it for one order makes another link to the same order, never another order. Bounded in time by
   * the provider's client.
   * @throws AppError upstream_failed, unavailable
   */
  createLink: (order: { orderId: string; invoice: Invoice }) => Promise<PaymentLink>
  /**
   * Pays back. Safe to repeat with the same order, however an earlier try ended.
   * @throws AppError upstream_failed, unavailable: whether it was done is not known
   */
  refund: (order: RefundOrder) => Promise<RefundStanding>
}
