/** `npm start`: the whole of Kopeika on this machine. See help.ts for what it reads and writes. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { processEnv } from '#shared/platform/env.ts'
import { HELP } from './help.ts'
import { type KillSwitch, type Stack, startStack } from './stack.ts'
import { messageOf, StartProblem } from './start-problem.ts'

const root = dirname(import.meta.dirname)

/** npm hands Ctrl-C on to us although the terminal has already: the second one within this time is the first one's echo. */
const ECHO_MS = 1_000
const STOP_TIMEOUT_MS = 40_000
const PARENT_LOOK_MS = 500

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const readArguments = (): { watchdog: boolean; bundles: boolean } => {
  const options = {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
    watchdog: { type: 'boolean', default: false },
    bundles: { type: 'boolean', default: false },
  } as const
  let values: { help?: boolean; version?: boolean; watchdog: boolean; bundles: boolean }
  try {
    values = parseArgs({ options }).values
  } catch (error) {
    throw new StartProblem(`${messageOf(error)} (npm start -- --help tells what is understood)`)
  }
  if (values.help) {
    say(HELP)
    process.exit(0)
  }
  if (values.version) {
    const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    say(version)
    process.exit(0)
  }
  return { watchdog: values.watchdog, bundles: values.bundles }
}

/**
 * npm runs us through a shell, and hands a SIGTERM to that shell alone, which dies of it: without this look the stack would
 * run on, with nobody to stop it. Started without npm we may well outlive our parent.
 */
const watchParent = (onGone: () => void): void => {
  if (processEnv().npm_lifecycle_event !== 'start') return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onGone()
  }, PARENT_LOOK_MS)
  timer.unref()
}

const fail = (error: unknown): never => {
  const text =
    error instanceof StartProblem
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error)
  process.stderr.write(`kopeika: ${text}\n`)
  process.exit(1)
}

const main = async (): Promise<void> => {
  const wrapping = readArguments()
  const ending = new AbortController()
  const killSwitch: KillSwitch = { kill: () => {} }
  let stack: Stack | undefined
  let firstAtMs: number | undefined

  const stop = async (running: Stack): Promise<void> => {
    const timer = setTimeout(killSwitch.kill, STOP_TIMEOUT_MS)
    await running.stop()
    clearTimeout(timer)
    say('stopped; the data stays, npm start continues with it')
    process.exit(0)
  }

  const onSignal = (name: string): void => {
    if (firstAtMs !== undefined) {
      if (performance.now() - firstAtMs < ECHO_MS) return
      killSwitch.kill()
      process.exit(1)
    }
    firstAtMs = performance.now()
    say(`${name}: stopping ...`)
    ending.abort()
    if (stack) stop(stack).catch(fail)
  }
  watchParent(() => onSignal('npm is gone'))
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => onSignal(name))
  // a terminal that is gone must not keep the stack from stopping in order
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})

  try {
    const stackYml = join(root, 'stack.yml')
    const env = processEnv()
    const options = { root, stackYml, env, cwd: process.cwd(), say, signal: ending.signal, ...wrapping }
    stack = await startStack(options, killSwitch)
  } catch (error) {
    if (!ending.signal.aborted) throw error
    say('stopped before it was ready')
    process.exit(0)
  }
  if (ending.signal.aborted) return stop(stack)
  const { roll } = stack
  process.on('SIGUSR2', () => {
    say('SIGUSR2: a new process for every function, one after the other ...')
    const failed = (error: unknown): void => say(`not all were replaced: ${messageOf(error)}`)
    roll().then(() => say('every function has a new process'), failed)
  })
  if (stack.page) say(`chat page ${stack.page}`)
  say(`ready ${stack.gatewayUrl}`)
}

process.on('uncaughtException', (error) => {
  // the guard ends every process of the stack as soon as this one is gone
  fail(error)
})
main().catch(fail)
