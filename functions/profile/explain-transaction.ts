import { z } from 'zod'
import { type Cause, findCause, findPastPrice } from '#shared/db/causes.ts'
import type { Queryable } from '#shared/db/client.ts'
import { findTransaction, type HistoryItem } from '#shared/db/history.ts'
import { getUser } from '#shared/db/users.ts'
import { CoinAmount, CoinBalance } from '#shared/domain/coins.ts'
import type { Tariff } from '#shared/domain/tariff.ts'
import { AppError } from '#shared/errors.ts'
import { readRoute } from '#shared/http/route.ts'
import { Id, querySubject, subjectOf } from '#shared/http/subject.ts'
import { Transaction, TransactionType, toView } from './transaction-view.ts'

const Money = { amount: z.int().positive(), currency: z.string() }
const Provider = z.enum(['stars', 'telegram', 'yookassa'])
const Moment = z.iso.datetime()
const Work = z.strictObject({ id: Id, isKept: z.boolean() })

const Payment = z.strictObject({
  id: Id,
  provider: Provider,
  state: z.enum(['credited', 'suspense', 'refunded', 'partly_refunded']),
  ...Money,
  coins: CoinBalance,
  refundedAmount: z.int().nonnegative(),
  createdAt: Moment,
})

const Refund = z.strictObject({
  id: Id,
  paymentId: Id,
  ...Money,
  coins: CoinBalance,
  debtAdded: CoinBalance,
  state: z.enum(['requested', 'done', 'failed']),
  origin: z.enum(['operator', 'self_service', 'outside']),
  createdAt: Moment,
})

const Hold = z.strictObject({
  id: Id,
  coins: CoinAmount,
  capturedCoins: CoinAmount.nullable(),
  service: z.string().nullable(),
  description: z.string(),
  createdAt: Moment,
})

const Explanation = z
  .strictObject({
    kind: TransactionType,
    balanceBefore: CoinBalance,
    /** How many units of the service at which price, where the prices of that day are known. */
    units: z.int().positive().nullable(),
    unitPrice: CoinAmount.nullable(),
    payment: Payment.nullable(),
    refund: Refund.nullable(),
    hold: Hold.nullable(),
    avatar: Work.nullable(),
    transcript: Work.nullable(),
  })
  .meta({ id: 'Explanation', description: 'Why the balance changed; whatever does not apply is null' })

const ExplainedTransaction = Transaction.extend({ explanation: Explanation }).meta({
  id: 'ExplainedTransaction',
})

/** The price that one unit had when the row was written. */
const findUnitPrice = async (
  sql: Queryable,
  tariff: Tariff,
  { service, priceVersion }: HistoryItem,
): Promise<number | undefined> => {
  if (service === null || priceVersion === null) return undefined
  if (priceVersion !== tariff.version) return findPastPrice(sql, { version: priceVersion, service })
  return Object.hasOwn(tariff.services, service) ? tariff.services[service]?.coins : undefined
}

/** A hold that was captured in part is charged less than its units: then no number of them is told. */
const findUnits = async (
  sql: Queryable,
  tariff: Tariff,
  item: HistoryItem,
): Promise<{ units: number | null; unitPrice: number | null }> => {
  const unitPrice = await findUnitPrice(sql, tariff, item)
  if (unitPrice === undefined || item.type !== 'charge' || -item.amount % unitPrice !== 0) {
    return { units: null, unitPrice: null }
  }
  return { units: -item.amount / unitPrice, unitPrice }
}

const withTime = <Facts extends { createdAt: Date }>(facts: Facts | null) =>
  facts && { ...facts, createdAt: facts.createdAt.toISOString() }

const present = ({ payment, refund, hold, avatar, transcript }: Cause) => ({
  payment: withTime(payment),
  refund: withTime(refund),
  hold: withTime(hold),
  avatar,
  transcript,
})

/** GET /transactions/<id>?userId: one movement of coins and everything that explains it. */
export const explainTransaction = readRoute({
  method: 'GET',
  path: '/transactions/:id',
  summary: 'Why a balance changed: one movement of coins with its payment, refund, hold or work',
  params: z.strictObject({ id: Id }),
  query: z.strictObject(querySubject),
  answers: { 200: ExplainedTransaction },
  run: async ({ params, query, sql, resources }) => {
    const user = await getUser(sql, subjectOf(query))
    const whose = { userId: user.id, id: params.id }
    const item = await findTransaction(sql, whose)
    if (!item) throw new AppError('not_found', { detail: 'This person has no such transaction.' })
    const [cause, units] = await Promise.all([
      findCause(sql, { userId: user.id, item }),
      findUnits(sql, resources.tariff, item),
    ])
    const balanceBefore = item.balanceAfter - item.amount
    const explanation = { kind: item.type, balanceBefore, ...units, ...present(cause) }
    return { status: 200, body: { ...toView(item), explanation } }
  },
})
