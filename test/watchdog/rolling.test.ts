import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { processEnv } from '#shared/platform/env.ts'
import { type Stack, startStack } from '../../local/stack.ts'
import type { StackDescription } from '../../local/stack-file.ts'
import { readStackYml } from '../../local/stack-yml.ts'
import { ask } from '../e2e/support/books.ts'
import { call, register } from '../e2e/support/caller.ts'
import { familyOf, stillRunning } from '../e2e/support/processes.ts'
import { REPOSITORY } from '../e2e/support/starter.ts'
import { messageFrom } from '../support/chat.ts'
import { type Refusal, startLoad, type Wish } from './support/load.ts'

const IN_FLIGHT = 200
const PEOPLE = 200
const FIRST_PERSON = 7_000_000_000
const STACK_YML = join(REPOSITORY, 'stack.yml')
const FUNCTIONS = readStackYml(STACK_YML).map(({ name }) => name)
/**
 * What a function says of itself under so many calls, roll or no roll: 22 uploads have room (503 beyond), and 40 reach Node (429 beyond);
 * 12 calls of the cabinet; one run of reconcile at a time.
 */
const OWN_REFUSALS: Readonly<Record<string, readonly number[]>> = {
  'avatar-upload': [429, 503],
  cabinet: [429],
  reconcile: [409],
}

const home = mkdtempSync(join(tmpdir(), 'kopeika-rolling-'))
const ending = new AbortController()
let running: Stack
let stack: StackDescription
let picture: Buffer

beforeAll(async () => {
  const { PATH, HOME, OF_WATCHDOG } = processEnv()
  const env = {
    PATH,
    HOME,
    OF_WATCHDOG,
    KOPEIKA_HOME: home,
    GATEWAY_PORT: '0',
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'error',
  }
  running = await startStack(
    {
      root: REPOSITORY,
      stackYml: STACK_YML,
      env,
      cwd: REPOSITORY,
      say: () => undefined,
      signal: ending.signal,
      watchdog: true,
    },
    { kill: () => undefined },
  )
  stack = JSON.parse(readFileSync(join(home, 'stack.json'), 'utf8'))
  for (let index = 0; index < PEOPLE; index += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, more) => register(stack, FIRST_PERSON + index + more)))
  }
  await ask(
    stack,
    (sql) => sql`
    with paid as (
      insert into transactions (user_id, amount, type, description, balance_after, actor)
      select user_id, 100000, 'adjustment', 'for the test', coins + 100000, 'test' from user_balances returning user_id
    ) update user_balances b set coins = coins + 100000 from paid where b.user_id = paid.user_id`,
  )
  // for restore-check, which is called before the first hour has passed
  expect((await call(stack, 'backup', 'POST', '', { key: null })).status).toBe(200)
  picture = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#c04' } })
    .png()
    .toBuffer()
}, 120_000)
afterAll(async () => {
  await running.stop()
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })
}, 60_000)

const personOf = (index: number): number => FIRST_PERSON + (index % PEOPLE)
const json = (path: string, body: unknown): Wish => ({ method: 'POST', path, body: JSON.stringify(body) })

let newcomer = 8_000_000_000
let updateId = 900_000_000

/** What somebody may want of each function, and the number of its lasting effects so far. */
const WISHES: Record<string, { wish: (index: number) => Wish; effects?: () => Promise<number> }> = {}

const count =
  (question: (sql: Parameters<Parameters<typeof ask>[1]>[0]) => Promise<{ count: number }[]>) => () =>
    ask(stack, async (sql) => (await question(sql))[0]?.count ?? 0)

WISHES.charge = {
  wish: (index) => json('/', { telegramId: personOf(index), coins: 1, description: 'under load' }),
  effects: count((sql) => sql`select count(*)::int from transactions where type = 'charge' and amount = -1`),
}
WISHES.register = {
  wish: () => {
    newcomer += 1
    return json('/', { telegramId: newcomer, firstName: 'Anna' })
  },
  effects: count((sql) => sql`select count(*)::int from users where telegram_id > 8000000000`),
}
WISHES['top-up'] = {
  wish: (index) =>
    json('/invoices', { telegramId: personOf(index), pack: 'small', provider: 'stars', link: false }),
  effects: count((sql) => sql`select count(*)::int from orders`),
}
WISHES['transcript-save'] = {
  wish: (index) => json('/', { telegramId: personOf(index), text: `text ${randomUUID()}`, format: 'text' }),
  effects: count((sql) => sql`select count(*)::int from user_transcripts`),
}
WISHES.dispatcher = {
  wish: (index) => {
    updateId += 1
    const update = messageFrom(personOf(index), { text: '/help' })
    return {
      ...json('/', { ...update, update_id: updateId }),
      headers: { 'x-telegram-bot-api-secret-token': stack.webhook.secret },
    }
  },
  effects: count((sql) => sql`select count(*)::int from telegram_updates where update_id > 900000000`),
}
WISHES['avatar-upload'] = {
  wish: (index) => ({
    method: 'POST',
    path: `/?telegramId=${personOf(index)}`,
    body: picture,
    headers: { 'content-type': 'image/png' },
  }),
}
WISHES.profile = { wish: (index) => ({ method: 'GET', path: `/?telegramId=${personOf(index)}` }) }
WISHES.cabinet = { wish: () => ({ method: 'GET', path: '/' }) }
WISHES['payment-webhook'] = {
  // one that makes it ask YooKassa would measure the simulator, which lives in this very process
  wish: () => json('/yookassa', { event: 'nothing that is known' }),
}

/** Functions that a schedule calls: what they do is safe to call at any time. */
const wishOf = (name: string): { wish: (index: number) => Wish; effects?: () => Promise<number> } =>
  WISHES[name] ?? { wish: () => json('/', {}) }

const watchdogOf = (name: string) =>
  familyOf(process.pid).filter(({ command }) => command.endsWith(`fwatchdog ${name}`))

/** How many of each kind, for a message that can be read. */
const tally = (refusals: readonly Refusal[]): Record<string, number> => {
  const kinds: Record<string, number> = {}
  for (const { status, text } of refusals) {
    const kind = `${status} ${text.replace(/"requestId".*/, '')}`
    kinds[kind] = (kinds[kind] ?? 0) + 1
  }
  return kinds
}

/** What the function last logged of requests that failed: why, where a refusal says only that. */
const lastErrors = (name: string): string =>
  readFileSync(join(home, 'logs', `${name}.log`), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"request failed"'))
    .slice(-3)
    .join('\n')

const expectBooksClose = async (): Promise<void> => {
  const drift = await ask(
    stack,
    (sql) => sql`
    select b.user_id from user_balances b left join transactions t on t.user_id = b.user_id
    group by b.user_id, b.coins having b.coins <> coalesce(sum(t.amount), 0)`,
  )
  expect(drift).toEqual([])
}

describe.each(FUNCTIONS)('%s under 200 calls', { timeout: 120_000 }, (name) => {
  it('is replaced by a new process without a call that fails, and no effect is lost or made twice', async () => {
    const { wish, effects } = wishOf(name)
    const before = await effects?.()
    const old = watchdogOf(name)
    const load = startLoad(stack, name, IN_FLIGHT, wish)
    await load.full
    await running.roll([name])
    load.enough()
    const { granted, refusals } = await load.done
    const isOwn = ({ status }: Refusal): boolean => OWN_REFUSALS[name]?.includes(status) ?? false
    expect(tally(refusals.filter((refusal) => !isOwn(refusal))), lastErrors(name)).toEqual({})
    expect(tally(refusals.filter(({ isSafeToRetry }) => !isSafeToRetry)), lastErrors(name)).toEqual({})
    expect(granted).toBeGreaterThanOrEqual(IN_FLIGHT)
    if (before !== undefined) expect((await effects?.()) ?? 0).toBe(before + granted)
    expect(old).toHaveLength(1)
    expect(stillRunning(old)).toEqual([])
    await expectBooksClose()
  })

  it('is stopped and started again: whatever is refused is safe to repeat, and no effect is lost or made twice', async () => {
    const { wish, effects } = wishOf(name)
    const before = await effects?.()
    const [old] = watchdogOf(name)
    const load = startLoad(stack, name, IN_FLIGHT, wish)
    await load.full
    const since = performance.now()
    process.kill(-(old?.pid ?? 0), 'SIGTERM')
    process.kill(-(old?.pid ?? 0), 'SIGTERM')
    await expect.poll(() => stillRunning(old ? [old] : []), { timeout: 30_000 }).toEqual([])
    expect(performance.now() - since).toBeLessThan(28_000)
    await expect.poll(() => watchdogOf(name).length, { timeout: 30_000 }).toBe(1)
    load.enough()
    const { granted, refusals } = await load.done
    expect(tally(refusals.filter(({ isSafeToRetry }) => !isSafeToRetry)), lastErrors(name)).toEqual({})
    if (before !== undefined) expect((await effects?.()) ?? 0).toBe(before + granted)
    await expectBooksClose()
  })
})
