import { readCursor, setReadUntil } from '#shared/db/provider-cursors.ts'
import { findUnseenPayments, NOT_AT_PROVIDER } from '#shared/db/provider-entries.ts'
import { findOldestOrder, listOpenOrders } from '#shared/db/waiting-payments.ts'
import { yookassaOf } from '#shared/money/providers.ts'
import type { YookassaClient } from '#shared/payments/yookassa-api.ts'
import { YookassaError } from '#shared/payments/yookassa-error.ts'
import { hasTime, ProviderAway, type Run, unseenBefore } from './report.ts'
import { guarded, keep, settlePayments, settleRefunds, sync } from './yookassa-lines.ts'

/** Kept for the rest of the run: the ledger, the report. */
const LEAVE_MS = 5_000
const ORDERS_AT_ONCE = 50
const UNSEEN_AT_ONCE = 20
/** A person may take an hour to pay what was opened before: the list is read again from so long before where it ended. */
const OVERLAP_MS = 24 * 60 * 60_000

/** What was begun and not heard of again. */
const syncOpenOrders = async (run: Run): Promise<void> => {
  let after: string | null = null
  const before = new Date(run.resources.clock() - 60_000)
  while (hasTime(run, LEAVE_MS)) {
    const orders = await listOpenOrders(run.resources.sql, {
      provider: 'yookassa',
      before,
      after,
      limit: ORDERS_AT_ONCE,
    })
    for (const { externalId } of orders) {
      if (!hasTime(run, LEAVE_MS)) return
      run.tally.checked += 1
      await guarded(run, externalId, () => sync(run, externalId))
    }
    after = orders.at(-1)?.id ?? null
    if (orders.length < ORDERS_AT_ONCE) return
  }
}

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
  settle: (items: T[]) => Promise<void>,
): Promise<boolean> => {
  let cursor: string | undefined
  do {
    if (!hasTime(run, LEAVE_MS)) return false
    const page = await ask(() => list(cursor))
    if (page.unreadable.length > 0)
      run.resources.log.error({ ids: page.unreadable }, 'YooKassa shows lines that cannot be read')
    await settle(page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return true
}

const reportUnseen = async (run: Run, client: YookassaClient): Promise<void> => {
  const unseen = await findUnseenPayments(run.resources.sql, 'yookassa', unseenBefore(run), UNSEEN_AT_ONCE)
  for (const { paymentId, ...entry } of unseen) {
    if (!hasTime(run, LEAVE_MS)) return
    run.tally.checked += 1
    // the list goes back only so far; asked for by its number, any payment is shown
    const shown = await ask(async () => {
      try {
        return await client.getPayment(entry.chargeId)
      } catch (error) {
        if (error instanceof YookassaError && error.kind === 'not_found') return undefined
        throw error
      }
    })
    const isThere = shown?.status === 'succeeded'
    const agrees = isThere && shown.amount === entry.amount && shown.currency === entry.currency
    const reason = isThere ? 'amount_differs' : NOT_AT_PROVIDER
    await keep(
      run,
      entry,
      agrees ? { state: 'matched', paymentId } : { state: 'unmatched', reason, paymentId },
    )
  }
}

const startOf = async (run: Run): Promise<Date> => {
  const { sql, clock } = run.resources
  const { readUntil } = await readCursor(sql, 'yookassa')
  const from = readUntil ?? (await findOldestOrder(sql, 'yookassa')) ?? new Date(clock())
  return new Date(from.getTime() - OVERLAP_MS)
}

/** Compares YooKassa's payments and refunds with ours, both ways. Nothing to do where it is not configured. */
export const reconcileYookassa = async (run: Run): Promise<void> => {
  const client = yookassaOf(run.resources)
  if (!client) return
  const beganAt = new Date(run.resources.clock())
  const createdAtGte = await startOf(run)
  await syncOpenOrders(run)
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
  if (!hasAllPayments || !hasAllRefunds) return
  await setReadUntil(run.resources.sql, 'yookassa', beganAt)
  await reportUnseen(run, client)
}
