import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable, Sql, Tx } from './client.ts'
import { inTransaction } from './transaction.ts'

/** Under the signing key, apart from what else it signs. */
export const SEAL_PURPOSE = 'audit-seal'

/** HMAC-SHA256 under a key that the database does not have. */
export type SignSeal = (text: string) => Buffer

type Seal = {
  id: number
  firstId: number
  lastId: number
  entries: number
  contentHash: Buffer
  seal: Buffer
}

/** Entries under one seal. */
const MOST_ENTRIES = 10_000
const POLL_MS = 50
const MOST_POLLS = 60

const columns = (sql: Queryable) => sql`
  id, first_id as "firstId", last_id as "lastId", entries, content_hash as "contentHash", seal`

const readLast = async (sql: Queryable): Promise<Seal | undefined> => {
  const [last] = await sql<Seal[]>`
    select ${columns(sql)}
    from audit_seals order by id desc limit 1`
  return last
}

const textOf = (seal: Omit<Seal, 'seal'>, before: Seal | undefined): string =>
  JSON.stringify([
    'audit-seal',
    seal.id,
    seal.firstId,
    seal.lastId,
    seal.entries,
    seal.contentHash.toString('hex'),
    before?.seal.toString('hex') ?? null,
  ])

/** What stands in a range, hashed by the server: each entry is one line, in which no line break can stand. */
const hashRange = async (
  sql: Queryable,
  [firstId, lastId]: readonly [number, number],
): Promise<Pick<Seal, 'entries' | 'contentHash'> & { lastId: number }> => {
  const [row] = await sql<[Pick<Seal, 'entries' | 'contentHash'> & { lastId: number | null }]>`
    select count(*) as entries, max(id) as "lastId", sha256(convert_to(coalesce(string_agg(
      jsonb_build_array(id, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), actor, action, subject, details)::text,
      chr(10) order by id), ''), 'UTF8')) as "contentHash"
    from (select * from audit_log where id between ${firstId} and ${lastId} order by id limit ${MOST_ENTRIES}) a`
  return { ...row, lastId: row.lastId ?? 0 }
}

/**
 * The newest entry before which no other can appear any more. Numbers are given before their transactions commit; whoever has one holds a
 * lock on the table until then. So those who hold one now are waited for; whoever comes later gets a later number.
 * Undefined where one of them takes too long.
 */
const findSettled = async (sql: Sql): Promise<number | undefined> => {
  const [newest] = await sql<[{ id: number | null }]>`select max(id) as id from audit_log`
  if (newest.id === null) return 0
  const readWriters = () => sql<{ transaction: string }[]>`
    select virtualtransaction as transaction from pg_locks
    where locktype = 'relation' and relation = 'audit_log'::regclass and mode = 'RowExclusiveLock'
      and database = (select oid from pg_database where datname = current_database())`
  let waiting = (await readWriters()).map(({ transaction }) => transaction)
  for (let polls = 0; waiting.length > 0; polls += 1) {
    if (polls === MOST_POLLS) return undefined
    await sleep(POLL_MS)
    const now = new Set((await readWriters()).map(({ transaction }) => transaction))
    waiting = waiting.filter((one) => now.has(one))
  }
  return newest.id
}

const sealOnce = async (tx: Tx, sign: SignSeal, settled: number): Promise<number> => {
  // two sealers would write the same number; the loser comes again
  await tx`select pg_advisory_xact_lock(hashtextextended('audit-seals', 0))`
  const before = await readLast(tx)
  const firstId = (before?.lastId ?? 0) + 1
  if (firstId > settled) return 0
  const range = await hashRange(tx, [firstId, settled])
  if (range.entries === 0) return 0
  const seal = { id: (before?.id ?? 0) + 1, firstId, ...range }
  await tx`
    insert into audit_seals (id, first_id, last_id, entries, content_hash, seal)
    values (${seal.id}, ${firstId}, ${seal.lastId}, ${seal.entries}, ${seal.contentHash}, ${sign(textOf(seal, before))})`
  return seal.entries
}

/** Seals what was written since the last seal; nobody who writes waits for it. Gives how many entries that were. */
export const sealAudit = async (
  sql: Sql,
  sign: SignSeal,
  isTimeOver: () => boolean = () => false,
): Promise<number> => {
  const settled = await findSettled(sql)
  let sum = 0
  while (settled !== undefined && !isTimeOver()) {
    const entries = await inTransaction(sql, (tx) => sealOnce(tx, sign, settled))
    if (entries === 0) break
    sum += entries
  }
  return sum
}

export type AuditCheck = {
  seals: number
  /** Entries under a seal. */
  sealed: number
  /** Entries behind the last seal, and since when. */
  unsealed: number
  unsealedSince: Date | null
  /** What is not as it was sealed; empty where all is well. */
  problems: string[]
}

const checkSeal = async (
  sql: Queryable,
  sign: SignSeal,
  seal: Seal,
  before: Seal | undefined,
): Promise<string | undefined> => {
  const { id, firstId, lastId, entries } = seal
  if (id !== (before?.id ?? 0) + 1 || firstId !== (before?.lastId ?? 0) + 1)
    return `seal ${id} does not follow the one before it`
  if (!sign(textOf(seal, before)).equals(seal.seal)) return `seal ${id} was not made by this installation`
  const found = await hashRange(sql, [firstId, lastId])
  if (found.entries !== entries)
    return `the audit log holds ${found.entries} entries from ${firstId} to ${lastId}, not ${entries}`
  if (!found.contentHash.equals(seal.contentHash))
    return `the audit log was changed between the entries ${firstId} and ${lastId}`
  return undefined
}

const PAGE = 200

/** Compares the whole audit log with its seals. */
export const verifyAudit = async (sql: Queryable, sign: SignSeal): Promise<AuditCheck> => {
  const problems: string[] = []
  let before: Seal | undefined
  let [seals, sealed] = [0, 0]
  for (;;) {
    const page: Seal[] = await sql<Seal[]>`
      select ${columns(sql)}
      from audit_seals where id > ${before?.id ?? 0} order by id limit ${PAGE}`
    for (const seal of page) {
      const problem = await checkSeal(sql, sign, seal, before)
      if (problem !== undefined) problems.push(problem)
      seals += 1
      sealed += seal.entries
      before = seal
    }
    if (page.length < PAGE) break
  }
  const [rest] = await sql<[{ unsealed: number; unsealedSince: Date | null }]>`
    select count(*) as unsealed, min(created_at) as "unsealedSince" from audit_log where id > ${before?.lastId ?? 0}`
  return { seals, sealed, ...rest, problems }
}
