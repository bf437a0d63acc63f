import { readCursor, setPosition } from '#shared/db/provider-cursors.ts'
import {
  findKept,
  findUnseenPayments,
  keepEntry,
  keyOf,
  NOT_AT_PROVIDER,
  takeRetryOffsets,
} from '#shared/db/provider-entries.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { ACTOR, hasTime, isOldEnough, ProviderAway, type Run, unseenBefore } from './report.ts'
import { settleLines } from './settle-lines.ts'
import { readStarTransaction, type StarLine } from './star-lines.ts'

/** The most that getStarTransactions gives. */
const PAGE = 100
/** Kept for the rest of the run: the other provider, the ledger, the report. */
const LEAVE_MS = 7_000
const LEAVE_FOR_REREAD_MS = 2_500
/** Unmatched lines looked for again in one run. */
const RETRIES = 3
/** A guess of where a line stands may be off by lines of the same second. */
const RETRY_MARGIN = 20
const UNSEEN_AT_ONCE = 20

const readPage = async (run: Run, offset: number): Promise<StarLine[]> => {
  try {
    const { transactions } = await run.resources.telegram.getStarTransactions({ offset, limit: PAGE })
    return transactions.map(readStarTransaction)
  } catch (error) {
    throw new ProviderAway('stars', error)
  }
}

/**
 * Settles the book's lines from `offset` on, up to `until` or the first line that is too young. `isAtEnd`: nothing that is old enough
 * comes after `offset`.
 */
const readBook = async (
  run: Run,
  options: { offset: number; until?: number; leaveMs: number; onPage?: (offset: number) => Promise<void> },
): Promise<{ offset: number; isAtEnd: boolean }> => {
  let { offset } = options
  while (offset < (options.until ?? Number.POSITIVE_INFINITY)) {
    if (!hasTime(run, options.leaveMs)) return { offset, isAtEnd: false }
    const page = await readPage(run, offset)
    const firstYoung = page.findIndex(({ entry }) => !isOldEnough(run, entry.occurredAt))
    const old = firstYoung === -1 ? page : page.slice(0, firstYoung)
    await settleLines(run, old)
    offset += old.length
    await options.onPage?.(offset)
    if (old.length < PAGE) return { offset, isAtEnd: true }
  }
  return { offset, isAtEnd: true }
}

/**
 * Where to go on. The last line that was read is looked at again: if another one stands there now, the book has shifted (lines went away,
 * or it is another bot's), and it is read from its beginning.
 */
const findStart = async (run: Run): Promise<number> => {
  const { sql, log } = run.resources
  const { position } = await readCursor(sql, 'stars')
  if (position === 0) return 0
  const [last] = await readPage(run, position - 1)
  const kept = last ? await findKept(sql, 'stars', [last.entry.externalId]) : new Map<string, string>()
  if (last && kept.has(keyOf(last.entry))) return position
  log.warn({ position }, "Telegram's list of Star transactions has shifted: reading it from its beginning")
  await setPosition(sql, 'stars', 0)
  return 0
}

/** Money that stands in our book alone is named, and never taken back by itself: a list may be wrong as well. */
const reportUnseen = async (run: Run): Promise<void> => {
  const { sql } = run.resources
  for (const { paymentId, ...entry } of await findUnseenPayments(
    sql,
    'stars',
    unseenBefore(run),
    UNSEEN_AT_ONCE,
  )) {
    const outcome = { state: 'unmatched', reason: NOT_AT_PROVIDER, paymentId } as const
    await inTransaction(sql, (tx) => keepEntry(tx, entry, outcome, ACTOR))
    run.tally.checked += 1
    run.hasNews = true
  }
}

const retryUnmatched = async (run: Run): Promise<void> => {
  for (const offset of await takeRetryOffsets(run.resources.sql, 'stars', RETRIES)) {
    if (!hasTime(run, LEAVE_MS)) return
    const page = await readPage(run, Math.max(0, offset - RETRY_MARGIN))
    const known = await findKept(
      run.resources.sql,
      'stars',
      page.map(({ entry }) => entry.externalId),
    )
    await settleLines(
      run,
      page.filter(({ entry }) => known.get(keyOf(entry)) === 'unmatched'),
    )
  }
}

/**
 * Compares Telegram's list of Star transactions with our payments, both ways. It goes on where the last run ended; webhooks that were lost
 * are found here (design 5.5).
 */
export const reconcileStars = async (run: Run): Promise<void> => {
  const { sql } = run.resources
  await retryUnmatched(run)
  const offset = await findStart(run)
  run.starsReadFrom = offset
  const onPage = (reached: number): Promise<void> => setPosition(sql, 'stars', reached)
  const { isAtEnd } = await readBook(run, { offset, leaveMs: LEAVE_MS, onPage })
  if (isAtEnd) await reportUnseen(run)
}

/**
 * Reads again what was read before this run, as far as the time goes: a line that was missed, for whatever reason, is found within a few
 * hours. Gives where the next run goes on; 0 when the beginning is next.
 */
export const rereadStars = async (run: Run, from: number): Promise<number> => {
  const until = run.starsReadFrom
  const { offset, isAtEnd } = await readBook(run, {
    offset: from < until ? from : 0,
    until,
    leaveMs: LEAVE_FOR_REREAD_MS,
  })
  return isAtEnd ? 0 : offset
}
