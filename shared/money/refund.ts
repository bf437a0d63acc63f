import { enqueueAlert } from '#shared/db/alerts.ts'
import type { Queryable, Tx } from '#shared/db/client.ts'
import {
  findRefundByExternalId,
  findStaleRefunds as findStale,
  getRefund,
  keepExternalId,
  lockPayment,
  markRefundDone,
  type Refund,
  type RefundedPayment,
  type RefundToSettle,
} from '#shared/db/refunds.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import type { Provider } from '#shared/domain/packs.ts'
import { coinsOfRefund } from '#shared/domain/refunds.ts'
import { unavailable } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { RefundStanding } from '#shared/payments/provider.ts'
import { moneyMetrics } from './metrics.ts'
import { recordRefund } from './move-coins.ts'
import { providerOf } from './providers.ts'
import { failRefund, finishRefund } from './refund-endings.ts'

/** A refund or a chargeback as a provider shows it. */
export type OutsideRefund = {
  provider: Provider
  chargeId: string
  /** The provider's id of the refund; of Stars that of the payment. */
  externalId: string
  /** Minor units; undefined = the whole rest. */
  amount?: number | undefined
  occurredAt?: Date | undefined
  /** In whose words: an operator's, where one records it. */
  reason?: string | undefined
  actor: string
}

export type RecordedRefund = {
  /** Null: the payment is not known (credit it first), or nothing of it was left to take back. */
  refund: Refund | null
  /** Whether coins were taken back now. */
  isNew: boolean
}

/** Ours that is under way and may be what the provider shows: it has no id yet, and is as large. */
const findOurs = async (
  tx: Tx,
  payment: RefundedPayment,
  { externalId, amount }: OutsideRefund,
): Promise<Refund | undefined> => {
  const known = await findRefundByExternalId(tx, payment.id, externalId)
  if (known || payment.requestedId === null) return known
  const requested = await getRefund(tx, payment.requestedId)
  return requested.externalId === null && (amount === undefined || amount === requested.amount)
    ? requested
    : undefined
}

const confirm = async (tx: Tx, ours: Refund, { externalId, actor }: OutsideRefund): Promise<Refund> => {
  if (ours.state !== 'requested') return ours
  await finishRefund(tx, ours, externalId, actor)
  return getRefund(tx, ours.id)
}

const reverse = async (
  tx: Tx,
  resources: Resources,
  payment: RefundedPayment,
  seen: OutsideRefund,
  amount: number,
): Promise<Refund> => {
  const { externalId, actor } = seen
  const refundId = await recordRefund(tx, payment, {
    paymentId: payment.id,
    amount,
    coins: coinsOfRefund(payment, amount),
    reason: seen.reason ?? 'made outside',
    actor,
    origin: 'outside',
    state: 'done',
    externalId,
  })
  await markRefundDone(tx, { id: refundId, paymentId: payment.id }, externalId)
  const refund = await getRefund(tx, refundId)
  const { provider, currency, coins, debtAdded } = refund
  await enqueueAlert(tx, {
    kind: 'refund-outside',
    subject: `refund:${refundId}`,
    params: { paymentId: payment.id, provider, amount, currency, coins, debtAdded },
  })
  moneyMetrics(resources).refunds.inc({ provider, state: 'outside' })
  return refund
}

/**
 * Takes in a refund or a chargeback that a provider shows, once: one of ours is confirmed by it, anything else takes the coins back now,
 * and those that were spent become debt. The caller wakes `notify` after the commit.
 * @throws AppError unavailable while a refund of ours, which may or may not be the same, is under way
 */
export const recordOutsideRefund = async (
  tx: Tx,
  resources: Resources,
  seen: OutsideRefund,
): Promise<RecordedRefund> => {
  const payment = await lockPayment(tx, { provider: seen.provider, chargeId: seen.chargeId })
  if (!payment) return { refund: null, isNew: false }
  const ours = await findOurs(tx, payment, seen)
  if (ours) return { refund: await confirm(tx, ours, seen), isNew: false }
  const left = payment.amount - payment.refundedAmount
  if (left <= 0 && payment.requestedId === null) return { refund: null, isNew: false }
  const amount = seen.amount ?? left
  if (amount > left && payment.requestedId !== null) {
    throw unavailable(
      'A refund of this payment is under way; once it has ended, this one can be told from it.',
    )
  }
  // a chargeback may take more than what was left: our books give back what they got
  return { refund: await reverse(tx, resources, payment, seen, Math.min(amount, left)), isNew: true }
}

type Settled = { refund: Refund; ended: 'done' | 'failed' | undefined }

/** Writes down how a refund stands at its provider, once: another run may have done it while we asked. */
export const applyStanding = async (
  tx: Tx,
  resources: Resources,
  asked: RefundToSettle,
  standing: RefundStanding,
  actor: string,
): Promise<Settled> => {
  await lockPayment(tx, asked)
  const refund = await getRefund(tx, asked.id)
  let ended: Settled['ended']
  if (standing.state === 'pending') await keepExternalId(tx, refund.id, standing.externalId)
  else if (standing.state === 'done' && refund.state === 'requested') {
    await finishRefund(tx, refund, standing.externalId, actor)
    ended = 'done'
  } else if (standing.state === 'done' && refund.externalId !== standing.externalId) {
    // one made outside was taken for ours while ours was under way: there are two
    const { provider, chargeId, amount } = refund
    await recordOutsideRefund(tx, resources, {
      provider,
      chargeId,
      externalId: standing.externalId,
      amount,
      actor,
    })
  } else if (standing.state === 'refused' && refund.state === 'requested') {
    await failRefund(tx, refund, standing.reason.slice(0, 300) || 'refused', actor)
    ended = 'failed'
  }
  return { refund: await getRefund(tx, refund.id), ended }
}

/** After the commit: counts how refunds ended and wakes whoever tells people of it. */
export const reportSettled = (resources: Resources, { refund, ended }: Settled): void => {
  if (ended === undefined) return
  const { id: refundId, paymentId, provider, failure } = refund
  moneyMetrics(resources).refunds.inc({ provider, state: ended })
  if (ended === 'failed') {
    resources.log.error({ refundId, paymentId, failure }, 'a provider refused a refund; the coins are back')
  }
  resources.wake('notify')
}

/**
 * Asks the provider for a refund that was requested, outside of any transaction, and writes down how it ended: `done`, or `failed` with
 * the coins given back. Safe to repeat; a refund that has ended is answered as it is.
 * @throws AppError unavailable, upstream_failed: whether the provider did it is not known, and it stays `requested` until it is asked again
 */
export const settleRefund = async (
  resources: Resources,
  refundId: string,
  actor: string,
): Promise<Refund> => {
  const asked = await getRefund(resources.sql, refundId)
  if (asked.state !== 'requested') return asked
  const standing = await providerOf(resources, asked.provider).refund({
    refundId,
    requestedAt: asked.requestedAt,
    externalId: asked.externalId,
    chargeId: asked.chargeId,
    telegramId: asked.telegramId,
    amount: asked.amount,
    currency: asked.currency,
  })
  const settled = await inTransaction(resources.sql, (tx) =>
    applyStanding(tx, resources, asked, standing, actor),
  )
  reportSettled(resources, settled)
  return settled.refund
}

/** Ids of refunds that have been under way for so long that nobody may be settling them; for reconcile. */
export const findStaleRefunds = (
  sql: Queryable,
  olderThanSeconds: number,
  limit: number,
): Promise<string[]> => findStale(sql, olderThanSeconds, limit)
