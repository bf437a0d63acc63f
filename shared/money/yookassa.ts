import { enqueueAlert } from '#shared/db/alerts.ts'
import { writeAuditOnce } from '#shared/db/audit.ts'
import type { Tx } from '#shared/db/client.ts'
import { cancelOrder, findOrder, findOrderByExternalId } from '#shared/db/orders.ts'
import { findTaken, type TakenPayment } from '#shared/db/payments.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { YookassaClient } from '#shared/payments/yookassa-api.ts'
import { YookassaError, yookassaToAppError } from '#shared/payments/yookassa-error.ts'
import type { YookassaPayment } from '#shared/payments/yookassa-shapes.ts'
import type { YookassaConfig } from '#shared/platform/payment-providers.ts'
import { creditCharge, reportTaken } from './credit.ts'
import { yookassaOf } from './providers.ts'

/** credited: taken now (in suspense where `taken` says so); known: taken before; refused: not to be believed, told to the operator. */
export type YookassaSync = {
  outcome: 'credited' | 'known' | 'pending' | 'canceled' | 'refused' | 'unknown'
  reason?: string
  taken?: TakenPayment
}

/** @throws AppError not_found where YooKassa is not configured */
export const requireYookassa = (
  resources: Resources,
): { client: YookassaClient; settings: YookassaConfig } => {
  const client = yookassaOf(resources)
  const settings = resources.config.providers?.yookassa
  if (!client || !settings) throw new AppError('not_found', { detail: 'YooKassa is not configured here.' })
  return { client, settings }
}

/** Never credited, whoever says that it was paid; the operator hears of it once. */
const refuse = async (
  resources: Resources,
  paymentId: string,
  reason: string,
  details: Record<string, string | number | null>,
  actor: string,
): Promise<YookassaSync> => {
  const subject = `yookassa:${paymentId}`
  const isFirst = await inTransaction(resources.sql, async (tx) => {
    const entry = { actor, action: 'payment-refused', subject, details: { ...details, reason } }
    const isNew = await writeAuditOnce(tx, entry)
    if (isNew) {
      const params = { provider: 'yookassa', chargeId: paymentId, ...details, reason }
      await enqueueAlert(tx, { kind: 'unmatched-entry', subject, params })
    }
    return isNew
  })
  if (isFirst) {
    resources.log.error({ chargeId: paymentId, reason }, 'a payment at YooKassa is not what it should be')
    resources.wake('notify')
  }
  return { outcome: 'refused', reason }
}

const refusalOf = (payment: YookassaPayment, settings: YookassaConfig): string | undefined => {
  if (payment.shopId !== settings.shopId) return 'shop_differs'
  if (payment.test !== settings.test) return payment.test ? 'test_payment' : 'no_test_payment'
  return payment.paid ? undefined : 'not_paid'
}

const isUuid = (text: string | undefined): text is string =>
  text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

/** Written with a credit that is made now, in its transaction: what the caller knows of it. */
type WithCredit = (tx: Tx, taken: TakenPayment) => Promise<void>

const settleSucceeded = async (
  resources: Resources,
  settings: YookassaConfig,
  payment: YookassaPayment,
  actor: string,
  withCredit: WithCredit | undefined,
): Promise<YookassaSync> => {
  const { sql } = resources
  const { id, amount, currency } = payment
  const known = await findTaken(sql, 'yookassa', id)
  if (known) return { outcome: 'known', taken: known }
  // our own note comes first; where the answer to our request was lost, what YooKassa keeps for us says it
  const noted = await findOrderByExternalId(sql, 'yookassa', id)
  const orderId = noted?.id ?? (isUuid(payment.orderId) ? payment.orderId : undefined)
  const details = { orderId: orderId ?? null, amount, currency }
  const distrust = refusalOf(payment, settings)
  if (distrust) return refuse(resources, id, distrust, details, actor)
  // the shop may sell other things, through other programs
  if (orderId === undefined) return { outcome: 'unknown', reason: 'not_ours' }
  const taken = await inTransaction(sql, async (tx) => {
    const credited = await creditCharge(tx, resources, {
      provider: 'yookassa',
      chargeId: id,
      currency,
      amount,
      paidAt: payment.capturedAt ?? payment.createdAt,
      orderId,
      actor,
    })
    if (credited.isNew) await withCredit?.(tx, credited)
    return credited
  })
  reportTaken(resources, taken)
  return { outcome: taken.isNew ? 'credited' : 'known', taken }
}

const closeOrder = async (resources: Resources, payment: YookassaPayment): Promise<void> => {
  const { sql } = resources
  const order =
    (await findOrderByExternalId(sql, 'yookassa', payment.id)) ??
    (isUuid(payment.orderId) ? await findOrder(sql, payment.orderId) : undefined)
  if (order?.provider !== 'yookassa') return
  // a second payment of an order that another one has paid may be closed as it likes
  if (order.externalId === null || order.externalId === payment.id) await cancelOrder(sql, order.id)
}

/**
 * Reads a payment back from YooKassa and acts on what stands there, and on nothing else: a notification proves nothing. Status, shop and
 * test flag must be right; an amount or a currency that is not the order's is money all the same, and waits in suspense.
 * @throws AppError unavailable, upstream_failed while YooKassa cannot be asked; not_found where it is not configured
 */
export const syncYookassaPayment = async (
  resources: Resources,
  yookassaPaymentId: string,
  actor: string,
  withCredit?: WithCredit,
): Promise<YookassaSync> => {
  const { client, settings } = requireYookassa(resources)
  let payment: YookassaPayment
  try {
    payment = await client.getPayment(yookassaPaymentId)
  } catch (error) {
    const kind = error instanceof YookassaError ? error.kind : undefined
    if (kind === 'not_found') return { outcome: 'unknown', reason: 'not_found' }
    if (kind === 'nonsense') return refuse(resources, yookassaPaymentId, 'unreadable', {}, actor)
    throw yookassaToAppError(error)
  }
  if (payment.id !== yookassaPaymentId) return refuse(resources, yookassaPaymentId, 'id_differs', {}, actor)
  switch (payment.status) {
    case 'succeeded':
      return settleSucceeded(resources, settings, payment, actor, withCredit)
    case 'canceled':
      await closeOrder(resources, payment)
      return { outcome: 'canceled' }
    default:
      return { outcome: 'pending' }
  }
}
