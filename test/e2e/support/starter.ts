import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { processEnv } from '#shared/platform/env.ts'
import type { StackDescription } from '../../../local/stack-file.ts'
import { familyOf, type SeenProcess } from './processes.ts'

export const REPOSITORY = dirname(dirname(dirname(import.meta.dirname)))

export type Launched = {
  child: ChildProcess
  home: string
  /** Lines of standard output and of standard error so far. */
  said: string[]
  complained: string[]
  /** Resolves with the exit code when the process is gone and has said all it had to say. */
  ended: Promise<number | null>
  /** Resolves with the first line of output that matches; rejects when the process ends without one. */
  line: (pattern: RegExp) => Promise<string>
}

export type RunningStack = Launched & {
  stack: StackDescription
  readyAfterMs: number
  /** Every process of the stack, the starter first. */
  family: SeenProcess[]
}

const STOP_TIMEOUT_MS = 20_000

const launched = new Set<Launched>()
const homes = new Set<string>()

/** A folder for one stack, with a blank and letters beyond ASCII in its name, as a person's may have. Made by the stack itself. */
export const makeHome = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-e2e-'))
  homes.add(folder)
  return join(folder, 'мой дом')
}

/** What a suite that runs these tests once more says about every stack of theirs. */
const suiteEnv = (): Record<string, string> => {
  const { PGBOUNCER_POOL, OF_WATCHDOG } = processEnv()
  return {
    ...(PGBOUNCER_POOL === undefined ? {} : { PGBOUNCER_POOL }),
    ...(OF_WATCHDOG === undefined ? {} : { OF_WATCHDOG }),
  }
}

/** Runs a program of the repository with nothing in its environment but what is given. */
export const launch = (
  home: string,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Launched => {
  const { PATH = '', HOME = '' } = processEnv()
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: REPOSITORY,
    env: { PATH, HOME, KOPEIKA_HOME: home, ...suiteEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // the leader of a group of its own, as in a terminal: a signal to the group is what Ctrl-C does
    detached: true,
  })
  const said: string[] = []
  const complained: string[] = []
  const looks = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (text) => {
    said.push(text)
    for (const look of looks) look()
  })
  createInterface({ input: child.stderr }).on('line', (text) => complained.push(text))
  const ended = once(child, 'close').then(([code]: (number | null)[]) => code ?? null)
  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = said.find((one) => pattern.test(one))
        if (found !== undefined) resolve(found)
      }
      looks.add(look)
      const fail = (why: unknown): void =>
        reject(new Error(`No line ${pattern}: ${why}\n${[...said, ...complained].join('\n')}`))
      ended.then((code) => fail(`it ended with ${code}`), fail)
      look()
    })
  const started = { child, home, said, complained, ended, line }
  launched.add(started)
  return started
}

/** What these tests are to start the stack with: `npm run test:watchdog` runs them a second time with --watchdog. */
export const START_OPTIONS: readonly string[] = processEnv().START_OPTIONS?.split(' ') ?? []

/** `local/start.ts` as `npm start` runs it; so marked, it ends by itself when these tests are killed. */
export const launchStart = (home: string, env: Readonly<Record<string, string>> = {}): Launched =>
  launch(home, [process.execPath, 'local/start.ts', ...START_OPTIONS], {
    GATEWAY_PORT: '0',
    npm_lifecycle_event: 'start',
    ...env,
  })

/** Waits until a launched stack says that it is ready, and reads its stack.json. */
export const untilReady = async (starting: Launched): Promise<RunningStack> => {
  const since = performance.now()
  await starting.line(/^ready /)
  const readyAfterMs = performance.now() - since
  const stack: StackDescription = JSON.parse(readFileSync(join(starting.home, 'stack.json'), 'utf8'))
  return { ...starting, stack, readyAfterMs, family: familyOf(stack.pid) }
}

export const startStack = (home: string): Promise<RunningStack> => untilReady(launchStart(home))

const isOver = ({ child }: Launched): boolean => child.exitCode !== null || child.signalCode !== null

const signalGroup = ({ child }: Launched, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // gone
  }
}

/** Ctrl-C in its terminal. Gives the exit code. */
export const pressCtrlC = (running: Launched): Promise<number | null> => {
  signalGroup(running, 'SIGINT')
  return running.ended
}

/** For afterAll: ends what a failed test left running, and removes the homes. */
export const cleanUp = async (): Promise<void> => {
  for (const one of launched) {
    if (isOver(one)) continue
    signalGroup(one, 'SIGINT')
    await Promise.race([one.ended, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })])
    if (!isOver(one)) signalGroup(one, 'SIGKILL')
  }
  launched.clear()
  for (const folder of homes) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  homes.clear()
}
