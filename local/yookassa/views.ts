import { formatAmount } from './amounts.ts'
import type { Amount, Payment, Refund } from './model.ts'

export type Shop = { shopId: string; test: boolean }

/** YooKassa keeps a share of every payment; it only shows in `income_amount`. */
const FEE_PERCENT = 3.5
const CAPTURE_DAYS = 7
const DAY_MS = 24 * 3600 * 1000

const iso = (atMs: number): string => new Date(atMs).toISOString()

const toAmount = (minor: number, currency: string): Amount => ({ value: formatAmount(minor), currency })

const cardOf = (payment: Payment) => ({
  type: 'bank_card',
  id: payment.id,
  saved: false,
  title: 'Bank card *4444',
  card: {
    first6: '555555',
    last4: '4444',
    expiry_year: '2035',
    expiry_month: '12',
    card_type: 'MasterCard',
  },
})

/** What only a payment has that money went through. */
const paidMembers = (payment: Payment) => {
  if (payment.paidAtMs === undefined) return {}
  const { amount, currency, refunded, paidAtMs, status } = payment
  const common = { payment_method: cardOf(payment) }
  if (status === 'waiting_for_capture')
    return { ...common, expires_at: iso(paidAtMs + CAPTURE_DAYS * DAY_MS) }
  if (status !== 'succeeded') return common
  return {
    ...common,
    captured_at: iso(paidAtMs),
    income_amount: toAmount(amount - Math.round((amount * FEE_PERCENT) / 100), currency),
    refunded_amount: toAmount(refunded, currency),
  }
}

/** A payment as the API shows it. `apiRoot` is where this simulator listens now: its pay page. */
export const showPayment = (
  payment: Payment,
  { shopId, test }: Shop,
  apiRoot: string,
): Record<string, unknown> => {
  const { id, status, amount, currency, refunded, description, metadata, createdAtMs, cancellation } = payment
  return {
    id,
    status,
    amount: toAmount(amount, currency),
    ...(description === undefined ? {} : { description }),
    recipient: { account_id: shopId, gateway_id: `${shopId}1` },
    created_at: iso(createdAtMs),
    ...paidMembers(payment),
    ...(status === 'pending'
      ? {
          confirmation: {
            type: 'redirect',
            return_url: payment.returnUrl,
            confirmation_url: `${apiRoot}/pay/${id}`,
          },
        }
      : {}),
    ...(cancellation === undefined ? {} : { cancellation_details: cancellation }),
    test,
    paid: status === 'succeeded' || status === 'waiting_for_capture',
    refundable: status === 'succeeded' && refunded < amount,
    metadata,
  }
}

/** A refund as the API shows it. */
export const showRefund = (refund: Refund): Record<string, unknown> => {
  const { id, paymentId, status, amount, currency, description, createdAtMs } = refund
  return {
    id,
    payment_id: paymentId,
    status,
    created_at: iso(createdAtMs),
    amount: toAmount(amount, currency),
    ...(description === undefined ? {} : { description }),
    ...(status === 'canceled'
      ? { cancellation_details: { party: 'yoo_money', reason: 'insufficient_funds' } }
      : {}),
  }
}
