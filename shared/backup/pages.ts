import type { Queryable, Tx } from '#shared/db/client.ts'
import { copyOut } from '#shared/db/copy.ts'
import type { TableShape } from './catalogue.ts'
import { type Pace, unpaced } from './pace.ts'

const FIRST_PAGES = 4
const FEWEST_PAGES = 1
const MOST_PAGES = 4_096
/** What one statement is meant to take, its way there and back included: little more than a spell of the pace. */
const STATEMENT_MS = 1.5

/** A condition on the rows of a table. */
type Condition = ReturnType<typeof everyRow>
const everyRow = (tx: Queryable) => tx`true`

type TableName = { schema: string; name: string }

/** Whatever a snapshot shows lies within the size of now. */
const countPages = async (tx: Queryable, { schema, name }: TableName): Promise<number> => {
  const [size] = await tx<[{ pages: number }]>`
    select pg_relation_size(format('%I.%I', ${schema}::text, ${name}::text)::regclass)
      / current_setting('block_size')::bigint as pages`
  return size.pages
}

/** As many pages as the next statement can read in its time, by what the one before took; never more than twice as many. */
const adapt = (pages: number, tookMs: number): number => {
  const factor = Math.min(2, Math.max(0.5, STATEMENT_MS / tookMs))
  return Math.round(Math.min(MOST_PAGES, Math.max(FEWEST_PAGES, pages * factor)))
}

/**
 * Goes through a table once, within one snapshot: in a single statement, or with a pace in many small ones with rests between, each over as
 * many pages as can be read in a few milliseconds. What `work` sums up is the same either way.
 */
export const byPages = async (
  tx: Queryable,
  table: TableName,
  pace: Pace,
  work: (pages: Condition) => Promise<void>,
): Promise<void> => {
  if (pace === unpaced) return work(everyRow(tx))
  const size = await countPages(tx, table)
  for (let [from, pages] = [0, FIRST_PAGES]; from < size; ) {
    await pace()
    const to = from + pages
    const since = performance.now()
    await work(tx`ctid >= ${`(${from},0)`}::tid and ctid < ${`(${to},0)`}::tid`)
    from = to
    pages = adapt(pages, performance.now() - since)
  }
}

/**
 * The rows of a table in COPY's text format, in the order in which they lie: by a single COPY, or with a pace by many small ones. Within one
 * COPY the server formats ahead of its reader, as much as the socket takes, and no rest of the reader's keeps it from that.
 */
export async function* copyByPages(
  tx: Tx,
  table: TableShape,
  pace: Pace,
): AsyncGenerator<Buffer, void, undefined> {
  if (pace === unpaced) {
    yield* copyOut(tx, table)
    return
  }
  const size = await countPages(tx, table)
  for (let [from, pages] = [0, FIRST_PAGES]; from < size; ) {
    await pace()
    const to = from + pages
    let reading = 0
    let since = performance.now()
    for await (const chunk of copyOut(tx, table, { from, to })) {
      // what the reader does with it, and its rests, are not the statement's time
      reading += performance.now() - since
      yield chunk
      since = performance.now()
    }
    from = to
    pages = adapt(pages, reading + performance.now() - since)
  }
}
