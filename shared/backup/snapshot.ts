import { openDatabase, type Tx } from '#shared/db/client.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import {
  fingerprintTable,
  fixTextForms,
  listTables,
  readAuditHead,
  readLedger,
  readSchema,
  readSequences,
} from './catalogue.ts'
import { type Erasure, listErased } from './erasures.ts'
import type { Manifest, TableEntry } from './manifest.ts'
import { type Pace, unpaced } from './pace.ts'
import { copyByPages } from './pages.ts'
import { type PartSink, writeParts } from './part.ts'

/** Above the longest statement (the fingerprint of the largest table). */
const SILENCE_MS = 300_000

/** Kept apart from the backup itself. */
const APART = 'user_keys'

const placeOf = ({ name }: { name: string }): TableEntry['place'] => (name === APART ? 'copies' : 'backups')

export type Snapshot = Pick<
  Manifest,
  'schema' | 'tables' | 'sequences' | 'ledger' | 'audit' | 'server' | 'snapshotAt'
> & {
  erased: Erasure[]
}

export type SnapshotOptions = {
  databaseUrl: string
  /** Where the parts of a table go. */
  sinkFor: (table: { schema: string; name: string; place: TableEntry['place'] }) => PartSink
  /** Called before each table; throwing ends the run. */
  onTable?: ((name: string) => Promise<void> | void) | undefined
  pace?: Pace | undefined
}

const beginSnapshot = async (tx: Tx): Promise<Pick<Manifest, 'server' | 'snapshotAt'>> => {
  await tx`set transaction isolation level repeatable read, read only`
  await fixTextForms(tx)
  // the first query takes the snapshot that all the others see
  const [row]: [{ server: string; now: Date }?] = await tx`
    select current_setting('server_version') as server, clock_timestamp() as now`
  if (!row) throw new Error('The database gave no answer.')
  return { server: row.server, snapshotAt: row.now.toISOString() }
}

const readAll = async (tx: Tx, options: SnapshotOptions): Promise<Snapshot> => {
  const begun = await beginSnapshot(tx)
  const shapes = await listTables(tx)
  const tables: TableEntry[] = []
  for (const shape of shapes) {
    const { schema, name } = shape
    await options.onTable?.(`${schema}.${name}`)
    const place = placeOf(shape)
    const rows = copyByPages(tx, shape, options.pace ?? unpaced)
    const parts = await writeParts(rows, options.sinkFor({ schema, name, place }))
    const fingerprint = await fingerprintTable(tx, shape, options.pace)
    const copied = parts.reduce((sum, part) => sum + part.rows, 0)
    if (copied !== fingerprint.rows)
      throw new Error(`${schema}.${name}: ${copied} rows were copied, ${fingerprint.rows} are there.`)
    tables.push({ ...shape, ...fingerprint, parts, place })
  }
  return {
    ...begun,
    tables,
    schema: await readSchema(tx),
    sequences: await readSequences(tx),
    ledger: await readLedger(tx, options.pace),
    audit: await readAuditHead(tx, { pace: options.pace }),
    erased: [...(await listErased(tx))],
  }
}

/** Copies every table of one moment (REPEATABLE READ), table after table. Nothing is locked against writers. */
export const takeSnapshot = async (options: SnapshotOptions): Promise<Snapshot> => {
  const sql = openDatabase({
    url: options.databaseUrl,
    applicationName: 'kopeika-backup',
    max: 1,
    silenceMs: SILENCE_MS,
  })
  try {
    return await inTransaction(sql, (tx) => readAll(tx, options))
  } finally {
    await sql.end({ timeout: 5 })
  }
}
