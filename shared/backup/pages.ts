import type { Queryable } from '#shared/db/client.ts'
import { type Pace, unpaced } from './pace.ts'

const FIRST_PAGES = 4
const FEWEST_PAGES = 1
const MOST_PAGES = 4_096
/** What one statement is meant to take, its way there and back included: little more than a spell of the pace. */
const STATEMENT_MS = 1.5

/** A condition on the rows of a table. */
type Condition = ReturnType<typeof everyRow>
const everyRow = (tx: Queryable) => tx`true`

/**
 * Goes through a table once, within one snapshot: in a single statement, or with a pace in many small ones with rests between, each over as
 * many pages as can be read in a few milliseconds. What `work` sums up is the same either way.
 */
export const byPages = async (
  tx: Queryable,
  { schema, name }: { schema: string; name: string },
  pace: Pace,
  work: (pages: Condition) => Promise<void>,
): Promise<void> => {
  if (pace === unpaced) return work(everyRow(tx))
  // whatever the snapshot shows lies within the size of now
  const [size] = await tx<[{ pages: number }]>`
    select pg_relation_size(format('%I.%I', ${schema}::text, ${name}::text)::regclass)
      / current_setting('block_size')::bigint as pages`
  for (let [from, pages] = [0, FIRST_PAGES]; from < size.pages; ) {
    await pace()
    const to = from + pages
    const since = performance.now()
    await work(tx`ctid >= ${`(${from},0)`}::tid and ctid < ${`(${to},0)`}::tid`)
    from = to
    const factor = Math.min(2, Math.max(0.5, STATEMENT_MS / (performance.now() - since)))
    pages = Math.round(Math.min(MOST_PAGES, Math.max(FEWEST_PAGES, pages * factor)))
  }
}
