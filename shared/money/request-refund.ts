import type { Tx } from '#shared/db/client.ts'
import { freeExpiredHolds } from '#shared/db/expired-holds.ts'
import {
  getRefund,
  lockPayment,
  type Refund,
  type RefundedPayment,
  type RefundOrigin,
} from '#shared/db/refunds.ts'
import { lockBalance } from '#shared/db/wallets.ts'
import { coinsOfRefund, refuseSelfService } from '#shared/domain/refunds.ts'
import { AppError, invalidInput } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import { recordRefund } from './move-coins.ts'
import { providerOf } from './providers.ts'

export type RefundRequest = {
  paymentId: string
  /** Minor units; the whole rest unless given. */
  amount?: number | undefined
  reason: string
  actor: string
  origin: Exclude<RefundOrigin, 'outside'>
  /** The person who asks, for self-service. */
  onBehalfOf?: string | undefined
}

const conflict = (detail: string, extra: Record<string, unknown> = {}): AppError =>
  new AppError('conflict', { detail, extra })

/** One refund of a payment at a time, and never more than what is left of it. @throws AppError conflict, invalid_input */
export const checkAmount = (payment: RefundedPayment, wanted: number | undefined): number => {
  if (payment.requestedId !== null) {
    throw conflict('A refund of this payment is under way already.', { refundId: payment.requestedId })
  }
  const left = payment.amount - payment.refundedAmount
  if (left <= 0) throw conflict('This payment was refunded already.', { left: 0 })
  const amount = wanted ?? left
  if (amount > left) throw conflict(`Only ${left} of this payment is left.`, { left })
  if (payment.state === 'suspense' && amount < payment.amount) {
    throw invalidInput('A payment that waits in suspense is refunded as a whole.', [
      { path: 'amount', message: `must be ${payment.amount}, or left out` },
    ])
  }
  return amount
}

const checkProvider = (resources: Resources, payment: RefundedPayment, amount: number): void => {
  const { canRefund, id } = providerOf(resources, payment.provider)
  if (canRefund === 'outside') {
    throw invalidInput(
      `Refunds of ${id} are made at the payment processor; record one that was made there by "outside": true.`,
      [{ path: 'outside', message: 'must be true for this provider' }],
    )
  }
  if (canRefund === 'whole' && amount !== payment.amount) {
    throw invalidInput(`${id} refunds whole payments only.`, [
      { path: 'amount', message: `must be ${payment.amount}, or left out` },
    ])
  }
}

const checkPolicy = async (
  tx: Tx,
  resources: Resources,
  payment: RefundedPayment,
  amount: number,
  userId: string,
): Promise<void> => {
  await freeExpiredHolds(tx, userId)
  const { coins, held, debt } = await lockBalance(tx, userId)
  const policy = resources.tariff.refunds
  const refusal = refuseSelfService(payment, amount, {
    policy,
    now: resources.clock(),
    spendable: coins - held - debt,
  })
  if (refusal) {
    throw conflict('The refund policy does not allow it; the operator may still do it.', { policy: refusal })
  }
}

/**
 * Takes the coins of a payment back now, in this transaction, and writes the refund as `requested`: whoever wants money back cannot spend
 * the coins in the meantime. The provider is asked afterwards, by `settleRefund`.
 * @throws AppError payment_not_found; forbidden for somebody else's payment; conflict where nothing is left, one is under way, or the
 *   policy (in `policy`) says no; invalid_input for what the provider cannot do
 */
export const requestRefund = async (
  tx: Tx,
  resources: Resources,
  request: RefundRequest,
): Promise<Refund> => {
  const { paymentId, reason, actor, origin, onBehalfOf } = request
  const payment = await lockPayment(tx, { paymentId })
  if (!payment) throw new AppError('payment_not_found', { detail: 'There is no such payment.' })
  const isOwn = payment.userId === onBehalfOf && payment.payerId === onBehalfOf
  if (onBehalfOf !== undefined && !isOwn) {
    throw new AppError('forbidden', { detail: 'This is the payment of another person.' })
  }
  const amount = checkAmount(payment, request.amount)
  if (origin === 'self_service') {
    const { canRefund } = providerOf(resources, payment.provider)
    if (onBehalfOf === undefined || canRefund === 'outside') {
      throw conflict('Such payments are refunded by the operator.', { policy: 'not_refundable' })
    }
    await checkPolicy(tx, resources, payment, amount, onBehalfOf)
  }
  checkProvider(resources, payment, amount)
  const coins = coinsOfRefund(payment, amount)
  const refund = { paymentId, amount, coins, reason, actor, origin, state: 'requested' } as const
  return getRefund(tx, await recordRefund(tx, payment, refund))
}
