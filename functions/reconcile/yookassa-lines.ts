import { writeAudit } from '#shared/db/audit.ts'
import {
  type EntryOutcome,
  findKept,
  findPaymentsOf,
  keepEntry,
  keepMatched,
  keyOf,
  type ProviderEntry,
} from '#shared/db/provider-entries.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { AppError } from '#shared/errors.ts'
import { type RecordedRefund, recordOutsideRefund } from '#shared/money/refund.ts'
import { syncYookassaPayment } from '#shared/money/yookassa.ts'
import type { YookassaPayment, YookassaRefund } from '#shared/payments/yookassa-shapes.ts'
import { isAway } from './failures.ts'
import { ACTOR, isOldEnough, type Run } from './report.ts'

/** Keeps a line with what became of it. */
export const keep = async (run: Run, entry: ProviderEntry, outcome: EntryOutcome): Promise<void> => {
  const isNews = await inTransaction(run.resources.sql, (tx) => keepEntry(tx, entry, outcome, ACTOR))
  if (isNews) run.hasNews = true
}

/** Does `work` for one line; a failure of the line's own is given back as a reason, and stops no other. */
export const guarded = async (run: Run, id: string, work: () => Promise<EntryOutcome | undefined>) => {
  try {
    return await work()
  } catch (error) {
    if (isAway(error)) throw error
    run.resources.log.error({ err: error, id }, 'a line of YooKassa could not be settled')
    return { state: 'unmatched', reason: 'failed' } as const
  }
}

/** Reads one payment back and credits it where it was missed. Gives what became of it; undefined while it is not paid. */
export const sync = async (run: Run, id: string): Promise<EntryOutcome | undefined> => {
  const { resources } = run
  const { outcome, reason, taken } = await syncYookassaPayment(resources, id, ACTOR, (tx, found) =>
    writeAudit(tx, {
      actor: ACTOR,
      action: 'payment-found',
      subject: `payment:${found.paymentId}`,
      details: { provider: 'yookassa', chargeId: id, state: found.state, coins: found.coins },
    }),
  )
  if (taken?.isNew) {
    run.hasNews = true
    if (taken.state === 'credited') run.tally.credited += 1
  }
  switch (outcome) {
    case 'credited':
    case 'known':
      return { state: 'matched', paymentId: taken?.paymentId ?? null }
    case 'refused':
      return { state: 'unmatched', reason: reason ?? 'refused', isTold: true }
    case 'unknown':
      return { state: 'unmatched', reason: reason ?? 'unknown' }
    case 'pending':
    case 'canceled':
      return undefined
  }
}

const entryOfPayment = ({ id, currency, amount, capturedAt, createdAt }: YookassaPayment): ProviderEntry => ({
  provider: 'yookassa',
  direction: 'in',
  externalId: id,
  chargeId: id,
  currency,
  amount,
  occurredAt: capturedAt ?? createdAt,
})

const entryOfRefund = ({ id, paymentId, currency, amount, createdAt }: YookassaRefund): ProviderEntry => ({
  provider: 'yookassa',
  direction: 'out',
  externalId: id,
  chargeId: paymentId,
  currency,
  amount,
  occurredAt: createdAt,
})

/** Lines of a page that are old enough and not settled yet. */
const openOf = async (run: Run, entries: readonly ProviderEntry[]): Promise<ProviderEntry[]> => {
  run.tally.checked += entries.length
  const old = entries.filter(({ occurredAt }) => isOldEnough(run, occurredAt))
  const kept = await findKept(
    run.resources.sql,
    'yookassa',
    old.map(({ externalId }) => externalId),
  )
  return old.filter((entry) => (kept.get(keyOf(entry)) ?? 'unmatched') === 'unmatched')
}

/** Brings our payments in line with a page of YooKassa's. */
export const settlePayments = async (run: Run, payments: readonly YookassaPayment[]): Promise<void> => {
  const { sql } = run.resources
  const open = await openOf(run, payments.filter(({ status }) => status === 'succeeded').map(entryOfPayment))
  const known = await findPaymentsOf(
    sql,
    'yookassa',
    open.map(({ chargeId }) => chargeId),
  )
  const agreeing = open.flatMap((entry) => {
    const payment = known.get(entry.chargeId)
    return payment?.amount === entry.amount && payment.currency === entry.currency
      ? [{ entry, paymentId: payment.id }]
      : []
  })
  await keepMatched(sql, agreeing)
  for (const entry of open) {
    const payment = known.get(entry.chargeId)
    if (agreeing.some((line) => line.entry === entry)) continue
    const outcome: EntryOutcome | undefined = payment
      ? { state: 'unmatched', reason: 'amount_differs', paymentId: payment.id }
      : await guarded(run, entry.externalId, () => sync(run, entry.chargeId))
    if (outcome) await keep(run, entry, outcome)
  }
}

const record = async (run: Run, entry: ProviderEntry): Promise<RecordedRefund | 'later'> => {
  const { resources } = run
  try {
    return await inTransaction(resources.sql, (tx) =>
      recordOutsideRefund(tx, resources, {
        provider: 'yookassa',
        chargeId: entry.chargeId,
        externalId: entry.externalId,
        amount: entry.amount,
        occurredAt: entry.occurredAt,
        actor: ACTOR,
      }),
    )
  } catch (error) {
    // one of ours is under way, and may be this one: the list is read again
    if (error instanceof AppError && error.code === 'unavailable') return 'later'
    throw error
  }
}

/** Takes the coins back where it did not happen yet. Undefined: to be asked again in the next run. */
const takeBack = async (run: Run, entry: ProviderEntry): Promise<EntryOutcome | undefined> => {
  let recorded = await record(run, entry)
  if (recorded !== 'later' && recorded.refund === null) {
    // perhaps the money that goes back was never heard of: then it came in first
    await sync(run, entry.chargeId)
    recorded = await record(run, entry)
  }
  if (recorded === 'later') return undefined
  const { refund, isNew } = recorded
  if (!refund) {
    const known = await findPaymentsOf(run.resources.sql, 'yookassa', [entry.chargeId])
    return { state: 'unmatched', reason: known.size > 0 ? 'nothing_left' : 'payment_unknown' }
  }
  if (isNew) {
    run.tally.reversed += 1
    run.hasNews = true
  }
  return { state: 'matched', paymentId: refund.paymentId, refundId: refund.id }
}

/** Brings our refunds in line with a page of YooKassa's: one that was made in its cabinet is found here. */
export const settleRefunds = async (run: Run, refunds: readonly YookassaRefund[]): Promise<void> => {
  const open = await openOf(run, refunds.filter(({ status }) => status === 'succeeded').map(entryOfRefund))
  for (const entry of open) {
    const outcome = await guarded(run, entry.externalId, () => takeBack(run, entry))
    if (outcome) await keep(run, entry, outcome)
  }
}
