import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { openDatabase, type Sql } from './client.ts'
import { toPublicError } from './sqlstate.ts'
import { startProxy, type TestProxy } from './tcp-proxy.testing.ts'
import { inTransaction } from './transaction.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

describe('numbers', () => {
  test('bigints are exact numbers up to 2^53-1, and refused beyond', async () => {
    const { appSql } = database
    const max = Number.MAX_SAFE_INTEGER
    const [row] =
      await appSql`select ${max}::bigint as big, ${-max}::bigint as small, count(*) as rows from users`
    expect(row).toEqual({ big: max, small: -max, rows: 0 })
    await expect(appSql`select 9007199254740992::bigint as beyond`).rejects.toThrow(/beyond 2\^53-1/)
    await expect(appSql`select (-9007199254740992)::bigint as beyond`).rejects.toThrow(/beyond 2\^53-1/)
    expect(await appSql`select 1::bigint as still_usable`).toEqual([{ still_usable: 1 }])
  })
})

describe('sessions', () => {
  test('have a name, UTC, and a limit on everything that can wait', async () => {
    const sql = openDatabase({ url: database.appUrl, applicationName: 'kopeika-toy', max: 1 })
    const [row] = await sql`
      select current_setting('application_name') as name, current_setting('TimeZone') as zone,
        current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
        current_setting('idle_in_transaction_session_timeout') as idle`
    await sql.end()
    expect(row).toEqual({ name: 'kopeika-toy', zone: 'UTC', statement: '3s', lock: '2s', idle: '10s' })
  })

  test('notices of the server reach the listener', async () => {
    const notices: string[] = []
    const sql = openDatabase({
      url: database.appUrl,
      applicationName: 'test',
      max: 1,
      onNotice: (message) => notices.push(message),
    })
    await sql`do $$ begin raise notice 'hello'; end $$`
    await sql.end()
    expect(notices).toEqual(['hello'])
  })
})

const SILENCE_MS = 300

const settle = async (work: PromiseLike<unknown>) => {
  const startedAt = performance.now()
  try {
    return { value: await work, ms: performance.now() - startedAt }
  } catch (error) {
    return { error: toPublicError(error), ms: performance.now() - startedAt }
  }
}

/** The address of the database by way of a proxy. */
const through = (port: number): string => {
  const url = new URL(database.appUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return url.href
}
const target = () => {
  const { hostname, port } = new URL(database.appUrl)
  return { host: hostname, port: Number(port) }
}

describe('a half-open connection', () => {
  let proxy: TestProxy
  let sql: Sql

  beforeEach(async () => {
    proxy = await startProxy(target())
    sql = openDatabase({
      url: through(proxy.port),
      applicationName: 'test',
      max: 2,
      silenceMs: SILENCE_MS,
    })
    await sql`select 1`
  })
  afterEach(async () => {
    await sql.end({ timeout: 0 })
    await proxy.close()
  })

  test('fails the queries on it in time, and the pool works again once the line is healed', async () => {
    proxy.swallow()
    const [first, second] = await Promise.all([settle(sql`select 1`), settle(sql`select 2`)])
    for (const outcome of [first, second]) {
      expect(outcome).toMatchObject({ error: { code: 'unavailable' } })
      expect(outcome.ms).toBeGreaterThanOrEqual(SILENCE_MS - 1)
      expect(outcome.ms).toBeLessThan(SILENCE_MS + 1_500)
    }
    proxy.heal()
    const healed = await settle(sql`select 3 as three`)
    expect(healed).toMatchObject({ value: [{ three: 3 }] })
    expect(healed.ms).toBeLessThan(1_500)
  })

  test('in the middle of a transaction fails it, and nothing of it stays', async () => {
    const failing = settle(
      inTransaction(sql, async (tx) => {
        await tx`insert into leases (name, holder, expires_at) values ('half-open', 'me', now())`
        proxy.swallow()
        await tx`select 1`
      }),
    )
    expect(await failing).toMatchObject({ error: { code: 'unavailable' } })
    proxy.heal()
    expect(await sql`select 1 from leases where name = 'half-open'`).toEqual([])
  })

  test('a connection that is idle for longer than that is left alone', async () => {
    const [before] = await sql`select pg_backend_pid() as pid`
    await new Promise((resolve) => setTimeout(resolve, SILENCE_MS * 2))
    const [after] = await sql`select pg_backend_pid() as pid`
    expect(after).toEqual(before)
  })

  test('a query that takes its time while the server lives is cut only by its own limit', async () => {
    await expect(sql`select pg_sleep(0.2)`).resolves.toHaveLength(1)
    await sql`set statement_timeout = 100`
    await expect(sql`select pg_sleep(1)`).rejects.toMatchObject({ code: '57014' })
  })
})

describe('a database that is away', () => {
  const open = (port: number, max: number): Sql =>
    openDatabase({ url: through(port), applicationName: 'test', max, silenceMs: SILENCE_MS })

  test('fails every query at once, however many, and the pool works as soon as it is back', async () => {
    const gone = await startProxy(target())
    await gone.close()
    const sql = open(gone.port, 2)
    for (let n = 0; n < 6; n += 1) {
      const outcome = await settle(sql`select 1`)
      expect(outcome).toMatchObject({ error: { code: 'unavailable', cause: { code: 'ECONNREFUSED' } } })
      expect(outcome.ms).toBeLessThan(1_000)
    }
    const back = await startProxy(target(), gone.port)
    expect(await settle(sql`select 1 as one`)).toMatchObject({ value: [{ one: 1 }] })
    await sql.end()
    await back.close()
  })

  test('behind something that takes connections and drops them fails too, and does not try for ever', async () => {
    const dropping = await startProxy({ host: '127.0.0.1', port: 1 })
    const sql = open(dropping.port, 1)
    for (let n = 0; n < 3; n += 1) {
      const outcome = await settle(sql`select 1`)
      expect(outcome).toMatchObject({ error: { code: 'unavailable' } })
      expect(outcome.ms).toBeLessThan(1_000)
    }
    await sql.end()
    await dropping.close()
  })

  test('a query that comes in the very moment in which a connection dies is answered, one way or the other', async () => {
    const proxy = await startProxy(target())
    const sql = open(proxy.port, 1)
    for (let n = 0; n < 5; n += 1) {
      await sql`select 1`
      proxy.swallow()
      const next = sql`select 1`.then(
        () => undefined,
        () => {
          proxy.heal()
          return settle(sql`select 2 as two`)
        },
      )
      expect(await next).toMatchObject({ value: [{ two: 2 }] })
    }
    await sql.end()
    await proxy.close()
  })

  test('sessions that are ended under load: every call settles, in time, and the pool is whole afterwards', async () => {
    const sql = openDatabase({ url: database.appUrl, applicationName: 'load', max: 3 })
    const killer = openDatabase({ url: database.appUrl, applicationName: 'killer', max: 1 })
    let kills = 0
    const work = async (n: number): Promise<unknown[]> => {
      const outcomes: unknown[] = []
      while (kills < 20) {
        const outcome = await settle(
          n % 2 === 0
            ? sql`select ${n}::bigint as n`
            : inTransaction(sql, (tx) => tx`select ${n}::bigint as n`),
        )
        expect(outcome.ms).toBeLessThan(2_500)
        outcomes.push(outcome.error)
      }
      return outcomes
    }
    const kill = async (): Promise<void> => {
      for (; kills < 20; kills += 1) {
        await killer`select pg_terminate_backend(pid, 1000) from pg_stat_activity where application_name = 'load'`
        await sql`select 1`.catch(() => undefined)
      }
    }
    const [errors] = await Promise.all([
      Promise.all(Array.from({ length: 6 }, (_, n) => work(n))).then((all) => all.flat()),
      kill(),
    ])
    const failures = errors.filter((error) => error !== undefined)
    expect(failures.length).toBeGreaterThan(0)
    for (const failure of failures) expect(failure).toMatchObject({ code: 'unavailable' })
    // finds the connections that the last round ended
    const round = () => Promise.all(Array.from({ length: 6 }, () => settle(sql`select 1 as one`)))
    await round()
    for (const outcome of await round()) expect(outcome).toMatchObject({ value: [{ one: 1 }] })
    await Promise.all([sql.end(), killer.end()])
  })
})
