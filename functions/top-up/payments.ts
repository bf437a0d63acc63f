import { z } from 'zod'
import type { Tx } from '#shared/db/client.ts'
import { findOrder } from '#shared/db/orders.ts'
import { type IncomingPayment, type TakenPayment, takePayment } from '#shared/db/payments.ts'
import { CoinBalance } from '#shared/domain/coins.ts'
import type { Resources } from '#shared/http/resources.ts'
import { changeRoute } from '#shared/http/route.ts'
import { Id } from '#shared/http/subject.ts'
import { fitPayment, orderIdOf } from '#shared/payments/fit-payment.ts'
import { ledgerWords } from '#shared/payments/ledger-words.ts'
import { suspenseCounter } from './metrics.ts'
import { PaidMessage, type SuccessfulPayment } from './paid-message.ts'
import { registerPayer } from './payer.ts'
import { readPayload } from './signed-payload.ts'

const Taken = z.strictObject({ paymentId: Id, transactionId: Id.nullable(), coins: CoinBalance })

/** What the payment is for: an order of ours that fits, or the reason why none does. */
const findPurpose = async (
  tx: Tx,
  resources: Resources,
  payment: SuccessfulPayment,
  provider: IncomingPayment['provider'],
): Promise<IncomingPayment['order'] & { pack?: string }> => {
  const decoded = readPayload(resources, payment.invoice_payload)
  const orderId = decoded && orderIdOf(decoded)
  const order = orderId === undefined ? undefined : await findOrder(tx, orderId)
  const fit = fitPayment(decoded, order, {
    provider,
    currency: payment.currency,
    totalAmount: payment.total_amount,
  })
  if (fit.fits) return fit.order
  return {
    misfit: fit.reason,
    details: { orderId: orderId ?? null, payload: payment.invoice_payload ?? null },
  }
}

const reportSuspense = (resources: Resources, taken: TakenPayment): void => {
  const { paymentId, reason } = taken
  suspenseCounter(resources).inc({ reason: reason ?? 'unknown' })
  resources.log.error({ paymentId, reason }, 'a payment fits no order and waits in suspense')
}

/** POST /payments: the money has moved already, so this ends in a credit or in suspense, and is answered with 200 either way. */
export const takePaidMessage = changeRoute({
  method: 'POST',
  path: '/payments',
  summary: "Credits a payment: takes Telegram's message with successful_payment",
  body: PaidMessage,
  answers: { 200: Taken },
  run: async ({ body, tx, caller, resources, afterCommit }) => {
    const payment = body.successful_payment
    const provider = payment.currency === 'XTR' ? 'stars' : 'telegram'
    const payer = await registerPayer(tx, resources, body.from, caller.id)
    const { language } = payer.settings
    const purpose = await findPurpose(tx, resources, payment, provider)
    const pack = resources.tariff.packs.find(({ id }) => id === purpose.pack)
    const taken = await takePayment(tx, {
      provider,
      chargeId: payment.telegram_payment_charge_id,
      userId: payer.id,
      currency: payment.currency,
      amount: payment.total_amount,
      actor: caller.id,
      order: purpose,
      words: ledgerWords(language, pack?.title[language] ?? purpose.pack),
    })
    afterCommit(async () => {
      if (taken.isNew && taken.state === 'suspense') reportSuspense(resources, taken)
      resources.wake('notify')
    })
    const { paymentId, transactionId, coins } = taken
    return { status: 200, body: { paymentId, transactionId, coins } }
  },
})
