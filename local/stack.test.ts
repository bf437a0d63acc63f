import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { expect, it } from 'vitest'
import { processEnv } from '#shared/platform/env.ts'
import type { StackDescription } from './stack-file.ts'
import { processesOf } from './testing/processes.ts'
import { makeTempFolder, makeToyRoot } from './testing/toy-root.ts'

const TIMEOUT_MS = 90_000

type Run = {
  child: ChildProcess
  lines: string[]
  /** Resolves with the first line that matches; rejects with all that was said when the process ends before. */
  line: (pattern: RegExp) => Promise<string>
}

const START = new URL('./start.ts', import.meta.url)
const STARTER = new URL('./testing/starter.ts', import.meta.url)

const run = (script: URL, args: string[], env: Record<string, string>): Run => {
  const { PATH = '', HOME = '' } = processEnv()
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], {
    env: { PATH, HOME, GATEWAY_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const waiting = new Set<() => void>()
  const take = (text: string): void => {
    lines.push(text)
    for (const look of waiting) look()
  }
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', take)
  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find((one) => pattern.test(one))
        if (found) resolve(found)
      }
      waiting.add(look)
      child.once('close', () => reject(new Error(`it ended, having said:\n${lines.join('\n')}`)))
      look()
    })
  return { child, lines, line }
}

const start = async (root: string, home: string): Promise<Run & { stack: StackDescription }> => {
  const started = run(STARTER, [root], { KOPEIKA_HOME: home })
  await started.line(/^ready /)
  return { ...started, stack: JSON.parse(readFileSync(join(home, 'stack.json'), 'utf8')) }
}

const end = async ({ child }: Run, signal: NodeJS.Signals): Promise<number | null> => {
  child.kill(signal)
  const [code] = await once(child, 'close')
  return code
}

/** Makes a payment at the YooKassa simulator, as top-up would, and pays it; the toy webhook takes the notification. */
const payByCard = async ({ yookassa }: StackDescription): Promise<void> => {
  const { apiRoot = '', shopId, secretKey, webhook, control } = yookassa ?? {}
  const made = await fetch(`${apiRoot}/v3/payments`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${shopId}:${secretKey}`).toString('base64')}`,
      'content-type': 'application/json',
      'idempotence-key': 'one',
    },
    body: JSON.stringify({
      amount: { value: '99.00', currency: 'RUB' },
      capture: true,
      confirmation: { type: 'redirect', return_url: 'https://t.me/' },
    }),
  })
  const { id, confirmation } = await made.json()
  expect((await fetch(confirmation.confirmation_url)).status).toBe(200)
  await fetch(`${control}/sim/payments/${id}/pay`, { method: 'POST' })
  const book = async () => await (await fetch(`${control}/sim/book`)).json()
  await expect
    .poll(book)
    .toMatchObject({ payments: [{ id, status: 'succeeded' }], notifications: [], webhook })
}

it('runs, restarts a function that died, stops clean, goes on after kill -9', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { root } = makeToyRoot(['dispatcher', 'payment-webhook', 'toy'])
  const home = join(makeTempFolder(), 'home')
  const first = await start(root, home)
  const { stack } = first
  expect(statSync(join(home, 'stack.json')).mode & 0o777).toBe(0o600)
  expect(stack.pid).toBe(first.child.pid)
  expect(stack.webhook.url).toBe(`${stack.gateway}/function/dispatcher`)
  expect(await (await fetch(`${stack.gateway}/healthz`)).json()).toEqual({ status: 'ok' })
  expect((await fetch(stack.telegram.page ?? '')).status).toBe(200)

  const seen = await (await fetch(`${stack.gateway}/function/toy`)).json()
  expect(seen.env).not.toContain('DATABASE_URL')
  expect(seen.env).toContain('SECRETS_DIR')
  for (const name of ['YOOKASSA_API_ROOT', 'YOOKASSA_RETURN_URL', 'YOOKASSA_NETWORKS'])
    expect(seen.env).toContain(name)
  await payByCard(stack)

  expect((await fetch(`${stack.gateway}/function/toy/crash`)).status).toBe(503)
  await first.line(/^toy: up again/)
  expect((await fetch(`${stack.gateway}/function/toy`)).status).toBe(200)

  const sql = postgres(stack.databaseUrl, { max: 1 })
  await sql`create table kept as select 1 as one`
  await sql.end()

  const rival = run(STARTER, [root], { KOPEIKA_HOME: home })
  expect((await once(rival.child, 'close'))[0]).toBe(1)
  expect(rival.lines).toEqual([
    expect.stringContaining(`a stack runs there already (pid ${first.child.pid})`),
  ])

  await end(first, 'SIGKILL')
  // at once: the guard may still be at work, and the starts must not get in each other's way
  const second = await start(root, home)
  const again = postgres(second.stack.databaseUrl, { max: 1 })
  expect(await again`select one from kept`).toEqual([{ one: 1 }])
  await again.end()
  expect(second.stack.client).toEqual(stack.client)
  expect(second.stack.yookassa).toMatchObject({ shopId: stack.yookassa?.shopId })
  const { payments } = await (await fetch(`${second.stack.yookassa?.control}/sim/book`)).json()
  expect(payments).toMatchObject([{ status: 'succeeded' }])

  expect(await end(second, 'SIGTERM')).toBe(0)
  expect(existsSync(join(home, 'stack.json'))).toBe(false)
  expect(processesOf(home)).toEqual([])

  const third = await start(root, home)
  await end(third, 'SIGKILL')
  await expect.poll(() => processesOf(home), { timeout: 20_000 }).toEqual([])
})

it('leaves nothing when it is stopped while it starts', { timeout: TIMEOUT_MS }, async () => {
  const { root } = makeToyRoot(['dispatcher'])
  const home = join(makeTempFolder(), 'home')
  const started = run(STARTER, [root], { KOPEIKA_HOME: home })
  await started.line(/^redis/)
  expect(await end(started, 'SIGTERM')).toBe(0)
  expect(processesOf(home)).toEqual([])
  expect(existsSync(join(home, 'starter.pid'))).toBe(false)
})

it('leaves nothing when a function does not start, and says why', { timeout: TIMEOUT_MS }, async () => {
  const { root } = makeToyRoot(['fine', 'bad'], ['bad'])
  const home = join(makeTempFolder(), 'home')
  const started = run(STARTER, [root], { KOPEIKA_HOME: home })
  expect((await once(started.child, 'close'))[0]).toBe(1)
  expect(started.lines.at(-1)).toMatch(/^bad ended at its start \(code 1\): .*/)
  expect(started.lines.join('\n')).not.toMatch(/starting it again/)
  expect(processesOf(home)).toEqual([])
})

it.each([
  [{ GATEWAY_PORT: 'many' }, /^kopeika: GATEWAY_PORT is "many": it must be a number/],
  [{ KOPEIKA_HOME: '/proc/kopeika' }, /^kopeika: KOPEIKA_HOME \/proc\/kopeika cannot be written/],
  [
    { DATABASE_URL: 'postgres://me:geheim@127.0.0.1:1/nothing' },
    /^kopeika: DATABASE_URL: the database at 127.0.0.1:1\/nothing cannot be used \(.*ECONNREFUSED/,
  ],
  [
    { REDIS_URL: 'redis://:geheim@127.0.0.1:1' },
    /^kopeika: REDIS_URL: Redis at 127.0.0.1:1 cannot be used \(ECONNREFUSED\)/,
  ],
  [
    { S3_ENDPOINT: 'http://127.0.0.1:1', S3_ACCESS_KEY: 'a', S3_SECRET_KEY: 'geheim' },
    /^kopeika: The S3 server at http:\/\/127.0.0.1:1 cannot be used \(ECONNREFUSED\)/,
  ],
  [
    { TELEGRAM_API_ROOT: 'http://127.0.0.1:1', TELEGRAM_BOT_TOKEN: `1:${'geheim'.repeat(5)}` },
    /^kopeika: Telegram cannot be reached: getMe: http:\/\/127.0.0.1:1 gave no answer/,
  ],
])('start.ts says in one line what is wrong with %j', { timeout: TIMEOUT_MS }, async (env, message) => {
  const home = makeTempFolder()
  const started = run(START, [], { KOPEIKA_HOME: home, ...env })
  expect((await once(started.child, 'close'))[0]).toBe(1)
  const said = started.lines.filter((line) => line.startsWith('kopeika:'))
  expect(said).toEqual([expect.stringMatching(message)])
  expect(started.lines.join('\n')).not.toMatch(/geheim|\n\s+at /)
  expect(processesOf(home)).toEqual([])
})

it.each([
  ['postgres/PG_VERSION', 'PostgreSQL'],
  ['telegram/state.json', 'Telegram simulator'],
  ['yookassa/state.json', 'YooKassa simulator'],
  ['secrets/master-keys', 'master-keys is damaged'],
])('says what is damaged: %s', { timeout: TIMEOUT_MS }, async (file, message) => {
  const { root } = makeToyRoot(['dispatcher'])
  const home = join(makeTempFolder(), 'home')
  await end(await start(root, home), 'SIGTERM')
  writeFileSync(join(home, file), '{ damaged')
  const started = run(STARTER, [root], { KOPEIKA_HOME: home })
  expect((await once(started.child, 'close'))[0]).toBe(1)
  expect(started.lines.at(-1)).toContain(message)
  expect(processesOf(home)).toEqual([])
})

it('start.ts tells what it does and which version it is', async () => {
  const help = run(START, ['--help'], {})
  expect((await once(help.child, 'close'))[0]).toBe(0)
  expect(help.lines.join('\n')).toMatch(/KOPEIKA_HOME.*GATEWAY_PORT.*DATABASE_URL.*stack\.json/s)
  const version = run(START, ['--version'], {})
  await once(version.child, 'close')
  expect(version.lines).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)])
  const wrong = run(START, ['--nonsense'], {})
  expect((await once(wrong.child, 'close'))[0]).toBe(1)
})
