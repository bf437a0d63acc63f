import { randomInt } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Env } from '#shared/platform/env.ts'
import type { Running } from './keep-running.ts'
import { type Child, startChild } from './services/children.ts'
import { signalGroup } from './services/end-processes.ts'
import { findProgram } from './services/find-program.ts'
import { isPortFree } from './services/free-port.ts'
import type { ProcessTracker } from './services/guard-client.ts'
import { StartProblem } from './start-problem.ts'

/** of-watchdog, and what stack.yml tells it about each function. */
export type Watchdog = {
  program: string
  /** A folder of ours: each watchdog keeps its lock file in a folder of its own there. */
  scratch: string
  /** By the function's name: exec_timeout, read_timeout, write_timeout, healthcheck_interval, max_inflight. */
  environments: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export type WatchedOptions = {
  name: string
  /** What of-watchdog is to start: a file of the template and its options, relative to `cwd` and without blanks in them. */
  script: readonly string[]
  cwd: string
  env: Record<string, string>
  logFile: string
  tracker?: ProcessTracker | undefined
}

export type Watched = Running & { port: number; metricsPort: number; pid: number }

const READY_TIMEOUT_MS = 30_000
const READY_LOOK_MS = 40
const LEFTOVERS_MS = 3_000
/** Somebody may take a free port before the watchdog does. */
const MAX_TRIES = 3
/** Below those that the kernel gives to outgoing connections, of which there are many while functions start. */
const FIRST_PORT = 20_000
const LAST_PORT = 32_000
/** Node goes on taking calls a little longer than of-watchdog hands them on. */
const LINGER_MORE_MS = 1_000
const DEFAULT_INTERVAL_MS = 5_000

/** What of-watchdog does, where stack.yml says nothing else. */
const DEFAULTS = {
  exec_timeout: '20s',
  read_timeout: '22s',
  write_timeout: '22s',
  healthcheck_interval: '5s',
}

/**
 * The program of OF_WATCHDOG, of ~/.cache/kopeika/bin, or of PATH.
 * @throws StartProblem when there is none, or one that cannot run beside others
 */
export const findWatchdog = (env: Env): string => {
  const cache = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'kopeika', 'bin')
  const program =
    env.OF_WATCHDOG?.trim() || findProgram(['fwatchdog'], [cache, env.PATH ?? ''].join(delimiter))
  if (!program)
    throw new StartProblem('of-watchdog is not on this machine: scripts/install-of-watchdog.sh builds it.')
  let isOurs: boolean
  try {
    isOurs = readFileSync(program).includes('metrics_port')
  } catch {
    throw new StartProblem(`OF_WATCHDOG names ${program}, which cannot be read.`)
  }
  if (isOurs) return program
  throw new StartProblem(
    `${program} wants port 8081 for its metrics, whatever it is told, so no two of them can run on one machine: scripts/install-of-watchdog.sh builds one that can.`,
  )
}

const millisecondsOf = (duration: string): number => {
  const [, amount = '', unit = 's'] = /^(\d+)(ms|s|m)?$/.exec(duration) ?? []
  return amount === ''
    ? DEFAULT_INTERVAL_MS
    : Number(amount) * ({ ms: 1, s: 1_000, m: 60_000 }[unit] ?? 1_000)
}

/** The longest that a watchdog with this environment may take after SIGTERM. */
export const graceOf = (environment: Readonly<Record<string, string>>): number => {
  const { healthcheck_interval, write_timeout } = { ...DEFAULTS, ...environment }
  return millisecondsOf(healthcheck_interval) + millisecondsOf(write_timeout) + LINGER_MORE_MS
}

const isReady = async (port: number): Promise<boolean> => {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/_/ready`, { signal: AbortSignal.timeout(2_000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

/** @throws StartProblem when it ends before, or does not get ready in time */
const untilReady = async (child: Child, port: number): Promise<void> => {
  const deadline = performance.now() + READY_TIMEOUT_MS
  let end: string | undefined
  void child.exited.then(({ code, signal }) => {
    end = `ended at its start (${signal ?? `code ${code}`})`
  })
  while (!(await isReady(port))) {
    if (performance.now() > deadline) end ??= `did not get ready within ${READY_TIMEOUT_MS / 1000} s`
    if (end !== undefined) throw new StartProblem(`${child.name} ${end}: ${child.lastWords()}`)
    await sleep(READY_LOOK_MS)
  }
}

const isGroupLive = (pid: number): boolean => {
  try {
    process.kill(-pid, 0)
    return true
  } catch {
    return false
  }
}

/** A watchdog ends a moment before its Node, which is no child of ours: without a look the stack would be gone before it. */
const untilGroupIsGone = async (pid: number): Promise<void> => {
  const deadline = performance.now() + LEFTOVERS_MS
  while (isGroupLive(pid)) {
    if (performance.now() > deadline) signalGroup(pid, 'SIGKILL')
    await sleep(READY_LOOK_MS)
  }
}

/** Ports that watchdogs of ours were told: many are started at once. */
const taken = new Set<number>()

const takePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT)
    if (taken.has(port)) continue
    taken.add(port)
    if (await isPortFree(port)) return port
    taken.delete(port)
  }
}

const launchOnce = async (options: WatchedOptions, watchdog: Watchdog): Promise<Watched> => {
  const { name, script, cwd, env, logFile, tracker } = options
  const told = { ...DEFAULTS, ...watchdog.environments[name] }
  const ports = await Promise.all([takePort(), takePort(), takePort()])
  const [port, upstream, metricsPort] = ports
  const linger = millisecondsOf(told.healthcheck_interval) + LINGER_MORE_MS
  mkdirSync(watchdog.scratch, { recursive: true })
  const folder = mkdtempSync(join(watchdog.scratch, `${name}-`))
  const child = await startChild({
    name,
    command: watchdog.program,
    // it reads none: for those who look at the list of processes
    args: [name],
    cwd,
    env: {
      ...env,
      ...told,
      // fprocess is split at blanks, and the path of this Node may have some
      PATH: [dirname(process.execPath), env.PATH ?? ''].join(delimiter),
      TMPDIR: folder,
      mode: 'http',
      port: String(port),
      metrics_port: String(metricsPort),
      upstream_url: `http://127.0.0.1:${upstream}`,
      fprocess: `node ${script.join(' ')} --port ${upstream} --linger ${linger} --stop-with-stdin`,
      log_buffer_size: '-1',
      prefix_logs: 'false',
      ready_path: '/ready',
    },
    logFile,
    tracker,
  })
  const exited = child.exited.then(async (end) => {
    await untilGroupIsGone(child.pid)
    rmSync(folder, { recursive: true, force: true })
    for (const one of ports) taken.delete(one)
    return end
  })
  const stop = async (): Promise<void> => {
    await child.stop(graceOf(told))
    await exited
  }
  try {
    await untilReady(child, port)
    return { port, metricsPort, pid: child.pid, exited, stop }
  } catch (error) {
    child.kill()
    await exited
    throw error
  }
}

/**
 * Starts one function behind of-watchdog, as in an image, on free ports, and waits until both are ready. Its stop is SIGTERM to the whole
 * group, so that Node hears it twice, as on faasd.
 * @throws StartProblem
 */
export const launchWatched = async (options: WatchedOptions, watchdog: Watchdog): Promise<Watched> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await launchOnce(options, watchdog)
    } catch (error) {
      // 2 is the code of a panic, and a port for metrics that is taken makes it panic
      const isPortTaken = error instanceof StartProblem && /EADDRINUSE|in use|code 2\b/.test(error.message)
      if (!isPortTaken || tries === MAX_TRIES) throw error
    }
  }
}
