import { writeAudit } from '#shared/db/audit.ts'
import {
  type EntryOutcome,
  findKept,
  findPaymentsOf,
  type KnownPayment,
  keepEntry,
  keepIgnored,
  keepMatched,
  keyOf,
  type ProviderEntry,
} from '#shared/db/provider-entries.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { cancelOrdersOf, findOrdersOf } from '#shared/db/waiting-payments.ts'
import { AppError } from '#shared/errors.ts'
import { type RecordedRefund, recordOutsideRefund } from '#shared/money/refund.ts'
import { syncYookassaPayment } from '#shared/money/yookassa.ts'
import type { YookassaPayment, YookassaRefund } from '#shared/payments/yookassa-shapes.ts'
import { isAway } from './failures.ts'
import { ACTOR, hasTime, isOldEnough, type Run } from './report.ts'

/** Kept for a call that may take 5 s, and for the rest of the run: the ledger, the report. */
export const LEAVE_MS = 7_000
/** The shop sells other things, through other programs. */
const NOT_OURS = 'not_ours'

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
      return { state: reason === NOT_OURS ? 'ignored' : 'unmatched', reason: reason ?? 'unknown' }
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

type OpenLine = { entry: ProviderEntry; isNew: boolean }

/** Lines of a page that are old enough and not settled yet. */
const openOf = async (run: Run, entries: readonly ProviderEntry[]): Promise<OpenLine[]> => {
  run.tally.checked += entries.length
  const old = entries.filter(({ occurredAt }) => isOldEnough(run, occurredAt))
  const kept = await findKept(
    run.resources.sql,
    'yookassa',
    old.map(({ externalId }) => externalId),
  )
  return old
    .map((entry) => ({ entry, state: kept.get(keyOf(entry)) }))
    .filter(({ state }) => (state ?? 'unmatched') === 'unmatched')
    .map(({ entry, state }) => ({ entry, isNew: state === undefined }))
}

const agrees = (entry: ProviderEntry, payment: KnownPayment): boolean =>
  payment.amount === entry.amount && payment.currency === entry.currency

/** Brings one payment in line: what we have taken must agree, what we have not is read back and credited. */
export const settlePayment = async (
  run: Run,
  entry: ProviderEntry,
  known: KnownPayment | undefined,
): Promise<void> => {
  if (known && agrees(entry, known)) return keep(run, entry, { state: 'matched', paymentId: known.id })
  const outcome: EntryOutcome | undefined = known
    ? { state: 'unmatched', reason: 'amount_differs', paymentId: known.id }
    : await guarded(run, entry.externalId, () => sync(run, entry.chargeId))
  if (outcome) await keep(run, entry, outcome)
}

/** As we name orders in the metadata of a payment. */
const ORDER_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Payments that no order of ours has opened, as the list itself shows: neither in their metadata, nor in our notes. */
const findForeign = async (run: Run, payments: readonly YookassaPayment[]): Promise<Set<string>> => {
  const unnamed = payments.filter(({ orderId }) => !ORDER_ID.test(orderId ?? '')).map(({ id }) => id)
  const noted = await findOrdersOf(run.resources.sql, 'yookassa', unnamed)
  return new Set(unnamed.filter((id) => !noted.has(id)))
}

/**
 * Brings our payments in line with a page of YooKassa's. A line that did not fit before has its turn elsewhere, so that a heap of them keeps
 * no new one waiting. False where the time was over before the end.
 */
export const settlePayments = async (run: Run, payments: readonly YookassaPayment[]): Promise<boolean> => {
  const { sql } = run.resources
  const canceled = payments.filter(({ status }) => status === 'canceled')
  await cancelOrdersOf(
    sql,
    'yookassa',
    canceled.map(({ id }) => id),
  )
  const paid = payments.filter(({ status }) => status === 'succeeded')
  const open = await openOf(run, paid.map(entryOfPayment))
  const known = await findPaymentsOf(
    sql,
    'yookassa',
    open.map(({ entry }) => entry.chargeId),
  )
  const agreeing = open.flatMap(({ entry }) => {
    const payment = known.get(entry.chargeId)
    return payment && agrees(entry, payment) ? [{ entry, paymentId: payment.id }] : []
  })
  await keepMatched(sql, agreeing)
  const settled = new Set(agreeing.map(({ entry }) => entry))
  const foreign = await findForeign(run, paid)
  const isForeign = ({ entry }: OpenLine) => !known.has(entry.chargeId) && foreign.has(entry.chargeId)
  await keepIgnored(
    sql,
    open.filter(isForeign).map(({ entry }) => entry),
    NOT_OURS,
  )
  for (const line of open) {
    if (settled.has(line.entry) || isForeign(line)) continue
    if (!line.isNew && !known.has(line.entry.chargeId)) continue
    if (!hasTime(run, LEAVE_MS)) return false
    await settlePayment(run, line.entry, known.get(line.entry.chargeId))
  }
  return true
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
    const found = await sync(run, entry.chargeId)
    if (found?.state === 'ignored') return found
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

/** Brings one refund in line: its coins go back where they did not yet. */
export const settleRefund = async (run: Run, entry: ProviderEntry): Promise<void> => {
  const outcome = await guarded(run, entry.externalId, () => takeBack(run, entry))
  if (outcome) await keep(run, entry, outcome)
}

/**
 * Brings our refunds in line with a page of YooKassa's: one that was made in its cabinet is found here. False where the time was over before
 * the end.
 */
export const settleRefunds = async (run: Run, refunds: readonly YookassaRefund[]): Promise<boolean> => {
  const { sql } = run.resources
  const open = await openOf(run, refunds.filter(({ status }) => status === 'succeeded').map(entryOfRefund))
  const payments = await findKept(
    sql,
    'yookassa',
    open.map(({ entry }) => entry.chargeId),
  )
  const isForeign = ({ entry }: OpenLine) =>
    payments.get(keyOf({ direction: 'in', externalId: entry.chargeId })) === 'ignored'
  await keepIgnored(
    sql,
    open.filter(isForeign).map(({ entry }) => entry),
    NOT_OURS,
  )
  for (const line of open) {
    if (!line.isNew || isForeign(line)) continue
    if (!hasTime(run, LEAVE_MS)) return false
    await settleRefund(run, line.entry)
  }
  return true
}
