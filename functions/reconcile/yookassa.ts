import { readCursor, setReadUntil } from '#shared/db/provider-cursors.ts'
import { NOT_AT_PROVIDER } from '#shared/db/provider-entries.ts'
import { findOldestOrder } from '#shared/db/waiting-payments.ts'
import { yookassaOf } from '#shared/money/providers.ts'
import type { YookassaClient } from '#shared/payments/yookassa-api.ts'
import { YookassaError } from '#shared/payments/yookassa-error.ts'
import { hasTime, ProviderAway, type Run } from './report.ts'
import { compareOurs, type OursAlone } from './unseen.ts'
import { keep, LEAVE_MS, settlePayments, settleRefunds } from './yookassa-lines.ts'
import { pollOpenOrders, retryUnmatched } from './yookassa-polls.ts'

/** A person may take an hour to pay what was opened before: the list is read again from so long before where it ended. */
const OVERLAP_MS = 24 * 60 * 60_000

const ask = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    throw new ProviderAway('yookassa', error)
  }
}

type List<T> = (
  cursor: string | undefined,
) => Promise<{ items: T[]; unreadable: string[]; nextCursor: string | undefined }>

/** All pages of a list; false where the time was over before its end. */
const readList = async <T>(
  run: Run,
  list: List<T>,
  settle: (items: T[]) => Promise<boolean>,
): Promise<boolean> => {
  let cursor: string | undefined
  do {
    if (!hasTime(run, LEAVE_MS)) return false
    const page = await ask(() => list(cursor))
    if (page.unreadable.length > 0)
      run.resources.log.error({ ids: page.unreadable }, 'YooKassa shows lines that cannot be read')
    if (!(await settle(page.items))) return false
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return true
}

/** The payment as YooKassa shows it, null where it knows none; undefined where it answers that it will not say. */
const show = async (run: Run, client: YookassaClient, id: string) => {
  try {
    return await client.getPayment(id, run.signal)
  } catch (error) {
    const kind = error instanceof YookassaError ? error.kind : 'unavailable'
    if (kind === 'not_found') return null
    if (kind === 'unavailable') throw new ProviderAway('yookassa', error)
    run.resources.log.error({ err: error, id }, 'YooKassa does not show a payment that we have taken')
    return undefined
  }
}

/** The list goes back only so far; asked for by its number, any payment is shown. False where that has to be tried again. */
const lookForOurs = async (
  run: Run,
  client: YookassaClient,
  { paymentId, ...entry }: OursAlone,
): Promise<boolean> => {
  const shown = await show(run, client, entry.chargeId)
  if (shown === undefined) return false
  if (shown?.status !== 'succeeded') {
    await keep(run, entry, { state: 'unmatched', reason: NOT_AT_PROVIDER, paymentId })
    return true
  }
  const { amount, currency } = shown
  const agrees = amount === entry.amount && currency === entry.currency
  // the line says what the provider says
  await keep(
    run,
    { ...entry, amount, currency },
    agrees ? { state: 'matched', paymentId } : { state: 'unmatched', reason: 'amount_differs', paymentId },
  )
  return true
}

const startOf = async (run: Run): Promise<Date> => {
  const { sql, clock } = run.resources
  const { readUntil } = await readCursor(sql, 'yookassa')
  const from = readUntil ?? (await findOldestOrder(sql, 'yookassa')) ?? new Date(clock())
  return new Date(from.getTime() - OVERLAP_MS)
}

/** Reads the lists of payments and refunds; false where the time was over before their end. */
const readLists = async (run: Run, client: YookassaClient): Promise<boolean> => {
  const beganAt = new Date(run.resources.clock())
  const createdAtGte = await startOf(run)
  const hasAllPayments = await readList(
    run,
    (cursor) => client.listPayments({ createdAtGte, cursor }, run.signal),
    (payments) => settlePayments(run, payments),
  )
  const hasAllRefunds = await readList(
    run,
    (cursor) => client.listRefunds({ createdAtGte, cursor }, run.signal),
    (refunds) => settleRefunds(run, refunds),
  )
  if (!hasAllPayments || !hasAllRefunds) return false
  await setReadUntil(run.resources.sql, 'yookassa', beganAt)
  return true
}

/**
 * Compares YooKassa's payments and refunds with ours, both ways. The lists come first: a hundred lines with each call, and what was paid
 * stands there. Nothing to do where it is not configured.
 */
export const reconcileYookassa = async (run: Run): Promise<void> => {
  const client = yookassaOf(run.resources)
  if (!client) return
  if (await readLists(run, client)) {
    await compareOurs(run, 'yookassa', LEAVE_MS, (payment) => lookForOurs(run, client, payment))
  } else run.incomplete.add('yookassa')
  await retryUnmatched(run)
  await pollOpenOrders(run)
}
