import { z } from 'zod'
import type { Tx } from '#shared/db/client.ts'
import { MAX_REASON } from '#shared/db/operator-task.ts'
import { lockPayment, type Refund } from '#shared/db/refunds.ts'
import { getUser } from '#shared/db/users.ts'
import { CoinBalance } from '#shared/domain/coins.ts'
import { AppError, invalidInput } from '#shared/errors.ts'
import { actingOperator, operatorOf } from '#shared/http/insiders.ts'
import type { Resources } from '#shared/http/resources.ts'
import { changeRoute } from '#shared/http/route.ts'
import { CurrencyCode } from '#shared/http/schemas.ts'
import { bodySubject, Id, subjectOf } from '#shared/http/subject.ts'
import { providerOf } from '#shared/money/providers.ts'
import { recordOutsideRefund, settleRefund } from '#shared/money/refund.ts'
import { checkAmount, requestRefund } from '#shared/money/request-refund.ts'
import type { Client } from '#shared/platform/clients.ts'

const RefundRequest = z.strictObject({
  /** With a person: asked for by the payer, within the policy. Without: the operator's decision (scope `admin`). */
  ...bodySubject,
  paymentId: Id,
  reason: z.string().trim().min(1).max(MAX_REASON),
  /** Minor units; the whole rest unless given. */
  amount: z.int().positive().optional(),
  /** Records a refund that was made at the payment processor. */
  outside: z.literal(true).optional(),
  ...actingOperator,
})
type RefundRequest = z.infer<typeof RefundRequest>

const RefundView = z.strictObject({
  refundId: Id,
  paymentId: Id,
  /** Of the refunded part. */
  coins: CoinBalance,
  /** How many of them had been spent, and are owed now. */
  debt: CoinBalance,
  amount: z.int().positive(),
  currency: CurrencyCode,
  state: z.enum(['requested', 'done']),
})

const viewOf = ({ id, paymentId, coins, debtAdded, amount, currency, state }: Refund) => ({
  refundId: id,
  paymentId,
  coins,
  debt: debtAdded,
  amount,
  currency,
  state,
})

/** Made at the processor's already: the coins go now, and nobody is asked. */
const recordMadeOutside = async (
  tx: Tx,
  resources: Resources,
  { paymentId, amount, reason }: RefundRequest,
  actor: string,
): Promise<Refund> => {
  const payment = await lockPayment(tx, { paymentId })
  if (!payment) throw new AppError('payment_not_found', { detail: 'There is no such payment.' })
  if (payment.provider !== 'telegram') {
    throw invalidInput('Refunds of this provider are made through us: leave "outside" out.', [
      { path: 'outside', message: `must be left out for ${payment.provider}` },
    ])
  }
  const { refund } = await recordOutsideRefund(tx, resources, {
    provider: payment.provider,
    chargeId: payment.chargeId,
    externalId: `processor:${crypto.randomUUID()}`,
    amount: checkAmount(payment, amount),
    reason,
    actor,
  })
  if (!refund) throw new Error('A payment of which something was left took no refund.')
  return refund
}

/** Who asks, as the books name them. @throws AppError forbidden, invalid_input */
const actorOf = (body: RefundRequest, caller: Client, { config }: Resources): string => {
  const isSelfService = body.userId !== undefined || body.telegramId !== undefined
  if (!isSelfService) return operatorOf(caller, body.operator, config)
  if (body.outside) throw invalidInput('Only the operator records refunds that were made outside.')
  if (body.operator !== undefined) throw invalidInput('A refund is asked for by a person or by an operator.')
  return caller.id
}

/**
 * POST /refunds. The coins are taken back first, in the transaction; then, outside of it, the provider is asked, and again by each call
 * under the same key until it has answered. A refusal gives the coins back.
 */
export const createRefund = changeRoute({
  method: 'POST',
  path: '/refunds',
  summary:
    "Pays a payment back, whole or in part: for the payer within the policy, or by the operator's decision",
  body: RefundRequest,
  answers: { 200: RefundView },
  run: async ({ body, tx, caller, resources, afterCommit }) => {
    const { paymentId, amount, reason } = body
    const actor = actorOf(body, caller, resources)
    const isSelfService = body.userId !== undefined || body.telegramId !== undefined
    const person = isSelfService ? await getUser(tx, subjectOf(body)) : undefined
    const refund = body.outside
      ? await recordMadeOutside(tx, resources, body, actor)
      : await requestRefund(tx, resources, {
          paymentId,
          amount,
          reason,
          actor,
          origin: person ? 'self_service' : 'operator',
          onBehalfOf: person?.id,
        })
    afterCommit(async () => resources.wake('notify'))
    return { status: 200, body: viewOf(refund) }
  },
  present: async (stored, { body, resources, caller }) => {
    const requested = RefundView.parse(stored)
    const refund = await settleRefund(resources, requested.refundId, actorOf(body, caller, resources))
    if (refund.state === 'failed') {
      throw new AppError('conflict', {
        detail: `The provider refused the refund (${refund.failure}); the coins are back.`,
        extra: { failure: refund.failure, provider: providerOf(resources, refund.provider).id },
      })
    }
    return viewOf(refund)
  },
})
