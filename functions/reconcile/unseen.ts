import { readCursor, setMatchedUntil } from '#shared/db/provider-cursors.ts'
import type { ProviderEntry } from '#shared/db/provider-entries.ts'
import { findUnseenPayments, nextSlice } from '#shared/db/unseen-payments.ts'
import type { Provider } from '#shared/domain/packs.ts'
import { hasTime, type Run, unseenBefore } from './report.ts'

/** A payment of ours of which the provider has shown no line. */
export type OursAlone = ProviderEntry & { paymentId: string }

const UNSEEN_AT_ONCE = 20
/** Looked at again behind where the last run ended: clocks differ. */
const AGAIN_MS = 2 * 60 * 60_000

/**
 * The other way round: has `settle` keep a line for each of our payments that has none (false: not now), from where the last run ended; the
 * provider's book must have been read to its end. Slice by slice, so that no statement grows with the book.
 */
export const compareOurs = async (
  run: Run,
  provider: Provider,
  leaveMs: number,
  settle: (payment: OursAlone) => Promise<boolean>,
): Promise<void> => {
  const { sql } = run.resources
  const before = unseenBefore(run)
  const { matchedUntil } = await readCursor(sql, provider)
  let after = matchedUntil && new Date(matchedUntil.getTime() - AGAIN_MS)
  while (hasTime(run, leaveMs)) {
    const slice = await nextSlice(sql, provider, { after, before })
    const unseen = await findUnseenPayments(sql, provider, slice, UNSEEN_AT_ONCE)
    let isWhole = unseen.length < UNSEEN_AT_ONCE
    for (const payment of unseen) {
      if (!hasTime(run, leaveMs)) return
      run.tally.checked += 1
      if (!(await settle(payment))) isWhole = false
    }
    // some of them have no line yet, or more of them may stand in this slice: the next run looks at it again
    if (!isWhole) return
    await setMatchedUntil(sql, provider, slice.upTo)
    if (slice.upTo >= before) return
    after = slice.upTo
  }
}
