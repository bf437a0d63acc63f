import type { Tx } from '#shared/db/client.ts'
import { findOrder, type Order } from '#shared/db/orders.ts'
import { findTaken, type IncomingPayment, type TakenPayment, takePayment } from '#shared/db/payments.ts'
import { findUser, type User } from '#shared/db/users.ts'
import type { Provider } from '#shared/domain/packs.ts'
import type { Resources } from '#shared/http/resources.ts'
import { type Fit, fitOrder, fitPayment, orderIdOf } from '#shared/payments/fit-payment.ts'
import { ledgerWords } from '#shared/payments/ledger-words.ts'
import { moneyMetrics } from './metrics.ts'
import { type Payer, registerPayer } from './payer.ts'
import { readPayload } from './signed-payload.ts'

/** Money that a provider says it took, from whatever side the news comes. */
export type PaidCharge = {
  provider: Provider
  chargeId: string
  processorChargeId?: string | undefined
  currency: string
  /** Minor units. */
  amount: number
  paidAt?: Date | undefined
  /** What the invoice carried; undefined when missing. */
  payload?: string | undefined
  /** YooKassa: our order, as the payment's own metadata name it. */
  orderId?: string | undefined
  /** Telegram's payer; undefined for YooKassa, whose payer is the order's person. */
  payer?: Payer | undefined
  actor: string
}

type Purpose = { orderId: string | undefined; order: Order | undefined; fit: Fit<Order> }

/** What the payment is for: an order of ours that fits, or the reason why none does. */
const findPurpose = async (tx: Tx, resources: Resources, charge: PaidCharge): Promise<Purpose> => {
  const paid = { provider: charge.provider, currency: charge.currency, totalAmount: charge.amount }
  if (charge.provider === 'yookassa') {
    // no payload: what the provider kept for us and shows to nobody else needs no signature
    const { orderId } = charge
    const order = orderId === undefined ? undefined : await findOrder(tx, orderId)
    return { orderId, order, fit: fitOrder(order, paid) }
  }
  const decoded = readPayload(resources, charge.payload)
  const orderId = decoded && orderIdOf(decoded)
  const order = orderId === undefined ? undefined : await findOrder(tx, orderId)
  return { orderId, order, fit: fitPayment(decoded, order, paid) }
}

const findPayer = async (
  tx: Tx,
  resources: Resources,
  charge: PaidCharge,
  order: Order | undefined,
): Promise<User | undefined> => {
  if (charge.payer) return registerPayer(tx, resources, charge.payer, charge.actor)
  return order ? findUser(tx, { userId: order.userId }) : undefined
}

const orderOf = (
  { orderId, order, fit }: Purpose,
  { provider, payload }: PaidCharge,
): IncomingPayment['order'] =>
  fit.fits
    ? fit.order
    : {
        misfit: fit.reason,
        orderId: order?.provider === provider ? order.id : undefined,
        details: { orderId: orderId ?? null, payload: payload?.slice(0, 256).toWellFormed() ?? null },
      }

/**
 * Takes a charge once, by (provider, charge id), whoever brings it and however often: the coins of its order go to who paid, and what
 * fits no order waits in suspense with an alert. Nothing is refused, since the money has moved already. Afterwards: `reportTaken`.
 */
export const creditCharge = async (
  tx: Tx,
  resources: Resources,
  charge: PaidCharge,
): Promise<TakenPayment> => {
  // news of old charges comes again and again; it must not bring back the account of a person who has left
  const known = await findTaken(tx, charge.provider, charge.chargeId)
  if (known) return known
  const purpose = await findPurpose(tx, resources, charge)
  const payer = await findPayer(tx, resources, charge, purpose.order)
  const language = payer?.settings.language ?? 'ru'
  const packId = purpose.fit.fits ? purpose.fit.order.pack : undefined
  const pack = resources.tariff.packs.find(({ id }) => id === packId)
  return takePayment(tx, {
    provider: charge.provider,
    chargeId: charge.chargeId,
    processorChargeId: charge.processorChargeId,
    userId: payer?.id ?? null,
    currency: charge.currency,
    amount: charge.amount,
    paidAt: charge.paidAt,
    actor: charge.actor,
    order: orderOf(purpose, charge),
    words: ledgerWords(language, pack?.title[language] ?? packId),
  })
}

/** After the commit: counts and logs what waits in suspense, and wakes whoever tells people of it. */
export const reportTaken = (resources: Resources, taken: TakenPayment): void => {
  if (!taken.isNew) return
  if (taken.state === 'suspense') {
    const { paymentId, reason } = taken
    moneyMetrics(resources).suspense.inc({ reason: reason ?? 'unknown' })
    resources.log.error({ paymentId, reason }, 'a payment fits no order and waits in suspense')
  }
  resources.wake('notify')
}
