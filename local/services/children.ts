import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { codeOf, messageOf, StartProblem } from '../start-problem.ts'
import { signalGroup } from './end-processes.ts'
import type { ProcessTracker } from './guard-client.ts'
import { lastLogLines, openLog, waitForLog } from './log-file.ts'

export type ChildOptions = {
  /** Short name for messages and pid files. */
  name: string
  command: string
  args: readonly string[]
  cwd: string
  /** The whole environment: nothing is inherited. */
  env: Record<string, string>
  logFile: string
  tracker?: ProcessTracker | undefined
  /** What the program takes for "please stop". */
  stopSignal?: NodeJS.Signals
  /** Opens an IPC channel, for programs that say so when they listen. */
  ipc?: boolean
}

export type ChildEnd = { code: number | null; signal: NodeJS.Signals | null }

export type Child = {
  name: string
  pid: number
  process: ChildProcess
  /** Resolves when the process is gone, whoever ended it. */
  exited: Promise<ChildEnd>
  /** The polite signal, SIGKILL to its whole group after the grace; resolves when it is gone. */
  stop: (graceMs: number) => Promise<void>
  kill: () => void
  /** Its last words, in one line. */
  lastWords: () => string
  /** Resolves when its log since the start matches; StartProblem when it ends or the time is up first. */
  waitForLog: (pattern: RegExp, timeoutMs: number) => Promise<void>
  /** Resolves with the first IPC message; StartProblem as above. */
  waitForMessage: (timeoutMs: number) => Promise<unknown>
}

const spawnOrExplain = async (
  options: ChildOptions,
  fd: number,
): Promise<{ child: ChildProcess; pid: number }> => {
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    // a group and session of its own: the terminal's Ctrl-C reaches the starter alone, which stops all in order
    detached: true,
    stdio: options.ipc ? ['ignore', fd, fd, 'ipc'] : ['ignore', fd, fd],
  })
  const { pid } = child
  if (pid !== undefined) return { child, pid }
  const error = await new Promise<unknown>((resolve) => child.once('error', resolve))
  const why = codeOf(error) === 'ENOENT' ? `${options.command} was not found` : messageOf(error)
  throw new StartProblem(`${options.name} cannot be started: ${why}.`)
}

/** Settles with `wanted`, or fails when the child ends or the time is up before. */
const unlessItEnds = async <T>(
  child: Pick<Child, 'name' | 'exited' | 'lastWords'>,
  timeoutMs: number,
  wanted: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const controller = new AbortController()
  const fail = (what: string): void =>
    controller.abort(new StartProblem(`${child.name} ${what}: ${child.lastWords()}`))
  const timer = setTimeout(() => fail(`did not get ready within ${timeoutMs / 1000} s`), timeoutMs)
  void child.exited.then(({ code, signal }) => fail(`ended at its start (${signal ?? `code ${code}`})`))
  try {
    return await wanted(controller.signal)
  } finally {
    clearTimeout(timer)
  }
}

const nextMessage = (child: ChildProcess, signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve, reject) => {
    child.once('message', resolve)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

/**
 * Starts a program in its own process group, with its output in its log.
 * @throws StartProblem when it cannot be spawned
 */
export const startChild = async (options: ChildOptions): Promise<Child> => {
  const { name, logFile, tracker } = options
  const stopSignal = options.stopSignal ?? 'SIGTERM'
  const { fd, offset } = openLog(logFile)
  const { child, pid } = await spawnOrExplain(options, fd).finally(() => closeSync(fd))
  tracker?.add(name, pid, stopSignal)
  let isGone = false
  const exited = new Promise<ChildEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      isGone = true
      tracker?.remove(name, pid)
      resolve({ code, signal })
    })
  })
  child.on('error', () => {})
  const kill = (): void => {
    if (!isGone) signalGroup(pid, 'SIGKILL')
  }
  const lastWords = (): string => lastLogLines(logFile, offset, 3) || `nothing said, see ${logFile}`
  const ends = { name, exited, lastWords }
  return {
    ...ends,
    pid,
    process: child,
    kill,
    stop: async (graceMs) => {
      if (isGone) return
      signalGroup(pid, stopSignal)
      const timer = setTimeout(kill, graceMs)
      await exited
      clearTimeout(timer)
    },
    waitForLog: (pattern, timeoutMs) =>
      unlessItEnds(ends, timeoutMs, (signal) => waitForLog(logFile, offset, pattern, signal)),
    waitForMessage: (timeoutMs) => unlessItEnds(ends, timeoutMs, (signal) => nextMessage(child, signal)),
  }
}
