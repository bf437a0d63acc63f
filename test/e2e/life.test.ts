import { randomInt, randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { processesOf } from '../../local/testing/processes.ts'
import { readBooks } from './support/books.ts'
import { type Answer, call, charge, coinsOf, expectProblem, register } from './support/caller.ts'
import { makePerson, say } from './support/chat.ts'
import { familyOf, type SeenProcess, stillRunning } from './support/processes.ts'
import {
  cleanUp,
  launch,
  makeHome,
  pressCtrlC,
  type RunningStack,
  START_OPTIONS,
  startStack,
  untilReady,
} from './support/starter.ts'

const BONUS = 50
const START_MS = 40_000

/** npm must neither look for its own updates nor write logs into the person's home. */
const NPM_ENV = { npm_config_update_notifier: 'false', npm_config_logs_max: '0' }

/** The stack whose life is told; each chapter goes on where the one before left it. */
let running: RunningStack
/** Another one beside it, of a person who typed `npm start`. */
let beside: RunningStack
let personId = 0
let lastUpdateId = 0

beforeAll(async () => {
  const npmStart = launch(makeHome(), ['npm', 'start', '--', ...START_OPTIONS], {
    GATEWAY_PORT: '0',
    ...NPM_ENV,
  })
  ;[running, beside] = await Promise.all([startStack(makeHome()), untilReady(npmStart)])
}, 2 * START_MS)
afterAll(cleanUp, 60_000)

/** Nothing runs, and nothing in the home says that something does. */
const expectGone = async ({ family, home }: RunningStack, withinMs: number): Promise<void> => {
  await expect.poll(() => stillRunning(family), { timeout: withinMs, interval: 100 }).toEqual([])
  expect(processesOf(home)).toEqual([])
}

const expectTidy = ({ home }: RunningStack): void => {
  expect(existsSync(join(home, 'stack.json'))).toBe(false)
  expect(existsSync(join(home, 'starter.pid'))).toBe(false)
  expect(readdirSync(join(home, 'run'))).toEqual([])
}

/** The person's last word with the bot shows `coins`; update ids have gone on, whatever happened in between. */
const expectBotKnows = async (coins: number): Promise<void> => {
  const { updateId, answer } = await say(running.stack, personId, '/balance')
  expect(answer).toMatch(new RegExp(`\\b${coins} coins`))
  expect(updateId).toBeGreaterThan(lastUpdateId)
  lastUpdateId = updateId
  expect(await coinsOf(running.stack, personId)).toBe(coins)
}

const takeCoin = (key: string): Promise<Answer> => charge(running.stack, personId, 1, key)

const makeKeys = (count: number): string[] => Array.from({ length: count }, () => randomUUID())

/** The person has paid with single coins, so often and no more. */
const expectCharges = async (count: number): Promise<void> =>
  expect(await readBooks(running.stack, personId)).toEqual({
    accounts: 1,
    coins: BONUS - count,
    movements: { bonus: 1, charge: count },
  })

/** Functions that are away are the gateway's 503; behind of-watchdog, which lives a moment longer than they, it may also be its own 500. */
const expectAway = (answer: Answer): void => {
  if (answer.headers.get('x-openfaas-internal') === 'of-watchdog') expect(answer.status).toBe(500)
  else {
    expectProblem(answer, 503, 'unavailable')
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d?$/)
  }
}

/** Only children of our own starter ever come here. */
const kill = (processes: readonly SeenProcess[]): void => {
  for (const { pid } of processes) process.kill(pid, 'SIGKILL')
}

it('runs beside another one, and nothing is shared', async () => {
  const { stack } = running
  const ports = [running, beside].flatMap((one) => {
    const { gateway, telegram, databaseUrl, redisUrl, s3 } = one.stack
    return [gateway, telegram.apiRoot, databaseUrl, redisUrl, s3.endpoint].map((url) => new URL(url).port)
  })
  expect(new Set(ports).size).toBe(ports.length)

  const telegramId = randomInt(2 ** 40)
  await register(stack, telegramId)
  const elsewhere = await call(beside.stack, 'profile', 'GET', `?telegramId=${telegramId}`)
  expectProblem(elsewhere, 404, 'user_not_found')
  const withOurKey = { ...beside.stack, client: stack.client }
  expectProblem(await call(withOurKey, 'profile', 'GET', '?telegramId=1'), 401, 'unauthenticated')
})

it('ends with the npm that started it, and leaves the other one alone', { timeout: 30_000 }, async () => {
  expect(beside.family.length).toBeGreaterThan(10)
  // npm alone, and without a chance to hand the signal on
  beside.child.kill('SIGKILL')
  await expectGone(beside, 20_000)
  expectTidy(beside)
  expect(stillRunning(running.family)).toHaveLength(running.family.length)
  expect((await fetch(`${running.stack.gateway}/healthz`)).status).toBe(200)
})

it('starts a function again that was killed; no charge is lost or made twice', {
  timeout: 30_000,
}, async () => {
  const { stack, family } = running
  personId = await makePerson(stack)
  lastUpdateId = (await say(stack, personId, '/start')).updateId
  // receipts would come between a question and its answer
  const quiet = { settings: { receipts: false, lowBalance: false } }
  expect((await call(stack, 'profile', 'PATCH', `?telegramId=${personId}`, { body: quiet })).status).toBe(200)
  const victim = family.filter(({ command }) => command.includes('functions/charge/handler.ts'))
  expect(victim).toHaveLength(1)

  const keys = makeKeys(30)
  const early = keys.slice(0, 15).map(takeCoin)
  await Promise.race(early)
  kill(victim)
  for (const answer of await Promise.all(keys.slice(15).map(takeCoin))) expectAway(answer)
  for (const answer of await Promise.all(early)) if (answer.status !== 200) expectAway(answer)

  await running.line(/^charge: up again$/)
  const again = await Promise.all(keys.map(takeCoin))
  expect(new Set(again.map(({ status }) => status))).toEqual(new Set([200]))
  await expectCharges(30)
})

it('recovers when all but the starter is killed at once, and answers who wrote meanwhile', {
  timeout: 20_000 + START_MS,
}, async () => {
  const { stack } = running
  const children = familyOf(stack.pid).filter(({ parent }) => parent === stack.pid)
  expect(children.length).toBeGreaterThan(10)
  kill(children)
  await expect.poll(() => stillRunning(children), { interval: 5 }).toEqual([])
  // Telegram delivers again until the dispatcher takes it
  await expectBotKnows(20)
  const key = randomUUID()
  await expect.poll(async () => (await takeCoin(key)).status, { timeout: 20_000, interval: 200 }).toBe(200)
  await expectCharges(31)
  running.family = familyOf(stack.pid)
})

it('stops at Ctrl-C within 15 s, and goes on with the data at the next start', {
  timeout: 20_000 + START_MS,
}, async () => {
  const before = running
  const keys = makeKeys(9)
  const underWay = keys.map((key) => takeCoin(key).catch(() => undefined))
  await Promise.race(underWay)
  const since = performance.now()
  expect(await pressCtrlC(before)).toBe(0)
  expect(performance.now() - since).toBeLessThan(15_000)
  const answered = await Promise.all(underWay)
  await expectGone(before, 0)
  expectTidy(before)
  expect(before.complained).toEqual([])
  await expect(fetch(before.stack.gateway)).rejects.toThrow()

  running = await startStack(before.home)
  expect(running.stack.pid).not.toBe(before.stack.pid)
  // programs that have the old secrets go on working
  const { client, limitedClient, metricsToken, webhook } = before.stack
  const kept = { client, limitedClient, metricsToken, webhook: { secret: webhook.secret } }
  expect(running.stack).toMatchObject(kept)
  const again = await Promise.all(keys.map(takeCoin))
  expect(again.map(({ status }) => status)).toEqual(keys.map(() => 200))
  for (const [index, answer] of answered.entries()) {
    if (answer?.status === 200) expect(again[index]?.json).toEqual(answer.json)
  }
  await expectCharges(40)
  await expectBotKnows(10)
})

it('leaves nothing running when the starter is killed, and has lost nothing at the next start', {
  timeout: 30_000 + START_MS,
}, async () => {
  const before = running
  const key = randomUUID()
  const last = await charge(before.stack, personId, 5, key)
  expect(last.status).toBe(200)
  process.kill(before.stack.pid, 'SIGKILL')
  await before.ended
  await expectGone(before, 20_000)

  running = await startStack(before.home)
  expect(running.complained).toEqual([])
  expect(running.stack.pid).not.toBe(before.stack.pid)
  const replayed = await charge(running.stack, personId, 5, key)
  expect(replayed.json).toEqual(last.json)
  expect(replayed.headers.get('idempotency-replayed')).toBe('true')
  await expectBotKnows(5)
  expect(await pressCtrlC(running)).toBe(0)
  await expectGone(running, 0)
  expectTidy(running)
})
