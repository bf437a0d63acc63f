import { mkdtempSync, rmSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withScratchDatabase } from '#shared/backup/scratch.ts'
import { withOwnerConnection } from '#shared/db/owner-connection.ts'
import { startGuard } from '../../local/services/guard-client.ts'
import { type RunningPostgres, startPostgres } from '../../local/services/postgres.ts'

// A server of its own, whose autovacuum comes at once and takes long: the database is dropped by a role that is no superuser.

let folder: string
let guard: Awaited<ReturnType<typeof startGuard>>
let server: RunningPostgres
let superuser: Sql

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kopeika-scratch-'))
  await chmod(folder, 0o711)
  guard = await startGuard()
  server = await startPostgres({
    superuserPassword: 'superuser',
    ownerPassword: 'owner',
    dataDir: join(folder, 'data'),
    logFile: join(folder, 'postgres.log'),
    port: 0,
    tracker: guard,
    settings: [
      'autovacuum_naptime=1s',
      'autovacuum_vacuum_cost_limit=1',
      'autovacuum_vacuum_cost_delay=100ms',
    ],
  })
  superuser = postgres(server.superuserUrl, { max: 1, onnotice: () => undefined })
})
afterAll(async () => {
  await superuser?.end({ timeout: 5 })
  await server?.stop()
  await guard?.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

const nameOf = (url: string): string => new URL(url).pathname.slice(1)

const exists = async (name: string): Promise<boolean> =>
  (await superuser`select from pg_database where datname = ${name}`).length > 0

const untilVacuumed = (name: string): Promise<void> =>
  expect
    .poll(
      () =>
        superuser`select from pg_stat_activity where datname = ${name} and backend_type = 'autovacuum worker'`,
      { timeout: 20_000, interval: 20 },
    )
    .not.toHaveLength(0)

const neverLeft = (name: string, error: unknown): void => {
  throw new Error(`${name} is left`, { cause: error })
}

test('a scratch database goes although the autovacuum works in it', async () => {
  const name = await withScratchDatabase(server.url, neverLeft, async (url) => {
    await withOwnerConnection(url, async (sql) => {
      await sql`create table much as select n, repeat('x', 500) as text from generate_series(1, 50000) n`
      await sql`update much set text = 'y'`
    })
    await untilVacuumed(nameOf(url))
    return nameOf(url)
  })
  expect(await exists(name)).toBe(false)
})

test('and although a session of the check is open in it', async () => {
  const open: Sql[] = []
  const name = await withScratchDatabase(server.url, neverLeft, async (url) => {
    const sql = postgres(url, { max: 1, onnotice: () => undefined })
    open.push(sql)
    await sql`select 1`
    return nameOf(url)
  })
  expect(await exists(name)).toBe(false)
  await open[0]?.end({ timeout: 1 })
})

test('where somebody else stays in it, the result of the work counts, and it is told', async () => {
  const left: string[] = []
  const others: Sql[] = []
  const name = await withScratchDatabase(
    server.url,
    (one) => left.push(one),
    async (url) => {
      const theirs = new URL(server.superuserUrl)
      theirs.pathname = new URL(url).pathname
      const sql = postgres(theirs.href, { max: 1 })
      others.push(sql)
      await sql`select 1`
      return nameOf(url)
    },
  )
  expect(left).toEqual([name])
  await others[0]?.end({ timeout: 5 })
})

test('an error of the work is what is thrown', async () => {
  const failing = withScratchDatabase(server.url, neverLeft, () =>
    Promise.reject(new Error('the store is away')),
  )
  await expect(failing).rejects.toThrow('the store is away')
})

test('what a check that died has left is dropped by the next one, and nothing younger', async () => {
  const young = `kopeika_check_${Math.floor(Date.now() / 1000)}_other`
  await withOwnerConnection(server.url, async (sql) => {
    for (const name of ['kopeika_check_1000_died', young]) await sql`create database ${sql(name)}`
  })
  await withScratchDatabase(server.url, neverLeft, () => Promise.resolve())
  expect([await exists('kopeika_check_1000_died'), await exists(young)]).toEqual([false, true])
})
