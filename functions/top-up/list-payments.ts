import { z } from 'zod'
import { listPayments, type RefundedPayment } from '#shared/db/refunds.ts'
import { getUser } from '#shared/db/users.ts'
import { getBalance } from '#shared/db/wallets.ts'
import { CoinBalance } from '#shared/domain/coins.ts'
import {
  coinsOfRefund,
  type RefundRefusal,
  refundableUntil,
  refuseSelfService,
} from '#shared/domain/refunds.ts'
import type { Resources } from '#shared/http/resources.ts'
import { readRoute } from '#shared/http/route.ts'
import { CurrencyCode, ProviderId, pageOf, pageQuery } from '#shared/http/schemas.ts'
import { Id, querySubject, subjectOf } from '#shared/http/subject.ts'
import { providersOf } from '#shared/money/providers.ts'

const PaymentView = z.strictObject({
  paymentId: Id,
  provider: ProviderId,
  state: z.enum(['credited', 'suspense', 'refunded', 'partly_refunded']),
  amount: z.int().positive(),
  currency: CurrencyCode,
  coins: CoinBalance,
  refundedAmount: z.int().min(0),
  createdAt: z.iso.datetime(),
  /** What the payer may have back without asking the operator. */
  refundable: z.strictObject({
    ok: z.boolean(),
    amount: z.int().min(0),
    coins: CoinBalance,
    reason: z.enum(['too_late', 'spent', 'not_refundable']).nullable(),
    until: z.iso.datetime().nullable(),
  }),
})

const refusalOf = (
  resources: Resources,
  payment: RefundedPayment,
  left: number,
  spendable: number,
): RefundRefusal | undefined => {
  const provider = providersOf(resources).find(({ id }) => id === payment.provider)
  if (!provider || provider.canRefund === 'outside' || payment.requestedId !== null) return 'not_refundable'
  // credited to this person by an operator: the money was another's
  if (payment.payerId !== payment.userId) return 'not_refundable'
  const policy = resources.tariff.refunds
  return refuseSelfService(payment, left, { policy, now: resources.clock(), spendable })
}

const refundableOf = (resources: Resources, payment: RefundedPayment, spendable: number) => {
  const left = payment.amount - payment.refundedAmount
  const reason = refusalOf(resources, payment, left, spendable) ?? null
  return {
    ok: reason === null,
    amount: reason === null ? left : 0,
    coins: reason === null ? coinsOfRefund(payment, left) : 0,
    reason,
    until:
      reason === 'not_refundable' ? null : refundableUntil(payment, resources.tariff.refunds).toISOString(),
  }
}

/** GET /payments: what a person paid, newest first, and what may go back. */
export const listPaymentsOf = readRoute({
  method: 'GET',
  path: '/payments',
  summary: "A person's payments, newest first, each with what can be refunded",
  query: z.strictObject({ ...querySubject, ...pageQuery }),
  answers: { 200: pageOf(PaymentView) },
  run: async ({ query, sql, resources }) => {
    const { id: userId } = await getUser(sql, subjectOf(query))
    const { coins, held, debt } = await getBalance(sql, userId)
    const { limit, cursor } = query
    const payments = await listPayments(sql, { userId, limit: limit + 1, cursor })
    const items = payments.slice(0, limit).map((payment) => ({
      paymentId: payment.id,
      provider: payment.provider,
      state: payment.state,
      amount: payment.amount,
      currency: payment.currency,
      coins: payment.coins,
      refundedAmount: payment.refundedAmount,
      createdAt: payment.createdAt.toISOString(),
      refundable: refundableOf(resources, payment, coins - held - debt),
    }))
    const nextCursor = payments.length > limit ? (items.at(-1)?.paymentId ?? null) : null
    return { status: 200, body: { items, nextCursor } }
  },
})
