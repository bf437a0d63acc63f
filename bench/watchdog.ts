import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Agent, request } from 'undici'
import { processEnv } from '#shared/platform/env.ts'
import { signToken } from '#shared/platform/tokens.ts'
import { startChild } from '../local/services/children.ts'
import { findFreePort } from '../local/services/free-port.ts'
import { startStack } from '../local/stack.ts'
import { clientOf } from '../local/stack-client.ts'
import type { StackDescription } from '../local/stack-file.ts'
import { findWatchdog, launchWatched } from '../local/watchdog.ts'
import { describeLoad, type Load, runLoad } from './load.ts'

const WORKERS = 50
const PERSON = 810_000_000
const ROOT = dirname(import.meta.dirname)
const SCRIPT = ['templates/node24-ts/index.ts', '--entry', 'test/watchdog/support/toy.testing.ts']

type Print = (line: string) => void

const compare = (plain: Load, watched: Load, what: string, print: Print): void => {
  print(describeLoad(`${what}, plain`, plain))
  print(describeLoad(`${what}, of-watchdog`, watched))
  const more = watched.p50Ms - plain.p50Ms
  print(
    `  ratio ${(watched.perSecond / plain.perSecond).toFixed(2)}; p50 ${more >= 0 ? '+' : ''}${more.toFixed(1)} ms`,
  )
}

/** The template's server with a handler that does nothing: all that is left is what of-watchdog costs. */
const benchEmpty = async (seconds: number, print: Print): Promise<void> => {
  const env = processEnv()
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-bench-watchdog-'))
  const common = { name: 'toy', cwd: ROOT, env: { PATH: env.PATH ?? '' }, logFile: join(folder, 'toy.log') }
  const port = await findFreePort()
  const plain = await startChild({
    ...common,
    command: process.execPath,
    args: [...SCRIPT, '--port', String(port)],
    ipc: true,
  })
  const dispatcher = new Agent({ connections: WORKERS, pipelining: 1 })
  const load = (at: number): Promise<Load> =>
    runLoad(WORKERS, seconds, async () => {
      const { statusCode, body } = await request(`http://127.0.0.1:${at}/ok`, { dispatcher })
      await body.dump()
      return statusCode === 200
    })
  try {
    await plain.waitForMessage(10_000)
    const watchdog = { program: findWatchdog(env), scratch: folder, environments: {} }
    const watched = await launchWatched({ ...common, script: SCRIPT }, watchdog)
    try {
      compare(await load(port), await load(watched.port), 'empty handler', print)
    } finally {
      await watched.stop()
    }
  } finally {
    await dispatcher.close()
    await plain.stop(10_000)
    rmSync(folder, { recursive: true, force: true })
  }
}

const prepare = async (stack: StackDescription): Promise<() => Promise<boolean>> => {
  const token = (name: string): Promise<string> => signToken(clientOf(stack), name)
  const post = async (name: string, authorization: string, body: object): Promise<number> => {
    const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': randomUUID() }
    const answer = await request(`${stack.gateway}/function/${name}/`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    await answer.body.dump()
    return answer.statusCode
  }
  await post('register', `Bearer ${await token('register')}`, { telegramId: PERSON, firstName: 'Bench' })
  const authorization = `Bearer ${await token('charge')}`
  const url = `${stack.gateway}/function/charge/quote?telegramId=${PERSON}&service=message`
  return async () => {
    const { statusCode, body } = await request(url, { headers: { authorization } })
    await body.dump()
    return statusCode === 200
  }
}

/** The same function of this stack and of one that runs behind of-watchdog: token, database and all. */
const benchFunction = async (stack: StackDescription, seconds: number, print: Print): Promise<void> => {
  const home = mkdtempSync(join(tmpdir(), 'kopeika-bench-watched-'))
  const { PATH, HOME, OF_WATCHDOG } = processEnv()
  const watched = await startStack(
    {
      root: ROOT,
      stackYml: join(ROOT, 'stack.yml'),
      env: {
        PATH,
        HOME,
        OF_WATCHDOG,
        KOPEIKA_HOME: home,
        GATEWAY_PORT: '0',
        RATE_LIMITS: 'off',
        LOG_LEVEL: 'warn',
      },
      cwd: ROOT,
      say: () => undefined,
      signal: new AbortController().signal,
      watchdog: true,
    },
    { kill: () => undefined },
  )
  try {
    const other: StackDescription = JSON.parse(readFileSync(join(home, 'stack.json'), 'utf8'))
    const [askPlain, askWatched] = [await prepare(stack), await prepare(other)]
    const plain = await runLoad(WORKERS, seconds, askPlain)
    compare(plain, await runLoad(WORKERS, seconds, askWatched), 'charge, GET /quote', print)
  } finally {
    await watched.stop()
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** One function plain and behind of-watchdog. */
export const benchWatchdog = async (
  stack: StackDescription,
  seconds: number,
  print: Print,
): Promise<void> => {
  try {
    findWatchdog(processEnv())
  } catch (error) {
    print(`  ${error instanceof Error ? error.message : error}`)
    return
  }
  await benchEmpty(seconds, print)
  await benchFunction(stack, seconds, print)
}
