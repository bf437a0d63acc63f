import type { Sql, Tx } from '#shared/db/client.ts'
import { copyIn } from '#shared/db/copy.ts'
import { migrate, runScript } from '#shared/db/migrate.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { fixTextForms } from './catalogue.ts'
import type { PartEntry, TableEntry } from './manifest.ts'
import { openPart } from './part.ts'
import type { RestorePlan } from './restore-plan.ts'
import { getObject, type Vault } from './vault.ts'

export type LoadOptions = {
  vault: Vault
  identities: readonly string[]
  /** The owner of the target. */
  ownerUrl: string
  sql: Sql
  say: (line: string) => void
  onStep?: ((step: string) => Promise<void> | void) | undefined
}

/** Throws away whatever the target holds. */
export const emptyTarget = async (sql: Sql): Promise<void> => {
  await inTransaction(sql, async (tx) => {
    await tx`drop schema if exists kopeika_restore cascade`
    await tx`drop schema if exists graphile_worker cascade`
    await tx`drop schema public cascade`
    await tx`create schema public`
  })
}

const SCHEMA_MADE = 'schema made'

/** Whether `makeSchema` came to its end there. */
export const hasSchema = async (sql: Sql): Promise<boolean> =>
  (await sql`select 1 from kopeika_restore.done where part = ${SCHEMA_MADE}`).length > 0

/** Makes the backup's own schema, empty, and notes what is done from now on, so that an interrupted restore goes on where it was. */
export const makeSchema = async (options: LoadOptions, plan: RestorePlan): Promise<void> => {
  const { sql, ownerUrl } = options
  const { backupId } = plan.manifest
  // first of all: from here on nobody takes this database for a whole one (prepareDatabase refuses it)
  await inTransaction(sql, async (tx) => {
    await tx`create schema kopeika_restore`
    await tx`create table kopeika_restore.done (part text primary key)`
    await tx`insert into kopeika_restore.done (part) values (${`begun ${backupId}`})`
  })
  await options.onStep?.('migrations')
  await migrate({ ownerUrl, files: plan.schemaFiles.migrations })
  await options.onStep?.('job tables')
  await runScript(ownerUrl, plan.schemaFiles.worker)
  await inTransaction(sql, async (tx) => {
    for (const { schema, name } of plan.manifest.tables) await tx`truncate ${tx(schema)}.${tx(name)} cascade`
    await tx`insert into kopeika_restore.done (part) values (${SCHEMA_MADE})`
  })
}

/** Keys of people who came after the backup belong to nobody here. */
const copyKeysIn = async (tx: Tx, table: TableEntry, plain: Buffer): Promise<void> => {
  const columns = table.columns
  await tx`create temporary table keys_of_all (like user_keys) on commit drop`
  await copyIn(tx, { schema: 'pg_temp', name: 'keys_of_all', columns }, plain)
  await tx`
    insert into user_keys (${tx(columns)}) select ${tx(columns)} from keys_of_all
    where user_id in (select id from users where erased_at is null)`
}

const loadPart = async (
  options: LoadOptions,
  table: TableEntry,
  part: PartEntry,
  isForeign: boolean,
): Promise<void> => {
  const { vault, sql, identities } = options
  const known = await sql`select 1 from kopeika_restore.done where part = ${part.key}`
  if (known.length > 0) return
  const plain = await openPart(await getObject(vault, table.place, part.key), part, identities)
  // rows and their note at once: a part is in the database once, however often this begins anew
  await inTransaction(sql, async (tx) => {
    await fixTextForms(tx)
    await (isForeign ? copyKeysIn(tx, table, plain) : copyIn(tx, table, plain))
    await options.onStep?.(`rows ${table.schema}.${table.name}`)
    await tx`insert into kopeika_restore.done (part) values (${part.key})`
  })
}

/** Puts every row back, part after part, and the sequences where they stood. */
export const loadTables = async (options: LoadOptions, plan: RestorePlan): Promise<void> => {
  const { manifest, keysFrom } = plan
  let rows = 0
  for (const table of manifest.tables) {
    const isForeign = table.place === 'copies' && keysFrom !== manifest
    const source = isForeign
      ? keysFrom?.tables.find(({ schema, name }) => schema === table.schema && name === table.name)
      : table
    for (const part of source?.parts ?? []) {
      await loadPart(options, { ...table, columns: source?.columns ?? [] }, part, isForeign)
      rows += part.rows
      options.say(`${rows} of ${plan.rows} rows: ${table.schema}.${table.name}`)
    }
  }
  for (const { name, value, isCalled } of manifest.sequences)
    await options.sql`select setval(${name}::regclass, ${value}::bigint, ${isCalled})`
}

/** Locks and leases of processes that are no more. */
export const freeLocks = async (sql: Sql): Promise<void> => {
  await sql`delete from leases`
  await sql`update graphile_worker._private_jobs set locked_at = null, locked_by = null where locked_at is not null`
  await sql`
    update graphile_worker._private_job_queues set locked_at = null, locked_by = null where locked_at is not null`
  await sql`update telegram_updates set claimed_until = now() where state = 'processing' and claimed_until > now()`
}
