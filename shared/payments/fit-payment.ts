import type { DecodedPayload } from '#shared/domain/invoice-payload.ts'
import { checkPayment } from '#shared/domain/packs.ts'

/** Why a payment fits no order: kept with the payment and shown to the operator. */
export type MisfitReason =
  | 'payload_missing'
  | 'payload_unknown'
  | 'payload_forged'
  | 'order_unknown'
  | 'provider_differs'
  | 'currency_differs'
  | 'amount_differs'

type Payable = { provider: string; currency: string; amount: number }
type Paid = { provider: string; currency: string; totalAmount: number }

export type Fit<Order> = { fits: true; order: Order } | { fits: false; reason: MisfitReason }

/** The order that a payload names, where its signature proves that we wrote it; expired ones count too. */
export const orderIdOf = (decoded: DecodedPayload): string | undefined =>
  'orderId' in decoded ? decoded.orderId : undefined

const misfit = (reason: MisfitReason): { fits: false; reason: MisfitReason } => ({ fits: false, reason })

/** Whether money that has been paid is what this order asked for. */
export const fitOrder = <Order extends Payable>(order: Order | undefined, payment: Paid): Fit<Order> => {
  if (order === undefined) return misfit('order_unknown')
  if (order.provider !== payment.provider) return misfit('provider_differs')
  const check = checkPayment(order, payment)
  return check === 'ok' ? { fits: true, order } : misfit(check)
}

/**
 * Whether money that has been paid belongs to an order. Lateness does not matter here: pre-checkout refuses expired invoices, but who
 * has paid gets what was offered.
 */
export const fitPayment = <Order extends Payable>(
  decoded: DecodedPayload | undefined,
  order: Order | undefined,
  payment: Paid,
): Fit<Order> => {
  if (decoded === undefined) return misfit('payload_missing')
  if (!decoded.ok && decoded.reason !== 'expired') {
    return misfit(decoded.reason === 'forged' ? 'payload_forged' : 'payload_unknown')
  }
  return fitOrder(order, payment)
}
