import type { PaymentProvider, RefundOrder, RefundStanding } from './provider.ts'
import type { YookassaClient } from './yookassa-api.ts'
import { YookassaError, yookassaToAppError } from './yookassa-error.ts'
import type { YookassaRefund } from './yookassa-shapes.ts'

const HOUR_MS = 3_600_000
/** YooKassa remembers an Idempotence-Key for a day; well before that we look instead of asking again. */
const KEY_LIVES_MS = 20 * HOUR_MS

/** Longest description of a payment. */
const MAX_DESCRIPTION = 128

const descriptionOf = (refundId: string): string => `Refund ${refundId}`

/** How a refund of YooKassa's stands. */
const standingOf = (refund: YookassaRefund): RefundStanding => {
  switch (refund.status) {
    case 'succeeded':
      return { state: 'done', externalId: refund.id }
    case 'pending':
      return { state: 'pending', externalId: refund.id }
    case 'canceled':
      return { state: 'refused', reason: refund.cancellationReason ?? 'canceled' }
  }
}

const findEarlier = async (
  client: YookassaClient,
  { refundId, chargeId }: RefundOrder,
): Promise<YookassaRefund | undefined> => {
  const { items } = await client.listRefunds({ paymentId: chargeId })
  return items.find(
    (refund) => refund.paymentId === chargeId && refund.description === descriptionOf(refundId),
  )
}

/**
 * A refund that YooKassa has taken on ends as it says itself, and in no other way: that it cannot be read now, for whatever reason, says
 * nothing about the money.
 */
const readRefund = async (client: YookassaClient, externalId: string): Promise<YookassaRefund> => {
  try {
    return await client.getRefund(externalId)
  } catch (error) {
    if (!(error instanceof YookassaError)) throw error
    throw new YookassaError('getRefund', 'unavailable', error.reason)
  }
}

const askForRefund = async (
  client: YookassaClient,
  order: RefundOrder,
  now: number,
): Promise<YookassaRefund> => {
  if (order.externalId !== null) return readRefund(client, order.externalId)
  // a key that has been forgotten would make a second refund
  const isOld = now - order.requestedAt.getTime() > KEY_LIVES_MS
  const earlier = isOld ? await findEarlier(client, order) : undefined
  if (earlier) return earlier
  return client.createRefund({
    refundId: order.refundId,
    paymentId: order.chargeId,
    amount: order.amount,
    currency: order.currency,
    description: descriptionOf(order.refundId),
  })
}

/** YooKassa's own API: the person pays on its page, and comes back. A link is one payment of one order. */
export const createYookassa = (
  client: YookassaClient,
  settings: { returnUrl: string; clock: () => number },
): PaymentProvider => ({
  id: 'yookassa',
  currency: 'RUB',
  canRefund: 'parts',
  createLink: async ({ orderId, invoice }) => {
    try {
      const { id, confirmationUrl } = await client.createPayment({
        orderId,
        amount: invoice.prices[0].amount,
        currency: invoice.currency,
        description: invoice.description.slice(0, MAX_DESCRIPTION).toWellFormed(),
        returnUrl: settings.returnUrl,
      })
      if (confirmationUrl === undefined || !/^https?:\/\//.test(confirmationUrl)) {
        throw new YookassaError('createPayment', 'nonsense', 'no address to pay at')
      }
      return { url: confirmationUrl, externalId: id }
    } catch (error) {
      throw yookassaToAppError(error)
    }
  },
  refund: async (order) => {
    try {
      return standingOf(await askForRefund(client, order, settings.clock()))
    } catch (error) {
      if (error instanceof YookassaError && (error.kind === 'refused' || error.kind === 'not_found')) {
        return { state: 'refused', reason: error.reason }
      }
      throw yookassaToAppError(error)
    }
  },
})
