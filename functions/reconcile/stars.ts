import { readCursor, setPosition } from '#shared/db/provider-cursors.ts'
import { findKept, keepEntry, keyOf, NOT_AT_PROVIDER } from '#shared/db/provider-entries.ts'
import { countOlder, listRetries, touchEntry } from '#shared/db/provider-retries.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { yookassaOf } from '#shared/money/providers.ts'
import { ACTOR, hasTime, isOldEnough, ProviderAway, type Run } from './report.ts'
import { settleLines } from './settle-lines.ts'
import { readStarTransaction, type StarLine } from './star-lines.ts'
import { compareOurs, type OursAlone } from './unseen.ts'

/** The most that getStarTransactions gives. */
const PAGE = 100
/** Kept for a call that may take 6 s, and for the report. */
const LEAVE_MS = 7_000
const LEAVE_FOR_YOOKASSA_MS = 11_000
/** A call of Telegram may take 6 s, and the run has to end before its deadline. */
const LEAVE_FOR_REREAD_MS = 8_000
/** Unmatched lines looked for again in one run. */
const RETRIES = 3
/** A guess of where a line stands may be off by lines of the same second. */
const RETRY_MARGIN = 20

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
const nameUnseen = async (run: Run, { paymentId, ...entry }: OursAlone): Promise<boolean> => {
  const outcome = { state: 'unmatched', reason: NOT_AT_PROVIDER, paymentId } as const
  await inTransaction(run.resources.sql, (tx) => keepEntry(tx, entry, outcome, ACTOR))
  run.hasNews = true
  return true
}

/** What has to be left for YooKassa where it is configured: its lists are read even where Telegram is slow. */
const leaveAfterStars = (run: Run): number => (yookassaOf(run.resources) ? LEAVE_FOR_YOOKASSA_MS : LEAVE_MS)

const retryUnmatched = async (run: Run): Promise<void> => {
  const { sql } = run.resources
  for (const retry of await listRetries(sql, 'stars', RETRIES)) {
    if (!hasTime(run, leaveAfterStars(run))) return
    await touchEntry(sql, retry)
    const offset = await countOlder(sql, retry)
    const page = await readPage(run, Math.max(0, offset - RETRY_MARGIN))
    const known = await findKept(
      sql,
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
  const offset = await findStart(run)
  run.starsReadFrom = offset
  const onPage = (reached: number): Promise<void> => setPosition(sql, 'stars', reached)
  const { isAtEnd } = await readBook(run, { offset, leaveMs: leaveAfterStars(run), onPage })
  if (isAtEnd) await compareOurs(run, 'stars', LEAVE_MS, (payment) => nameUnseen(run, payment))
  else run.incomplete.add('stars')
  await retryUnmatched(run)
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
