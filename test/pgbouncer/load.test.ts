import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { processEnv } from '#shared/platform/env.ts'
import { type Stack, startStack } from '../../local/stack.ts'
import type { StackDescription } from '../../local/stack-file.ts'
import { ask } from '../e2e/support/books.ts'
import { charge, expectProblem, register } from '../e2e/support/caller.ts'
import { postUpdate } from '../e2e/support/chat.ts'
import { familyOf } from '../e2e/support/processes.ts'
import { REPOSITORY } from '../e2e/support/starter.ts'
import { messageFrom } from '../support/chat.ts'
import { startLoad, type Wish } from '../watchdog/support/load.ts'

const POOL = 8
const PEOPLE = 20
const FIRST_PERSON = 7_100_000_000
const CHARGES = 400
const UPDATES = 200
const AT_ONCE = 40

const home = mkdtempSync(join(tmpdir(), 'kopeika-pooled-'))
const ending = new AbortController()
let running: Stack
let stack: StackDescription
let owner: postgres.Sql

beforeAll(async () => {
  const { PATH, HOME } = processEnv()
  const env = {
    PATH,
    HOME,
    PGBOUNCER_POOL: String(POOL),
    KOPEIKA_HOME: home,
    GATEWAY_PORT: '0',
    RATE_LIMITS: 'off',
  }
  running = await startStack(
    {
      root: REPOSITORY,
      stackYml: join(REPOSITORY, 'stack.yml'),
      env,
      cwd: REPOSITORY,
      say: () => undefined,
      signal: ending.signal,
    },
    { kill: () => undefined },
  )
  stack = JSON.parse(readFileSync(join(home, 'stack.json'), 'utf8'))
  owner = postgres(stack.databaseUrl, { max: 1, onnotice: () => {} })
  for (let index = 0; index < PEOPLE; index += 1) await register(stack, FIRST_PERSON + index)
  await owner`
    with paid as (
      insert into transactions (user_id, amount, type, description, balance_after, actor)
      select user_id, 100000, 'adjustment', 'for the test', coins + 100000, 'test' from user_balances returning user_id
    ) update user_balances b set coins = coins + 100000 from paid where b.user_id = paid.user_id`
}, 120_000)
afterAll(async () => {
  await owner?.end({ timeout: 2 })
  await running?.stop()
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })
}, 60_000)

const personOf = (index: number): number => FIRST_PERSON + (index % PEOPLE)
const updateOf = (index: number) => messageFrom(personOf(index), { text: '/balance' })

/** Does `work` for 0..count-1, so many at a time. */
const inTurns = async (
  count: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
): Promise<void> => {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1
      await work(next - 1)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** How many connections of the functions' role the server has, looked at until `end` is called. */
const watchConnections = (): { end: () => Promise<number> } => {
  let isOver = false
  let most = 0
  const look = async (): Promise<void> => {
    while (!isOver) {
      const [row] = await owner<{ count: number }[]>`
        select count(*)::int from pg_stat_activity where usename = 'kopeika_functions'`
      most = Math.max(most, row?.count ?? 0)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const looking = look()
  return {
    end: async () => {
      isOver = true
      await looking
      return most
    },
  }
}

/** Lines of any log that tell of state which was left on a connection, or missed there. */
const leaksInLogs = (): string[] =>
  readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.log'))
    .flatMap((path) => readFileSync(join(home, path), 'utf8').split('\n'))
    .filter((line) =>
      /prepared statement .*(does not exist|already exists)|you don't own a lock|unsupported startup parameter/.test(
        line,
      ),
    )

const countOf = (question: 'charges' | 'updates'): Promise<number> =>
  ask(stack, async (sql) => {
    const [row] =
      question === 'charges'
        ? await sql<{ count: number }[]>`
            select count(*)::int from transactions where type = 'charge' and amount = -1`
        : await sql<{ count: number }[]>`
            select count(*)::int from telegram_updates where telegram_id between ${FIRST_PERSON} and ${FIRST_PERSON + PEOPLE}`
    return row?.count ?? 0
  })

const expectBooksClose = async (): Promise<void> => {
  const drift = await owner`
    select b.user_id from user_balances b left join transactions t on t.user_id = b.user_id
    group by b.user_id, b.coins having b.coins <> coalesce(sum(t.amount), 0)`
  expect([...drift]).toEqual([])
}

const pooler = () =>
  familyOf(process.pid).filter(({ command }) => /^\S*pgbouncer /.test(command) && command.includes(home))

it(`${CHARGES} charges and ${UPDATES} updates with ${POOL} connections for all functions: 0 errors, and the books close`, async () => {
  const before = await countOf('charges')
  const watch = watchConnections()
  const statuses: Record<string, number> = {}
  const note = (what: string, status: number): void => {
    statuses[`${what} ${status}`] = (statuses[`${what} ${status}`] ?? 0) + 1
  }
  await Promise.all([
    inTurns(CHARGES, AT_ONCE, async (index) => {
      note('charge', (await charge(stack, personOf(index), 1)).status)
    }),
    inTurns(UPDATES, AT_ONCE / 2, async (index) => {
      note('update', (await postUpdate(stack, updateOf(index))).status)
    }),
  ])
  const most = await watch.end()
  console.log(`at most ${most} connections of the functions at the server`)
  expect(statuses).toEqual({ 'charge 200': CHARGES, 'update 200': UPDATES })
  expect(await countOf('charges')).toBe(before + CHARGES)
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(POOL)
  await expectBooksClose()
  expect(leaksInLogs()).toEqual([])
})

it("nothing of one transaction is left for the next: the settings are the role's on every connection", async () => {
  const app = postgres(stack.appDatabaseUrl, { max: POOL * 2, onnotice: () => {}, fetch_types: false })
  try {
    const seen = await Promise.all(
      Array.from({ length: POOL * 4 }, () =>
        app.begin(async (tx) => {
          const [row] = await tx<{ settings: string }[]>`
            select concat_ws(' ', current_setting('statement_timeout'), current_setting('lock_timeout'),
              current_setting('idle_in_transaction_session_timeout'), current_setting('search_path')) as settings`
          return row?.settings
        }),
      ),
    )
    expect(new Set(seen)).toEqual(new Set(['3s 2s 10s public']))
  } finally {
    await app.end({ timeout: 2 })
  }
  const held = await owner`
    select l.objid from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and a.usename = 'kopeika_functions' and a.state = 'idle'`
  expect([...held]).toEqual([])
})

it('a call that gets no connection in time is told to come again, and served afterwards', async () => {
  const app = postgres(stack.appDatabaseUrl, { max: POOL, onnotice: () => {}, fetch_types: false })
  const enough = Promise.withResolvers<void>()
  let begun = 0
  const hogs = Array.from({ length: POOL }, () =>
    app
      .begin(async (tx) => {
        await tx`select 1`
        begun += 1
        await enough.promise
      })
      .catch(() => undefined),
  )
  try {
    await expect.poll(() => begun, { timeout: 10_000 }).toBe(POOL)
    const refused = await charge(stack, personOf(1), 2)
    expectProblem(refused, 503, 'unavailable')
    expect(refused.headers.get('retry-after')).not.toBeNull()
  } finally {
    enough.resolve()
    await Promise.all(hogs)
    await app.end({ timeout: 2 })
  }
  await expect.poll(async () => (await charge(stack, personOf(1), 2)).status, { timeout: 10_000 }).toBe(200)
})

it.each<NodeJS.Signals>(['SIGINT', 'SIGKILL'])(
  'PgBouncer restarted under load (%s): what is refused is safe to repeat, calls recover, no effect is lost or made twice',
  async (signal) => {
    const before = await countOf('charges')
    const wish = (index: number): Wish => ({
      method: 'POST',
      path: '/',
      body: JSON.stringify({ telegramId: personOf(index), coins: 1, description: 'under load' }),
    })
    const load = startLoad(stack, 'charge', AT_ONCE, wish)
    const updates = startLoad(stack, 'dispatcher', AT_ONCE / 2, (index) => ({
      method: 'POST',
      path: '/',
      body: JSON.stringify(updateOf(index)),
      headers: { 'x-telegram-bot-api-secret-token': stack.webhook.secret },
    }))
    await Promise.all([load.full, updates.full])
    const [old] = pooler()
    expect(old).toBeDefined()
    process.kill(old?.pid ?? 0, signal)
    await expect.poll(() => pooler().find(({ pid }) => pid !== old?.pid), { timeout: 15_000 }).toBeDefined()
    const since = performance.now()
    await expect
      .poll(async () => (await charge(stack, personOf(0), 2)).status, { timeout: 10_000, interval: 50 })
      .toBe(200)
    console.log(
      `${signal}: a call was served ${Math.round(performance.now() - since)} ms after the new process`,
    )
    load.enough()
    updates.enough()
    const [charges, posts] = await Promise.all([load.done, updates.done])
    const refusals = [...charges.refusals, ...posts.refusals]
    console.log(
      `${signal}: ${charges.granted} charges, ${posts.granted} updates; refused on the way ${refusals.length}`,
    )
    expect(refusals.filter(({ isSafeToRetry }) => !isSafeToRetry)).toEqual([])
    expect(await countOf('charges')).toBe(before + charges.granted)
    await expectBooksClose()
    expect(leaksInLogs()).toEqual([])
  },
)
