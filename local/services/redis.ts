import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, type ChildEnd, startChild } from './children.ts'
import { findFreePort } from './free-port.ts'
import type { ProcessTracker } from './guard-client.ts'

export type RedisOptions = {
  /** The server's program: `redis-server` or `valkey-server` (see redis-program.ts). */
  program: string
  /** Its configuration file lies here; it stores no data. */
  folder: string
  logFile: string
  password: string
  /** 0 or left out: a free one. */
  port?: number
  tracker?: ProcessTracker | undefined
}

export type RunningRedis = {
  url: string
  port: number
  pid: number
  exited: Promise<ChildEnd>
  stop: () => Promise<void>
}

const READY_TIMEOUT_MS = 15_000
const STOP_GRACE_MS = 3_000
const PORT_ATTEMPTS = 5

const configOf = (port: number, password: string, folder: string): string =>
  [
    `port ${port}`,
    'bind 127.0.0.1',
    'protected-mode yes',
    `requirepass ${password}`,
    'save ""',
    'appendonly no',
    'daemonize no',
    `dir "${folder}"`,
    '',
  ].join('\n')

const launch = async (options: RedisOptions, port: number): Promise<Child> => {
  const { program, folder, logFile, tracker } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // by a file, not by arguments: those would show the password to everybody who may run ps
  const configFile = join(folder, 'redis.conf')
  writeFileSync(configFile, configOf(port, options.password, folder), { mode: 0o600 })
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC' }
  const child = await startChild({
    name: 'redis',
    command: program,
    args: [configFile],
    cwd: folder,
    env,
    logFile,
    tracker,
  })
  try {
    await child.waitForLog(/ready to accept connections/i, READY_TIMEOUT_MS)
    return child
  } catch (error) {
    await child.stop(STOP_GRACE_MS)
    throw error
  }
}

/**
 * Starts Redis on 127.0.0.1, without persistence: it never holds the only copy of anything.
 * @throws StartProblem
 */
export const startRedis = async (options: RedisOptions): Promise<RunningRedis> => {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port || (await findFreePort())
    try {
      const child = await launch(options, port)
      return {
        url: `redis://:${encodeURIComponent(options.password)}@127.0.0.1:${port}`,
        port,
        pid: child.pid,
        exited: child.exited,
        stop: () => child.stop(STOP_GRACE_MS),
      }
    } catch (error) {
      const isTaken = error instanceof Error && /Address already in use|Failed listening/.test(error.message)
      if (!isTaken || options.port || attempt === PORT_ATTEMPTS) throw error
    }
  }
}
