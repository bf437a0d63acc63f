import type { Queryable } from './client.ts'
import { isUnhandledAbout } from './inbox-people.ts'

/** A row as an export shows it: our own names of columns, times in ISO 8601. */
export type DataRow = Record<string, unknown>

/** Ciphertext and our own bookkeeping say nothing to anybody. */
const OMITTED = '{transcript_data,title_data,lease_holder,lease_until,claimed_until}'

/** Who acted is ours to know by name (`operator:<Telegram id>`): operators are persons as well. */
const OPERATOR = '{"actor": "operator"}'

const ROWS_PER_PAGE = 2_000

type Source = {
  /** Which rows are the person's, of a table that is called t. */
  from: (sql: Queryable, userId: string) => ReturnType<Queryable>
  key: 'id' | 'update_id'
  keyType: 'uuid' | 'bigint'
}

const ofPerson = (table: string): Source => ({
  from: (sql, userId) => sql`${sql(table)} t where t.user_id = ${userId}`,
  key: 'id',
  keyType: 'uuid',
})

const paymentsOf = (sql: Queryable, userId: string) =>
  sql`(select id from payments where user_id = ${userId} union select id from payments where payer_id = ${userId})`

/** Files of an export that are rows of a table, by their name. */
const SOURCES = {
  transactions: ofPerson('transactions'),
  holds: ofPerson('holds'),
  orders: ofPerson('orders'),
  payments: {
    from: (sql, userId) => sql`payments t where t.id in ${paymentsOf(sql, userId)}`,
    key: 'id',
    keyType: 'uuid',
  },
  refunds: {
    from: (sql, userId) => sql`refunds t where t.payment_id in ${paymentsOf(sql, userId)}`,
    key: 'id',
    keyType: 'uuid',
  },
  avatars: ofPerson('user_avatars'),
  'avatar-uses': {
    from: (sql, userId) => sql`
      user_avatar_uses t where t.avatar_id in (select id from user_avatars where user_id = ${userId})`,
    key: 'id',
    keyType: 'uuid',
  },
  recordings: ofPerson('recordings'),
  consents: ofPerson('consents'),
  'deletion-requests': ofPerson('deletion_requests'),
  exports: ofPerson('exports'),
  sessions: ofPerson('cabinet_sessions'),
  inbox: {
    from: (sql, userId) => sql`
      telegram_updates t where t.update_id in (
        select update_id from telegram_updates where telegram_id = (select telegram_id from users where id = ${userId})
        union all
        select update_id from telegram_updates
        where telegram_id is null and ${isUnhandledAbout(sql, sql`(select telegram_id from users where id = ${userId})`)}
      )`,
    key: 'update_id',
    keyType: 'bigint',
  },
  actions: {
    from: (sql, userId) => sql`
      audit_log t where t.subject in (
        select ${`user:${userId}`} union all select 'payment:' || id from ${paymentsOf(sql, userId)} paid)`,
    key: 'id',
    keyType: 'bigint',
  },
} as const satisfies Record<string, Source>

export type DataFile = keyof typeof SOURCES
export const DATA_FILES = Object.keys(SOURCES) as DataFile[]

/** The person's rows of one file, page after page, oldest first. */
export async function* readPersonRows(
  sql: Queryable,
  file: DataFile,
  userId: string,
): AsyncGenerator<DataRow[], void, undefined> {
  const { from, key, keyType }: Source = SOURCES[file]
  const column = sql`t.${sql(key)}`
  for (let after: string | undefined; ; ) {
    const last = after ?? null
    const behind =
      keyType === 'uuid'
        ? sql`and (${last}::uuid is null or ${column} > ${last}::uuid)`
        : sql`and (${last}::bigint is null or ${column} > ${last}::bigint)`
    const rows: { key: string; row: DataRow }[] = await sql<{ key: string; row: DataRow }[]>`
      select ${column}::text as key, to_jsonb(t) - ${OMITTED}::text[]
        || case when to_jsonb(t) ->> 'actor' like 'operator:%' then ${OPERATOR} else '{}' end::jsonb as row
      from ${from(sql, userId)} ${behind}
      order by ${column} limit ${ROWS_PER_PAGE}`
    if (rows.length > 0) yield rows.map(({ row }) => row)
    after = rows.at(-1)?.key
    if (rows.length < ROWS_PER_PAGE) return
  }
}

/** Lines of the providers' books about the person's payments: one or two for each. */
export const listProviderEntries = async (sql: Queryable, userId: string): Promise<DataRow[]> => {
  const rows = await sql<{ row: DataRow }[]>`
    select to_jsonb(t) as row from provider_entries t
    where t.payment_id in ${paymentsOf(sql, userId)} order by occurred_at limit 20000`
  return rows.map(({ row }) => row)
}

/** What waits to be sent to the person. */
export const listWaitingMessages = async (sql: Queryable, userId: string): Promise<DataRow[]> => {
  const rows = await sql<{ row: DataRow }[]>`
    select jsonb_build_object('created_at', created_at, 'run_at', run_at, 'message', payload) as row
    from graphile_worker._private_jobs where payload ->> 'userId' = ${userId} order by id limit 2000`
  return rows.map(({ row }) => row)
}

/** The account itself: who, what settings, how many coins. */
export const readAccount = async (
  sql: Queryable,
  userId: string,
): Promise<{ user: DataRow; state: DataRow | null; balance: DataRow | null }> => {
  const [row]: [{ user: DataRow; state: DataRow | null; balance: DataRow | null }?] = await sql`
    select to_jsonb(u) as user, to_jsonb(s) as state, to_jsonb(b) as balance
    from users u left join user_states s on s.user_id = u.id left join user_balances b on b.user_id = u.id
    where u.id = ${userId}`
  if (!row) throw new Error('A person who is being exported is not there.')
  return row
}

/** How much there is, for telling how far an export is. */
export const countPersonData = async (
  sql: Queryable,
  userId: string,
): Promise<{ pages: number; avatars: number; transcripts: number }> => {
  const [row]: [{ rows: number; avatars: number; transcripts: number }?] = await sql`
    select (select count(*) from transactions where user_id = ${userId}) as rows,
      (select count(*) from user_avatars where user_id = ${userId}) as avatars,
      (select count(*) from user_transcripts where user_id = ${userId}) as transcripts`
  const { rows = 0, avatars = 0, transcripts = 0 } = row ?? {}
  return { pages: Math.max(1, Math.ceil(rows / ROWS_PER_PAGE)), avatars, transcripts }
}
