import { z } from 'zod'
import { CoinBalance } from '#shared/domain/coins.ts'
import { requireInsider } from '#shared/http/insiders.ts'
import { changeRoute } from '#shared/http/route.ts'
import { Id } from '#shared/http/subject.ts'
import { creditCharge, reportTaken } from '#shared/money/credit.ts'
import { PaidMessage, providerOfCurrency } from './paid-message.ts'

const Taken = z.strictObject({ paymentId: Id, transactionId: Id.nullable(), coins: CoinBalance })

/** POST /payments: the money has moved already, so this ends in a credit or in suspense, and is answered with 200 either way. */
export const takePaidMessage = changeRoute({
  method: 'POST',
  path: '/payments',
  summary:
    "Credits a payment: takes Telegram's message with successful_payment, from our own functions or with the scope admin",
  body: PaidMessage,
  answers: { 200: Taken },
  run: async ({ body, tx, caller, resources, afterCommit }) => {
    requireInsider(caller)
    const payment = body.successful_payment
    const taken = await creditCharge(tx, resources, {
      provider: providerOfCurrency(payment.currency),
      chargeId: payment.telegram_payment_charge_id,
      processorChargeId: payment.provider_payment_charge_id,
      currency: payment.currency,
      amount: payment.total_amount,
      paidAt: body.date,
      payload: payment.invoice_payload,
      payer: body.from,
      actor: caller.id,
    })
    afterCommit(async () => reportTaken(resources, taken))
    const { paymentId, transactionId, coins } = taken
    return { status: 200, body: { paymentId, transactionId, coins } }
  },
})
