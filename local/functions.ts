import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { keepRunning, type Running } from './keep-running.ts'
import { startChild } from './services/children.ts'
import type { ProcessTracker } from './services/guard-client.ts'
import { StartProblem } from './start-problem.ts'
import { launchWatched, type Watchdog } from './watchdog.ts'

export type FunctionsOptions = {
  names: readonly string[]
  /** `<root>/functions/<name>/handler.ts` and `<root>/templates/node24-ts/index.ts` lie here. */
  root: string
  env: Record<string, string>
  logsFolder: string
  tracker?: ProcessTracker | undefined
  /** Each function runs behind of-watchdog, as in its image. */
  watchdog?: Watchdog | undefined
  /** Each function comes from its bundle in build/<name>/dist, as in its image. */
  bundles?: boolean
  say: (line: string) => void
  /** Aborted = the stack is ending: nothing is started again. */
  signal: AbortSignal
  /** The function takes calls on this port of 127.0.0.1 from now on, or (undefined) none. */
  onPort: (name: string, port: number | undefined) => void
}

export type RunningFunctions = {
  /** Ends them all: SIGTERM, and SIGKILL after the grace. */
  stop: () => Promise<void>
  /**
   * Puts a new process in the place of each, one after the other and without a gap: the new one is ready before the old one hears SIGTERM.
   * With names: of those alone. Resolves when the last old one has answered its calls and ended.
   */
  roll: (names?: readonly string[]) => Promise<void>
}

const READY_TIMEOUT_MS = 30_000
/** Longer than the 9 s that a function takes to finish its calls. */
const STOP_GRACE_MS = 10_000

const Listening = z.object({ type: z.literal('listening'), port: z.number().int().positive() })

type RunningFunction = Running & { port: number }

const launch = (name: string, options: FunctionsOptions): Promise<RunningFunction> => {
  const { env, logsFolder, tracker, watchdog } = options
  if (!watchdog) return launchPlain(name, options)
  const { cwd, script } = scriptOf(name, options)
  const logFile = join(logsFolder, `${name}.log`)
  return launchWatched({ name, script, cwd, env, logFile, tracker }, watchdog)
}

/** What Node runs, and where; a bundle holds its function and needs no entry: it is named for who looks at the processes. */
const scriptOf = (
  name: string,
  { root, bundles }: FunctionsOptions,
): { cwd: string; script: readonly string[] } => ({
  cwd: bundles ? bundleOf(root, name) : root,
  script: [bundles ? 'index.mjs' : 'templates/node24-ts/index.ts', '--entry', `functions/${name}/handler.ts`],
})

const launchPlain = async (name: string, options: FunctionsOptions): Promise<RunningFunction> => {
  const { env, logsFolder, tracker } = options
  const { cwd, script } = scriptOf(name, options)
  const child = await startChild({
    name,
    command: process.execPath,
    args: [...script, '--port', '0'],
    cwd,
    env,
    logFile: join(logsFolder, `${name}.log`),
    tracker,
    ipc: true,
  })
  const stop = (): Promise<void> => child.stop(STOP_GRACE_MS)
  try {
    const { port } = Listening.parse(await child.waitForMessage(READY_TIMEOUT_MS))
    return { port, exited: child.exited, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const bundleOf = (root: string, name: string): string => join(root, 'build', name, 'dist')

/** @throws StartProblem naming the functions that have no bundle */
export const checkBundles = (names: readonly string[], root: string): void => {
  const missing = names.filter((name) => !existsSync(join(bundleOf(root, name), 'index.mjs')))
  if (missing.length > 0)
    throw new StartProblem(`no bundle of ${missing.join(', ')}: npm run bundle makes them`)
}

/** @throws StartProblem naming the functions of stack.yml that have no code */
export const checkFunctions = (names: readonly string[], root: string): void => {
  const missing = names.filter((name) => !existsSync(join(root, 'functions', name, 'handler.ts')))
  if (missing.length > 0) {
    throw new StartProblem(
      `stack.yml names functions without functions/<name>/handler.ts: ${missing.join(', ')}`,
    )
  }
}

/**
 * Starts each function as a process of its own behind the template's server, and keeps it running.
 * @throws StartProblem when one does not come up the first time; those that did are ended
 */
export const startFunctions = async (options: FunctionsOptions): Promise<RunningFunctions> => {
  const { names, onPort, say } = options
  const outcomes = await Promise.allSettled(
    names.map((name) =>
      keepRunning({
        name,
        signal: options.signal,
        start: () => launch(name, options),
        onUp: ({ port }) => onPort(name, port),
        onDown: () => onPort(name, undefined),
        say: (line) => say(`${line} (log: ${join(options.logsFolder, `${name}.log`)})`),
      }).then((kept) => ({ name, ...kept })),
    ),
  )
  const kept = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const stop = async (): Promise<void> => void (await Promise.all(kept.map((one) => one.stop())))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  const roll = async (chosen?: readonly string[]): Promise<void> => {
    const stopping: Promise<void>[] = []
    for (const one of kept) {
      if (!chosen || chosen.includes(one.name)) stopping.push((await one.replace()).stopped)
    }
    await Promise.all(stopping)
  }
  return { stop, roll }
}
