import type { Env } from '#shared/platform/env.ts'
import { bringUp, type Closers } from './bring-up.ts'
import { checkBundles, checkFunctions } from './functions.ts'
import { type Gateway, startGateway } from './gateway.ts'
import { type Home, lockHome, openHome } from './home.ts'
import { describePart } from './parts/part.ts'
import { keepSecrets } from './secrets.ts'
import { startGuard } from './services/guard-client.ts'
import { createRunRecords, endLeftovers } from './services/run-records.ts'
import { readSettings, type Settings } from './settings.ts'
import { removeStackFile } from './stack-file.ts'
import { readStackYml, type StackFunction } from './stack-yml.ts'
import { messageOf } from './start-problem.ts'
import { type TrackedProcesses, trackProcesses } from './tracked-processes.ts'
import { findWatchdog } from './watchdog.ts'

export type StackOptions = {
  /** The repository: functions/, templates/, migrations/, tariff.yml. */
  root: string
  /** Which functions there are, and their schedules. */
  stackYml: string
  env: Env
  cwd: string
  say: (line: string) => void
  /** Every function runs behind of-watchdog, as in its image. */
  watchdog?: boolean
  /** Every function comes from its bundle (`npm run bundle`). */
  bundles?: boolean
  /** Aborted = the person wants no stack any more, also while it is still starting. */
  signal: AbortSignal
}

export type Stack = {
  gatewayUrl: string
  page: string | undefined
  /** Puts a new process in the place of every function, or of those named, without a gap. */
  roll: (names?: readonly string[]) => Promise<void>
  /** Stops all in order: what is under way is finished first. Data stays. */
  stop: () => Promise<void>
}

/** Kills every process of the stack that is being started or runs; for the second Ctrl-C. */
export type KillSwitch = { kill: () => void }

const END_GRACE_MS = 5_000

/** Rejects as soon as the person has had enough; the work goes on until its processes are ended. */
const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    work.then(resolve, reject)
  })

/** In the reverse order of the start; one that fails does not keep the others from stopping. */
const closeAll = async (closers: Closers, say: (line: string) => void): Promise<void> => {
  for (const close of closers.splice(0).reverse()) {
    try {
      await close()
    } catch (error) {
      say(`while stopping: ${messageOf(error)}`)
    }
  }
}

type Ground = {
  options: StackOptions
  settings: Settings
  home: Home
  gateway: Gateway
  functions: readonly StackFunction[]
  tracked: TrackedProcesses
  watchdogProgram: string | undefined
}

const build = async (ground: Ground, bury: () => Promise<void>): Promise<Stack> => {
  const { options, settings, home, gateway, functions, tracked: tracker } = ground
  const { root, say } = options
  const closers: Closers = []
  const ending = new AbortController()
  try {
    const context = { root, settings, home, secrets: keepSecrets(home), tracker, say, signal: ending.signal }
    const work = bringUp(context, gateway, functions, closers, {
      watchdogProgram: ground.watchdogProgram,
      bundles: options.bundles ?? false,
    })
    const { page, roll } = await unlessAborted(work, options.signal)
    const stop = async (): Promise<void> => {
      ending.abort()
      await closeAll(closers, say)
      await bury()
    }
    return { gatewayUrl: gateway.url, page, roll, stop }
  } catch (error) {
    ending.abort()
    await tracker.endAll(END_GRACE_MS)
    await closeAll(closers, say)
    await bury()
    throw error
  }
}

const layGround = async (
  options: StackOptions,
  settings: Settings,
  home: Home,
  functions: readonly StackFunction[],
  watchdogProgram: string | undefined,
): Promise<{ ground: Ground; bury: () => Promise<void> }> => {
  const since = performance.now()
  const names = functions.map(({ name }) => name)
  const gateway = await startGateway({ port: settings.gatewayPort, names, say: options.say })
  options.say(describePart('gateway', gateway.url, since))
  const leftovers = await endLeftovers(home.run)
  if (leftovers > 0) options.say(`ended ${leftovers} process(es) that the last start had left running`)
  const guard = await startGuard()
  const tracked = trackProcesses([guard, createRunRecords(home.run)])
  const bury = async (): Promise<void> => {
    await gateway.close(0)
    await tracked.endAll(END_GRACE_MS)
    await guard.close()
  }
  return { ground: { options, settings, home, gateway, functions, tracked, watchdogProgram }, bury }
}

/**
 * Starts the whole system on this machine and waits until it is ready. When it fails, or is aborted, nothing of it is left running.
 * @throws StartProblem
 */
export const startStack = async (options: StackOptions, killSwitch: KillSwitch): Promise<Stack> => {
  const settings = readSettings(options.env, options.cwd)
  const functions = readStackYml(options.stackYml)
  const names = functions.map(({ name }) => name)
  checkFunctions(names, options.root)
  if (options.bundles) checkBundles(names, options.root)
  const watchdogProgram = options.watchdog ? findWatchdog(options.env) : undefined
  const home = openHome(settings.home)
  const unlock = lockHome(home)
  const leave = async (): Promise<void> => {
    removeStackFile(home.stackFile)
    unlock()
  }
  try {
    const { ground, bury } = await layGround(options, settings, home, functions, watchdogProgram)
    killSwitch.kill = ground.tracked.killAll
    return await build(ground, async () => {
      await bury()
      await leave()
    })
  } catch (error) {
    await leave()
    throw error
  }
}
