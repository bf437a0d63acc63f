import { expireOrders } from '#shared/db/expired-orders.ts'
import { countUnmatched } from '#shared/db/provider-entries.ts'
import { touchRefund } from '#shared/db/refunds.ts'
import { findWaiting } from '#shared/db/waiting-payments.ts'
import type { Provider } from '#shared/domain/packs.ts'
import { findStaleRefunds, settleRefund } from '#shared/money/refund.ts'
import { isDatabaseAway } from './failures.ts'
import { reconcileMetrics } from './metrics.ts'
import { ACTOR, hasTime, type Run } from './report.ts'

const STALE_AFTER_SECONDS = 60
const REFUNDS_AT_ONCE = 20
/** A call of a provider may take 6 s, and the books of the providers come after it. */
const LEAVE_AFTER_REFUNDS_MS = 14_000

/**
 * Brings refunds to their end whose outcome was not learnt (a process died, the provider was silent): asking again is safe, each carries
 * its own key. One that stays open keeps no other from its turn: it comes last the next time.
 */
export const settleStaleRefunds = async (run: Run): Promise<void> => {
  const { resources } = run
  for (const id of await findStaleRefunds(resources.sql, STALE_AFTER_SECONDS, REFUNDS_AT_ONCE)) {
    if (!hasTime(run, LEAVE_AFTER_REFUNDS_MS)) return
    await touchRefund(resources.sql, id)
    try {
      await settleRefund(resources, id, ACTOR)
      run.hasNews = true
    } catch (error) {
      if (isDatabaseAway(error)) throw error
      resources.log.warn({ err: error, refundId: id }, 'a refund is still open')
    }
  }
}

const ORDERS_AT_ONCE = 500
const ORDERS_PER_RUN = 5_000
const LEAVE_MS = 10_000

/** Closes invoices that ran out. */
export const closeOrders = async (run: Run): Promise<void> => {
  for (let closed = 0; closed < ORDERS_PER_RUN && hasTime(run, LEAVE_MS); ) {
    const count = await expireOrders(run.resources.sql, ORDERS_AT_ONCE)
    closed += count
    if (count < ORDERS_AT_ONCE) return
  }
}

const ageOf = (run: Run, since: Date | null | undefined): number =>
  since ? Math.max(0, Math.round((run.resources.clock() - since.getTime()) / 1000)) : 0

const older = (a: Date | null, b: Date | null): Date | null => (a && b ? (a < b ? a : b) : (a ?? b))

const PROVIDERS: readonly Provider[] = ['stars', 'telegram', 'yookassa']

/** Says in metrics what waits, and gives the number of unmatched lines. */
export const measureWaiting = async (run: Run): Promise<number> => {
  const { sql } = run.resources
  const metrics = reconcileMetrics(run.resources)
  const waiting = await findWaiting(sql)
  const unmatched = await countUnmatched(sql)
  const total = unmatched.reduce((sum, { count }) => sum + count, 0)
  metrics.suspenseAge.set(ageOf(run, waiting.suspense))
  metrics.refundAge.set(ageOf(run, waiting.refund))
  metrics.unmatched.set(total)
  for (const provider of PROVIDERS) {
    const open = waiting.orders.find((row) => row.provider === provider)?.since ?? null
    const line = unmatched.find((row) => row.provider === provider)?.oldestIn ?? null
    metrics.pendingAge.set({ provider }, ageOf(run, older(open, line)))
  }
  return total
}
