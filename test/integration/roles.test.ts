import { type Job, Logger, runOnce } from 'graphile-worker'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { prepareDatabase } from '#shared/db/prepare.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts'
import { MIGRATIONS_DIR } from '../support/template-database.ts'

const DENIED = { code: '42501' }

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})

afterAll(() => database.drop())

/** A person with a wallet and one transaction, written as the functions' role. */
async function makePerson(telegramId: number): Promise<string> {
  const { appSql } = database
  const [user] = await appSql<
    [{ id: string }]
  >`insert into users (telegram_id) values (${telegramId}) returning id`
  await appSql`insert into user_balances (user_id, coins) values (${user.id}, 10)`
  await appSql`
    insert into transactions (user_id, amount, type, description, balance_after, actor)
    values (${user.id}, 10, 'bonus', 'Welcome', 10, 'register')`
  return user.id
}

describe("the functions' role", () => {
  test('writes what its work needs', async () => {
    const { appSql } = database
    const userId = await makePerson(1001)
    await appSql`insert into user_states (user_id) values (${userId})`
    await appSql`insert into user_keys (user_id, wrapped_key, master_key_id) values (${userId}, ${Buffer.alloc(60)}, 'k1')`
    await appSql`insert into bonus_claims (person_hash) values (${Buffer.alloc(32)})`
    await appSql`insert into suspended_people (person_hash, suspension) values (${Buffer.alloc(32)}, '{}')`
    await appSql`insert into holds (user_id, coins, description, actor, expires_at) values (${userId}, 5, 'Work', 'charge', now())`
    await appSql`
      insert into idempotency_keys (client, function_name, route, key, input_hash)
      values ('client', 'charge', 'POST /', 'k', ${Buffer.alloc(32)})`
    const [order] = await appSql<[{ id: string }]>`
      insert into orders (user_id, provider, pack, coins, currency, amount, price_version, expires_at)
      values (${userId}, 'stars', 'small', 100, 'XTR', 50, '1', now()) returning id`
    const [payment] = await appSql<[{ id: string }]>`
      insert into payments (provider, charge_id, order_id, user_id, state, currency, amount, reason)
      values ('stars', 'c1', ${order.id}, ${userId}, 'suspense', 'XTR', 50, 'amount differs') returning id`
    await appSql`
      insert into refunds (payment_id, amount, coins, state, reason, actor)
      values (${payment.id}, 50, 0, 'requested', 'asked', 'operator')`
    await appSql`insert into user_avatars (user_id, avatar_data) values (${userId}, '{}')`
    await appSql`
      insert into user_transcripts (user_id, transcript_data, format, characters)
      values (${userId}, ${Buffer.from('x')}, 'text', 1)`
    await appSql`insert into telegram_updates (update_id, kind, claimed_until) values (1, 'message', now())`
    await appSql`insert into audit_log (actor, action) values ('test', 'looked')`
    await appSql`insert into leases (name, holder, expires_at) values ('notify', 'me', now())`
    await appSql`update user_balances set coins = coins + 1 where user_id = ${userId}`
    for (const table of [
      'user_transcripts',
      'user_avatars',
      'user_keys',
      'user_states',
      'idempotency_keys',
      'telegram_updates',
      'suspended_people',
    ]) {
      expect(await appSql`delete from ${appSql(table)}`).toMatchObject({ command: 'DELETE' })
    }
    expect(await appSql`select id from schema_migrations`).not.toHaveLength(0)
  })

  test.each(['transactions', 'audit_log'])('neither changes nor removes anything in %s', async (table) => {
    const { appSql } = database
    const target = appSql(table)
    // no error, only a warning, and no effect
    await appSql`grant all on ${target} to kopeika_app`
    await expect(appSql`update ${target} set created_at = now()`).rejects.toMatchObject(DENIED)
    await expect(appSql`delete from ${target}`).rejects.toMatchObject(DENIED)
    await expect(appSql`truncate ${target}`).rejects.toMatchObject(DENIED)
    await expect(
      appSql`merge into ${target} t using (select 1) s on true when matched then delete`,
    ).rejects.toMatchObject(DENIED)
    await expect(appSql`select from ${target} for update`).rejects.toMatchObject(DENIED)
  })

  test.each(['users', 'user_balances', 'holds', 'orders', 'payments', 'refunds', 'bonus_claims', 'leases'])(
    'removes no row of %s',
    async (table) => {
      const { appSql } = database
      await expect(appSql`delete from ${appSql(table)}`).rejects.toMatchObject(DENIED)
    },
  )

  type Attempt = (sql: TestDatabase['appSql'], name: string) => PromiseLike<unknown>
  const attempts: Attempt[] = [
    (sql) => sql`create table mine (id int)`,
    (sql) => sql`create temporary table mine (id int)`,
    (sql) => sql`create schema mine`,
    (sql) => sql`create function mine() returns int language sql return 1`,
    (sql) => sql`create view mine as select 1`,
    (sql) => sql`create type mine as enum ('a')`,
    (sql) => sql`create role mine`,
    (sql) => sql`create database mine`,
    (sql) => sql`create extension dblink`,
    (sql) => sql`alter table transactions add column mine int`,
    (sql) => sql`alter table transactions disable trigger all`,
    (sql) => sql`drop table transactions`,
    (sql) => sql`create index mine on transactions (amount)`,
    (sql) =>
      sql`create trigger mine before insert on transactions execute function suppress_redundant_updates_trigger()`,
    (sql) => sql`create rule mine as on insert to transactions do instead nothing`,
    (sql) => sql`set role kopeika`,
    (sql) => sql`set session_replication_role = replica`,
    (sql, name) => sql`alter database ${sql(name)} set statement_timeout = 0`,
    (sql) => sql`insert into schema_migrations (id, checksum) values ('9999-mine', ${'0'.repeat(64)})`,
    (sql) => sql`delete from schema_migrations`,
    (sql) => sql`insert into graphile_worker.migrations (id) values (999)`,
    (sql) => sql`create table graphile_worker.mine (id int)`,
    (sql) => sql`copy transactions to program 'true'`,
  ]

  test.each(attempts.map((attempt) => [String(attempt).replace(/\s+/g, ' '), attempt] as const))(
    'is denied DDL and further rights: %s',
    async (_text, attempt) => {
      await expect(attempt(database.appSql, database.name)).rejects.toMatchObject(DENIED)
    },
  )

  test('never waits long, by the server itself', async () => {
    const plain = postgres(database.appUrl, { max: 1 })
    const [row] = await plain`
      select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
        current_setting('idle_in_transaction_session_timeout') as idle, current_setting('search_path') as path`
    await plain.end()
    expect(row).toEqual({ statement: '3s', lock: '2s', idle: '10s', path: 'public' })
  })

  test('adds jobs and runs the worker', async () => {
    const { appSql, appUrl } = database
    await appSql`select graphile_worker.add_job('greet', ${appSql.json({ name: 'Anna' })}::json, queue_name => 'chat:1', job_key => 'k')`
    await appSql`
      select graphile_worker.add_jobs(array[
        row('greet', '{"name":"Boris"}', 'chat:2', null, 3, null, 0, null)::graphile_worker.job_spec,
        row('fail', '{}', null, null, 1, null, 0, null)::graphile_worker.job_spec])`
    const greeted: string[] = []
    const names = (payload: unknown): string =>
      typeof payload === 'object' && payload !== null && 'name' in payload ? String(payload.name) : ''
    const runWorker = () =>
      runOnce({
        connectionString: appUrl,
        // graphile-worker does not wait for its own "done" and "failed" (worker.js): one connection keeps them in order
        concurrency: 1,
        maxPoolSize: 1,
        noHandleSignals: true,
        taskList: {
          greet: async (payload) => {
            greeted.push(names(payload))
          },
          fail: async () => {
            throw new Error('on purpose')
          },
        },
        logger: new Logger(() => () => undefined),
      })
    await runWorker()
    expect(greeted.sort()).toEqual(['Anna', 'Boris'])
    const left = await appSql<Pick<Job, 'last_error'>[]>`select last_error from graphile_worker._private_jobs`
    expect(left).toMatchObject([{ last_error: expect.stringContaining('on purpose') }])
    await appSql`select graphile_worker.permanently_fail_jobs(array(select id from graphile_worker._private_jobs))`
    await appSql`delete from graphile_worker._private_jobs`
  })
})

describe('the ledger', () => {
  const refusal = (constraint: string) => ({ code: '23514', constraint_name: constraint })

  test('lets no balance fall below zero or below what is held', async () => {
    const { appSql } = database
    const userId = await makePerson(2001)
    const change = (coins: number, held = 0) =>
      appSql`update user_balances set coins = coins + ${coins}, held = held + ${held} where user_id = ${userId}`
    await expect(change(-11)).rejects.toMatchObject({ code: '23514' })
    await expect(change(-11, -1)).rejects.toMatchObject(refusal('user_balances_coins_nonnegative'))
    await expect(change(0, 11)).rejects.toMatchObject(refusal('user_balances_held_within_coins'))
    await expect(change(Number.MAX_SAFE_INTEGER)).rejects.toMatchObject(refusal('user_balances_coins_safe'))
    await expect(change(-10)).resolves.toHaveProperty('count', 1)
  })

  test('refuses transactions that make no sense', async () => {
    const { appSql } = database
    const userId = await makePerson(2002)
    const add = (amount: number, type: string, reference: string | null = null) =>
      appSql`
        insert into transactions (user_id, amount, type, description, balance_after, reference, actor)
        values (${userId}, ${amount}, ${type}, 'x', 0, ${reference}, 'test')`
    await expect(add(0, 'charge')).rejects.toMatchObject({ code: '23514' })
    await expect(add(1, 'charge')).rejects.toMatchObject(refusal('transactions_sign'))
    await expect(add(-1, 'top_up')).rejects.toMatchObject(refusal('transactions_sign'))
    await expect(add(1, 'gift')).rejects.toMatchObject(refusal('transactions_type_known'))
    await add(5, 'top_up', 'payment:1')
    await expect(add(5, 'top_up', 'payment:1')).rejects.toMatchObject({
      constraint_name: 'transactions_type_reference_unique',
    })
  })
})

describe('the login role', () => {
  test('takes a password with quotes, and the new one of the next run', async () => {
    const fresh = await createEmptyDatabase()
    const login = `login_${fresh.name}`
    const urlWith = (password: string) => {
      const url = new URL(fresh.appUrl)
      url.username = login
      url.password = encodeURIComponent(password)
      return url.href
    }
    for (const password of [`it's "one" \\ $$ %L пароль`, 'another']) {
      const appUrl = urlWith(password)
      await prepareDatabase({ ownerUrl: fresh.ownerUrl, appUrl, migrationsDir: MIGRATIONS_DIR })
      const sql = postgres(appUrl, { max: 1 })
      expect(await sql`select current_user as name`).toEqual([{ name: login }])
      await sql.end()
    }
    const wrong = postgres(urlWith('wrong'), { max: 1 })
    await expect(wrong`select 1`).rejects.toMatchObject({ code: '28P01' })
    await wrong.end()
    await fresh.drop()
    await database.ownerSql`drop role ${database.ownerSql(login)}`
  })

  test.each([
    ['no password', 'postgres://somebody@127.0.0.1/x', /must name a user and a password/],
    ['no address at all', 'nonsense', /must name a user and a password/],
  ])('needs a usable URL: %s', async (_name, appUrl, message) => {
    const { ownerUrl } = database
    await expect(prepareDatabase({ ownerUrl, appUrl, migrationsDir: MIGRATIONS_DIR })).rejects.toThrow(
      message,
    )
  })

  test('is neither the owner nor a powerful role, and no error tells the password', async () => {
    const { ownerUrl } = database
    const prepareWith = (name: string) => {
      const appUrl = new URL(ownerUrl)
      appUrl.username = name
      appUrl.password = 'very-secret'
      return prepareDatabase({ ownerUrl, appUrl: appUrl.href, migrationsDir: MIGRATIONS_DIR })
    }
    await expect(prepareWith('kopeika')).rejects.toThrow(/must not log in as the owner/)
    await expect(prepareWith('postgres')).rejects.toThrow(/may do more than the functions should/)
    const error: unknown = await prepareWith('pg_reserved').catch((error: unknown) => error)
    expect(error).toMatchObject({ code: '42939' })
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('very-secret')
  })
})
