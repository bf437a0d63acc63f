import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import type { Tx } from './client.ts'

type CopiedTable = { schema: string; name: string; columns: readonly string[] }

/** Pages of a table's file, the last one not included. */
export type PageRange = { from: number; to: number }

/**
 * COPY takes no parameters, and with the numbers in its text each range would be another prepared statement, which the server keeps until the
 * connection ends. So the range stands in settings of the transaction; PostgreSQL reads them once and goes to these pages (Tid Range Scan).
 */
const copyPages = async (tx: Tx, { schema, name, columns }: CopiedTable, { from, to }: PageRange) => {
  await tx`select set_config('copied.from', ${`(${from},0)`}, true), set_config('copied.to', ${`(${to},0)`}, true)`
  return tx`
    copy (select ${tx([...columns])} from ${tx(schema)}.${tx(name)}
      where ctid >= current_setting('copied.from')::tid and ctid < current_setting('copied.to')::tid) to stdout`.readable()
}

const copyAll = (tx: Tx, { schema, name, columns }: CopiedTable) =>
  tx`copy ${tx(schema)}.${tx(name)} (${tx([...columns])}) to stdout`.readable()

/**
 * The rows of a table, or of some of its pages (in a transaction), in COPY's text format. The consumer sets the pace: while it is busy nothing
 * more is read from the server.
 * postgres.js (3.4.9) stops reading the connection while its buffer is full and goes on when the stream is read again; where the last rows
 * had filled it, or the consumer went away, nobody reads any more, and the next query waits for ever. So what is left is read
 * away, and the connection is woken, before anything else is asked.
 */
export async function* copyOut(
  tx: Tx,
  table: CopiedTable,
  pages?: PageRange,
): AsyncGenerator<Buffer, void, undefined> {
  const rows = await (pages ? copyPages(tx, table, pages) : copyAll(tx, table))
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
