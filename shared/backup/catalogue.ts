import { createHash } from 'node:crypto'
import type { Queryable } from '#shared/db/client.ts'
import type { LedgerTotals, Manifest } from './manifest.ts'
import { type Pace, unpaced } from './pace.ts'
import { byPages } from './pages.ts'

export type TableShape = { schema: string; name: string; columns: string[] }

/** Only these hold data of ours; PostgreSQL's own and a DBA's additions elsewhere are no part of a backup. */
const SCHEMAS = ['public', 'graphile_worker']

type Reference = { from: string; to: string }

const fullName = ({ schema, name }: { schema: string; name: string }): string => `${schema}.${name}`

/** Tables that others refer to come first, so that foreign keys hold while the rows go in. */
const inOrderOfReferences = (tables: TableShape[], references: readonly Reference[]): TableShape[] => {
  const left = new Map(tables.map((table) => [fullName(table), table]))
  const ordered: TableShape[] = []
  while (left.size > 0) {
    const free = [...left].filter(
      ([name]) => !references.some(({ from, to }) => from === name && to !== name && left.has(to)),
    )
    if (free.length === 0)
      throw new Error(`Tables refer to each other in a circle: ${[...left.keys()].join(', ')}`)
    for (const [name, table] of free) {
      ordered.push(table)
      left.delete(name)
    }
  }
  return ordered
}

/** Every table with its columns, in an order in which foreign keys hold. */
export const listTables = async (sql: Queryable): Promise<TableShape[]> => {
  const tables = await sql<TableShape[]>`
    select nspname as schema, relname as name, to_jsonb(array(
      select attname::text from pg_attribute
      where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum)) as columns
    from pg_class c join pg_namespace n on n.oid = relnamespace
    where nspname in ${sql(SCHEMAS)} and relkind = 'r'
    order by nspname collate "C" desc, relname collate "C"`
  const references = await sql<Reference[]>`
    select fn.nspname || '.' || f.relname as from, tn.nspname || '.' || t.relname as to
    from pg_constraint k
    join pg_class f on f.oid = k.conrelid join pg_namespace fn on fn.oid = f.relnamespace
    join pg_class t on t.oid = k.confrelid join pg_namespace tn on tn.oid = t.relnamespace
    where k.contype = 'f'`
  return inOrderOfReferences([...tables], references)
}

/** One hash over the names and types of all columns. */
export const fingerprintSchema = async (sql: Queryable): Promise<string> => {
  const rows = await sql<{ line: string }[]>`
    select format('%s.%s.%s %s %s', nspname, relname, attname, format_type(atttypid, atttypmod), attnotnull) as line
    from pg_attribute join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace
    where nspname in ${sql(SCHEMAS)} and relkind = 'r' and attnum > 0 and not attisdropped
    order by 1`
  return createHash('sha256')
    .update(
      rows
        .map(({ line }) => line)
        .sort()
        .join('\n'),
    )
    .digest('hex')
}

/** Every value must read the same wherever it is hashed or copied. */
export const fixTextForms = async (tx: Queryable): Promise<void> => {
  await tx`
    select set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'postgres', true),
      set_config('TimeZone', 'UTC', true), set_config('extra_float_digits', '1', true),
      set_config('bytea_output', 'hex', true), set_config('statement_timeout', '0', true),
      set_config('lock_timeout', '10s', true), set_config('idle_in_transaction_session_timeout', '0', true)`
}

type TableName = Pick<TableShape, 'schema' | 'name'>
type Fingerprint = { rows: number; hash: string }

/** Rows, and the sum of their hashes: the same for the same rows, in whatever order they lie. */
export const fingerprintTable = async (
  tx: Queryable,
  table: TableName,
  pace: Pace = unpaced,
): Promise<Fingerprint> => {
  const { schema, name } = table
  let [rows, hash] = [0, 0n]
  await byPages(tx, table, pace, async (pages) => {
    const [part]: [Fingerprint?] = await tx`
      select count(*) as rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as hash
      from ${tx(schema)}.${tx(name)} t where ${pages}`
    rows += part?.rows ?? 0
    hash += BigInt(part?.hash ?? 0)
  })
  return { rows, hash: String(hash) }
}

/** The sums that must agree before and after. */
export const readLedger = async (tx: Queryable, pace: Pace = unpaced): Promise<LedgerTotals> => {
  const [balances]: [Omit<LedgerTotals, 'transactions' | 'sum'>?] = await tx`
    select count(*) as wallets, coalesce(sum(coins), 0)::text as coins, coalesce(sum(held), 0)::text as held,
      coalesce(sum(debt), 0)::text as debt from user_balances`
  if (!balances) throw new Error('An aggregate returned no row.')
  let [transactions, sum] = [0, 0n]
  await byPages(tx, { schema: 'public', name: 'transactions' }, pace, async (pages) => {
    const [part]: [{ rows: number; sum: string }?] = await tx`
      select count(*) as rows, coalesce(sum(amount), 0)::text as sum from transactions where ${pages}`
    transactions += part?.rows ?? 0
    sum += BigInt(part?.sum ?? 0)
  })
  return { ...balances, transactions, sum: String(sum) }
}

/**
 * The audit log up to an entry (all of it where none is given). The log only ever grows, so what an earlier backup says of its part
 * must hold for ever: a rewritten or cut log shows.
 */
export const readAuditHead = async (
  tx: Queryable,
  { upTo, pace = unpaced }: { upTo?: string; pace?: Pace | undefined } = {},
): Promise<Manifest['audit']> => {
  let [lastId, rows, hash] = [0n, 0, 0n]
  await byPages(tx, { schema: 'public', name: 'audit_log' }, pace, async (pages) => {
    const [part]: [(Fingerprint & { lastId: string })?] = await tx`
      select coalesce(max(id), 0)::text as "lastId", count(*) as rows,
        coalesce(sum(hashtextextended(a::text, 0)::numeric), 0)::text as hash
      from audit_log a where ${pages} and (${upTo ?? null}::bigint is null or id <= ${upTo ?? null}::bigint)`
    const last = BigInt(part?.lastId ?? 0)
    if (last > lastId) lastId = last
    rows += part?.rows ?? 0
    hash += BigInt(part?.hash ?? 0)
  })
  return { lastId: String(lastId), rows, hash: String(hash) }
}

/** Where every sequence stands. */
export const readSequences = async (tx: Queryable): Promise<Manifest['sequences']> => {
  const names = await tx<{ schema: string; name: string }[]>`
    select nspname as schema, relname as name from pg_class join pg_namespace n on n.oid = relnamespace
    where nspname in ${tx(SCHEMAS)} and relkind = 'S' order by 1, 2`
  const sequences: Manifest['sequences'] = []
  for (const { schema, name } of names) {
    const [row]: [{ value: string; isCalled: boolean }?] = await tx`
      select last_value::text as value, is_called as "isCalled" from ${tx(schema)}.${tx(name)}`
    if (row) sequences.push({ name: `${schema}.${name}`, ...row })
  }
  return sequences
}

/** What the schema is: migrations of ours and of the job tables. */
export const readSchema = async (tx: Queryable): Promise<Manifest['schema']> => {
  const migrations = await tx<{ id: string; checksum: string }[]>`
    select id, checksum from schema_migrations order by id collate "C"`
  const [worker]: [{ version: number }?] = await tx`
    select coalesce(max(id), 0) as version from graphile_worker.migrations`
  return {
    version: migrations.at(-1)?.id ?? '',
    migrations: [...migrations],
    fingerprint: await fingerprintSchema(tx),
    worker: worker?.version ?? 0,
  }
}
