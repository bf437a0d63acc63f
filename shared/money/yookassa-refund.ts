import type { Tx } from '#shared/db/client.ts'
import { findRefundByExternalId, getRefund, lockPayment } from '#shared/db/refunds.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import type { Resources } from '#shared/http/resources.ts'
import { YookassaError, yookassaToAppError } from '#shared/payments/yookassa-error.ts'
import type { YookassaRefund } from '#shared/payments/yookassa-shapes.ts'
import { applyStanding, type RecordedRefund, recordOutsideRefund, reportSettled } from './refund.ts'
import { requireYookassa, syncYookassaPayment } from './yookassa.ts'

const seenAs = (refund: YookassaRefund, actor: string) => ({
  provider: 'yookassa' as const,
  chargeId: refund.paymentId,
  externalId: refund.id,
  amount: refund.amount,
  occurredAt: refund.createdAt,
  actor,
})

/** Ours that waits for YooKassa's word, or undefined. */
const findWaiting = async (tx: Tx, refund: YookassaRefund) => {
  const payment = await lockPayment(tx, { provider: 'yookassa', chargeId: refund.paymentId })
  const ours = payment && (await findRefundByExternalId(tx, payment.id, refund.id))
  return ours?.state === 'requested' ? getRefund(tx, ours.id) : undefined
}

const recordSucceeded = async (
  resources: Resources,
  refund: YookassaRefund,
  actor: string,
): Promise<RecordedRefund> => {
  const record = (): Promise<RecordedRefund> =>
    inTransaction(resources.sql, (tx) => recordOutsideRefund(tx, resources, seenAs(refund, actor)))
  let recorded = await record()
  if (recorded.refund === null) {
    // the money that goes back was never heard of: first it came in
    const { taken } = await syncYookassaPayment(resources, refund.paymentId, actor)
    if (taken) recorded = await record()
  }
  if (recorded.refund) resources.wake('notify')
  return recorded
}

/** Takes in a refund as YooKassa shows it, ours or one made in its cabinet, once. A canceled one of ours gives the coins back. */
const recordYookassaRefund = async (
  resources: Resources,
  refund: YookassaRefund,
  actor: string,
): Promise<RecordedRefund> => {
  if (refund.status === 'succeeded') return recordSucceeded(resources, refund, actor)
  if (refund.status === 'pending') return { refund: null, isNew: false }
  const settled = await inTransaction(resources.sql, async (tx) => {
    const ours = await findWaiting(tx, refund)
    const reason = refund.cancellationReason ?? 'canceled'
    return ours && applyStanding(tx, resources, ours, { state: 'refused', reason }, actor)
  })
  if (!settled) return { refund: null, isNew: false }
  reportSettled(resources, settled)
  return { refund: settled.refund, isNew: false }
}

/**
 * Reads a refund back from YooKassa and takes it in; undefined where there is none of this id, or none that can be read.
 * @throws AppError unavailable, upstream_failed, not_found where YooKassa is not configured
 */
export const syncYookassaRefund = async (
  resources: Resources,
  yookassaRefundId: string,
  actor: string,
): Promise<RecordedRefund | undefined> => {
  const { client } = requireYookassa(resources)
  let refund: YookassaRefund
  try {
    refund = await client.getRefund(yookassaRefundId)
  } catch (error) {
    const kind = error instanceof YookassaError ? error.kind : undefined
    if (kind !== 'not_found' && kind !== 'nonsense') throw yookassaToAppError(error)
    resources.log.error({ refundId: yookassaRefundId, kind }, 'a refund at YooKassa cannot be read')
    return undefined
  }
  return refund.id === yookassaRefundId ? recordYookassaRefund(resources, refund, actor) : undefined
}
