import { z } from 'zod'
import type { Queryable } from '#shared/db/client.ts'
import { findOrder, findOrderCredit, type Order } from '#shared/db/orders.ts'
import { getUser } from '#shared/db/users.ts'
import { CoinBalance } from '#shared/domain/coins.ts'
import { AppError } from '#shared/errors.ts'
import { changeRoute } from '#shared/http/route.ts'
import { bodySubject, Id, subjectOf } from '#shared/http/subject.ts'
import { yookassaOf } from '#shared/money/providers.ts'
import { syncYookassaPayment } from '#shared/money/yookassa.ts'

const OrderCheck = z.strictObject({
  orderId: Id,
  state: z.enum(['open', 'paid', 'canceled', 'expired']),
  /** What it brought; 0 coins where the payment waits in suspense. */
  paymentId: Id.optional(),
  coins: CoinBalance.optional(),
})

type Person = { userId?: string | undefined; telegramId?: number | undefined }

/** @throws AppError order_not_found; forbidden for somebody else's order */
const getOrder = async (sql: Queryable, orderId: string, person: Person): Promise<Order> => {
  const order = await findOrder(sql, orderId)
  if (!order) throw new AppError('order_not_found', { detail: 'There is no such order.' })
  if (person.userId === undefined && person.telegramId === undefined) return order
  const { id } = await getUser(sql, subjectOf(person))
  if (id !== order.userId) throw new AppError('forbidden', { detail: 'This is the order of another person.' })
  return order
}

/** POST /orders/<id>/check: "I have paid". Where the provider can be asked it is, so that nobody waits for a notification that was lost. */
export const checkOrder = changeRoute({
  method: 'POST',
  path: '/orders/:id/check',
  summary: 'Says whether an order is paid, after asking the provider where it can be asked',
  body: z.strictObject(bodySubject),
  params: z.strictObject({ id: Id }),
  answers: { 200: OrderCheck },
  prepare: async ({ body, params, sql, resources, caller }) => {
    const { provider, externalId, state } = await getOrder(sql, params.id, body)
    const canAsk = provider === 'yookassa' && externalId !== null && yookassaOf(resources) !== undefined
    if (canAsk && state !== 'paid') await syncYookassaPayment(resources, externalId, caller.id)
  },
  run: async ({ body, params, tx, resources }) => {
    const order = await getOrder(tx, params.id, body)
    const isLate = order.state === 'open' && order.expiresAt.getTime() <= resources.clock()
    const credit = await findOrderCredit(tx, order.id)
    const state = isLate ? 'expired' : order.state
    return { status: 200, body: { orderId: order.id, state, ...credit } }
  },
})
