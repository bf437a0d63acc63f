import { cancelOrder } from '#shared/db/orders.ts'
import { findPaymentsOf, type ProviderEntry } from '#shared/db/provider-entries.ts'
import { listRetries, touchEntry } from '#shared/db/provider-retries.ts'
import { listOpenOrders, type OpenOrder, touchOrder } from '#shared/db/waiting-payments.ts'
import { hasTime, type Run, spendAtMost } from './report.ts'
import { guarded, keep, LEAVE_MS, settlePayment, settleRefund, sync } from './yookassa-lines.ts'

/** Each is a call of its own: a few in each run, in rotation. The lists show what was paid anyway. */
const RETRIES = 10
const RETRIES_MS = 3_000
const ORDERS = 20
const ORDERS_MS = 4_000
/** Younger ones are still being paid, or just heard of. */
const YOUNG_MS = 60_000

/** Tries lines again that did not fit: the list may show them no more, and what kept them may be mended. */
export const retryUnmatched = async (run: Run): Promise<void> => {
  const { sql } = run.resources
  const isSpent = spendAtMost(run, RETRIES_MS)
  for (const entry of await listRetries(sql, 'yookassa', RETRIES)) {
    if (isSpent() || !hasTime(run, LEAVE_MS)) return
    await touchEntry(sql, entry)
    if (entry.direction === 'out') await settleRefund(run, entry)
    else {
      const known = await findPaymentsOf(sql, 'yookassa', [entry.chargeId])
      await settlePayment(run, entry, known.get(entry.chargeId))
    }
  }
}

/** The line of a payment that YooKassa's list does not reach back to, as far as our order says it. */
const entryOf = ({ externalId, currency, amount, createdAt }: OpenOrder): ProviderEntry => ({
  provider: 'yookassa',
  direction: 'in',
  externalId,
  chargeId: externalId,
  currency,
  amount,
  occurredAt: createdAt,
})

const pollOrder = async (run: Run, order: OpenOrder): Promise<void> => {
  const { sql, clock } = run.resources
  const outcome = await guarded(run, order.externalId, () => sync(run, order.externalId))
  if (outcome?.state === 'unmatched' && outcome.reason === 'not_found') {
    // YooKassa forgets nothing that it has opened; until the order has run out it may still be on its way
    if (order.expiresAt.getTime() < clock()) await cancelOrder(sql, order.id)
    return
  }
  // with a line of its own it is awaited no more, whatever became of it
  if (outcome) await keep(run, entryOf(order), outcome)
}

/** Asks for what was begun and not heard of again. */
export const pollOpenOrders = async (run: Run): Promise<void> => {
  const { sql, clock } = run.resources
  const isSpent = spendAtMost(run, ORDERS_MS)
  const before = new Date(clock() - YOUNG_MS)
  for (const order of await listOpenOrders(sql, { provider: 'yookassa', before, limit: ORDERS })) {
    if (isSpent() || !hasTime(run, LEAVE_MS)) return
    await touchOrder(sql, order.id)
    run.tally.checked += 1
    await pollOrder(run, order)
  }
}
