import { writeAudit } from '#shared/db/audit.ts'
import {
  findKept,
  findPaymentsOf,
  type KnownPayment,
  keepEntry,
  keepMatched,
  keyOf,
} from '#shared/db/provider-entries.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { creditCharge, reportTaken } from '#shared/money/credit.ts'
import { recordOutsideRefund } from '#shared/money/refund.ts'
import { isAway } from './failures.ts'
import { ACTOR, type Run } from './report.ts'
import type { StarLine } from './star-lines.ts'

/** Charges credited side by side; they are of different people as a rule, and the pool has four connections. */
const AT_ONCE = 3

const forEachAtOnce = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  const queue = items[Symbol.iterator]()
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (const item of queue) await work(item)
  })
  const ends = await Promise.allSettled(workers)
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
}

const agrees = (line: StarLine, payment: KnownPayment): boolean =>
  line.entry.amount === payment.amount && line.entry.currency === payment.currency

/** A payment that no webhook brought: credited to whoever paid, and named. */
const takeIn = async (run: Run, line: StarLine): Promise<void> => {
  const { entry, payer, payload } = line
  const { resources } = run
  const taken = await inTransaction(resources.sql, async (tx) => {
    const credited = await creditCharge(tx, resources, {
      provider: 'stars',
      chargeId: entry.chargeId,
      currency: entry.currency,
      amount: entry.amount,
      paidAt: entry.occurredAt,
      ...(payload === undefined ? {} : { payload }),
      ...(payer === undefined ? {} : { payer }),
      actor: ACTOR,
    })
    if (credited.isNew) {
      await writeAudit(tx, {
        actor: ACTOR,
        action: 'payment-found',
        subject: `payment:${credited.paymentId}`,
        details: {
          provider: 'stars',
          chargeId: entry.chargeId,
          amount: entry.amount,
          currency: entry.currency,
          state: credited.state,
          coins: credited.coins,
          paidAt: entry.occurredAt.toISOString(),
        },
      })
    }
    await keepEntry(tx, entry, { state: 'matched', paymentId: credited.paymentId }, ACTOR)
    return credited
  })
  reportTaken(resources, taken)
  if (!taken.isNew) return
  run.hasNews = true
  if (taken.state === 'credited') run.tally.credited += 1
}

/** A refund or chargeback: its coins go back where they did not yet. */
const takeBack = async (run: Run, { entry }: StarLine, isPaymentKnown: boolean): Promise<void> => {
  const { resources } = run
  const { isNew, isNews } = await inTransaction(resources.sql, async (tx) => {
    const { refund, isNew } = await recordOutsideRefund(tx, resources, {
      provider: 'stars',
      chargeId: entry.chargeId,
      externalId: entry.externalId,
      amount: entry.amount,
      occurredAt: entry.occurredAt,
      actor: ACTOR,
    })
    const isNews = await keepEntry(
      tx,
      entry,
      refund
        ? { state: 'matched', paymentId: refund.paymentId, refundId: refund.id }
        : { state: 'unmatched', reason: isPaymentKnown ? 'nothing_left' : 'payment_unknown' },
      ACTOR,
    )
    return { isNew: isNew && refund !== null, isNews }
  })
  if (isNew) run.tally.reversed += 1
  if (isNew || isNews) run.hasNews = true
}

const putAside = async (run: Run, line: StarLine, state: 'unmatched' | 'ignored', reason: string) => {
  const isNews = await inTransaction(run.resources.sql, (tx) =>
    keepEntry(tx, line.entry, { state, reason }, ACTOR),
  )
  if (isNews) run.hasNews = true
}

/** Does `work` for one line. Where it fails for the line's own sake, the line is reported and the others go on. */
const guarded = async (run: Run, line: StarLine, work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    if (isAway(error)) throw error
    run.resources.log.error({ err: error, chargeId: line.entry.chargeId }, 'a line could not be settled')
    await putAside(run, line, 'unmatched', 'failed')
  }
}

const settleIncoming = async (
  run: Run,
  lines: readonly StarLine[],
  payments: ReadonlyMap<string, KnownPayment>,
): Promise<void> => {
  const known = lines.flatMap((line) => {
    const payment = payments.get(line.entry.chargeId)
    return payment ? [{ line, payment }] : []
  })
  await keepMatched(
    run.resources.sql,
    known.flatMap(({ line, payment }) =>
      agrees(line, payment) ? [{ entry: line.entry, paymentId: payment.id }] : [],
    ),
  )
  for (const { line, payment } of known) {
    if (!agrees(line, payment)) await putAside(run, line, 'unmatched', 'amount_differs')
  }
  await forEachAtOnce(
    lines.filter((line) => !payments.has(line.entry.chargeId)),
    (line) =>
      guarded(run, line, () =>
        line.kind === 'payment' ? takeIn(run, line) : putAside(run, line, 'ignored', line.word),
      ),
  )
}

/**
 * Brings our payments in line with a page of Star transactions, oldest first; each line in a transaction of its own, so that one which fails
 * stops no other. What came in comes before what went out, since a refund needs its payment.
 */
export const settleLines = async (run: Run, page: readonly StarLine[]): Promise<void> => {
  const { sql } = run.resources
  run.tally.checked += page.length
  const kept = await findKept(
    sql,
    'stars',
    page.map(({ entry }) => entry.externalId),
  )
  const open = page.filter(({ entry }) => (kept.get(keyOf(entry)) ?? 'unmatched') === 'unmatched')
  if (open.length === 0) return
  const incoming = open.filter(({ entry }) => entry.direction === 'in')
  const payments = await findPaymentsOf(
    sql,
    'stars',
    open.map(({ entry }) => entry.chargeId),
  )
  await settleIncoming(run, incoming, payments)
  const outgoing = open.filter(({ entry }) => entry.direction === 'out')
  const charges = outgoing.map(({ entry }) => entry.chargeId)
  const paid = await findPaymentsOf(sql, 'stars', charges)
  for (const line of outgoing) {
    const isPaymentKnown = paid.has(line.entry.chargeId)
    // whatever Telegram calls it: what goes out under the id of a payment is that payment going back
    const isRefund = line.kind === 'refund' || isPaymentKnown
    await guarded(run, line, () =>
      isRefund ? takeBack(run, line, isPaymentKnown) : putAside(run, line, 'ignored', line.word),
    )
  }
}
