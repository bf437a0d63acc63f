import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import type { Tx } from './client.ts'

type CopiedTable = { schema: string; name: string; columns: readonly string[] }

/** Pages of a table's file, the last one not included. */
export type PageRange = { from: number; to: number }

// COPY takes no parameters, so the numbers stand in the statement
const copyStatement = (tx: Tx, { schema, name, columns }: CopiedTable, pages?: PageRange) => {
  const table = tx`${tx(schema)}.${tx(name)}`
  const named = tx([...columns])
  if (!pages) return tx`copy ${table} (${named}) to stdout`
  const firstRowOf = (page: number) => tx.unsafe(`'(${Math.trunc(page)},0)'::tid`)
  return tx`copy (
    select ${named} from ${table} where ctid >= ${firstRowOf(pages.from)} and ctid < ${firstRowOf(pages.to)}) to stdout`
}

/**
 * The rows of a table, or of some of its pages, in COPY's text format. The consumer sets the pace: while it is busy nothing more is read from the server.
 * postgres.js (3.4.9) stops reading the connection while its buffer is full and goes on when the stream is read again; where the last rows
 * had filled it, or the consumer went away, nobody reads any more, and the next query waits for ever. So what is left is read
 * away, and the connection is woken, before anything else is asked.
 */
export async function* copyOut(
  tx: Tx,
  table: CopiedTable,
  pages?: PageRange,
): AsyncGenerator<Buffer, void, undefined> {
  const rows = await copyStatement(tx, table, pages).readable()
  try {
    for await (const chunk of rows.iterator({ destroyOnReturn: false })) yield chunk
  } finally {
    if (!rows.readableEnded && !rows.destroyed) {
      rows.resume()
      await finished(rows).catch(() => undefined)
    }
    rows._read(0)
  }
}

const CHUNK_BYTES = 1024 * 1024

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES)
}

/** Puts rows in COPY's text format into a table; those that break a rule of the schema fail the transaction. */
export const copyIn = async (tx: Tx, { schema, name, columns }: CopiedTable, rows: Buffer): Promise<void> => {
  const target = await tx`copy ${tx(schema)}.${tx(name)} (${tx([...columns])}) from stdin`.writable()
  await pipeline(Readable.from(slices(rows)), target)
}
