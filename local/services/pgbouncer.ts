import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Child, type ChildEnd, startChild } from './children.ts'
import { findFreePort } from './free-port.ts'
import type { ProcessTracker } from './guard-client.ts'
import { choosePostgresUser } from './postgres-user.ts'

export type PgbouncerOptions = {
  program: string
  /** Its configuration and the file of users lie here. */
  folder: string
  logFile: string
  /** The functions' address at the server itself, with user and password. */
  serverUrl: string
  /** Connections to the server, for all functions together. */
  poolSize: number
  /** 0 or left out: a free one. */
  port?: number
  tracker?: ProcessTracker | undefined
}

export type RunningPgbouncer = {
  /** The functions' address through the pool; it says that nothing may be prepared. */
  url: string
  port: number
  pid: number
  exited: Promise<ChildEnd>
  stop: () => Promise<void>
}

/** The file that compose uses too: what is tested is what runs. */
const SHIPPED = join(dirname(dirname(import.meta.dirname)), 'deploy/pgbouncer/pgbouncer.ini')

const READY_TIMEOUT_MS = 15_000
const STOP_GRACE_MS = 3_000

const replaceLine = (text: string, name: string, value: string): string => {
  const line = new RegExp(`^${name} = .*$`, 'm')
  if (!line.test(text)) throw new Error(`deploy/pgbouncer/pgbouncer.ini has no line for ${name}.`)
  return text.replace(line, () => `${name} = ${value}`)
}

const configOf = ({ serverUrl, poolSize }: PgbouncerOptions, port: number, usersFile: string): string => {
  const server = new URL(serverUrl)
  const changes: Record<string, string> = {
    kopeika: `host=${server.hostname} port=${server.port} dbname=${server.pathname.slice(1)}`,
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    auth_file: usersFile,
    default_pool_size: String(poolSize),
    max_db_connections: String(poolSize),
  }
  const shipped = readFileSync(SHIPPED, 'utf8')
  const text = Object.entries(changes).reduce((so, [name, value]) => replaceLine(so, name, value), shipped)
  // the file ends in its section [pgbouncer]; a socket's folder might not exist here
  return `${text}unix_socket_dir =\n`
}

const launch = async (options: PgbouncerOptions, port: number): Promise<Child> => {
  const { program, folder, logFile, serverUrl } = options
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const user = choosePostgresUser([program, folder])
  const { username, password } = new URL(serverUrl)
  const files: [name: string, text: string][] = [
    ['users', `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`],
    ['pgbouncer.ini', configOf(options, port, join(folder, 'users'))],
  ]
  for (const [name, text] of files) {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    user.own(join(folder, name))
  }
  const child = await startChild({
    name: 'pgbouncer',
    ...user.wrap(program, [join(folder, 'pgbouncer.ini')]),
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' },
    logFile,
    tracker: options.tracker,
    // SIGINT = transactions under way may end
    stopSignal: 'SIGINT',
  })
  try {
    await child.waitForLog(/process up/, READY_TIMEOUT_MS)
    return child
  } catch (error) {
    await child.stop(STOP_GRACE_MS)
    throw error
  }
}

/**
 * Starts PgBouncer in transaction mode on 127.0.0.1, in front of a PostgreSQL.
 * @throws StartProblem
 */
export const startPgbouncer = async (options: PgbouncerOptions): Promise<RunningPgbouncer> => {
  const port = options.port || (await findFreePort())
  const child = await launch(options, port)
  const url = new URL(options.serverUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  url.pathname = '/kopeika'
  url.searchParams.set('prepare', 'false')
  return {
    url: url.href,
    port,
    pid: child.pid,
    exited: child.exited,
    stop: () => child.stop(STOP_GRACE_MS),
  }
}
