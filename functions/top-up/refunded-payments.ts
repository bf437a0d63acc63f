import { z } from 'zod'
import { CoinBalance } from '#shared/domain/coins.ts'
import { requireInsider } from '#shared/http/insiders.ts'
import { changeRoute } from '#shared/http/route.ts'
import { Id } from '#shared/http/subject.ts'
import { recordOutsideRefund } from '#shared/money/refund.ts'
import { providerOfCurrency, RefundedMessage } from './paid-message.ts'

const Recorded = z.strictObject({
  /** Null where the payment is not known (reconcile credits it first, and comes back), or nothing of it was left. */
  refundId: Id.nullable(),
  coins: CoinBalance,
})

/** POST /refunded-payments: one of ours is confirmed by it; one made outside takes the coins back, spent ones become debt. */
export const takeRefundedMessage = changeRoute({
  method: 'POST',
  path: '/refunded-payments',
  summary:
    "Takes in a refund: takes Telegram's message with refunded_payment, from our own functions or with the scope admin",
  body: RefundedMessage,
  answers: { 200: Recorded },
  run: async ({ body, tx, caller, resources, log, afterCommit }) => {
    requireInsider(caller)
    const refunded = body.refunded_payment
    const chargeId = refunded.telegram_payment_charge_id
    const { refund } = await recordOutsideRefund(tx, resources, {
      provider: providerOfCurrency(refunded.currency),
      chargeId,
      // Telegram's refunds have the id of their payment
      externalId: chargeId,
      amount: refunded.total_amount,
      occurredAt: body.date,
      actor: caller.id,
    })
    if (refund) afterCommit(async () => resources.wake('notify'))
    else log.warn({ chargeId }, 'a refund of a payment that is not known; reconcile will see to it')
    return { status: 200, body: { refundId: refund?.id ?? null, coins: refund?.coins ?? 0 } }
  },
})
