import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import postgres from 'postgres'
import { StartProblem } from '../start-problem.ts'
import { type Child, type ChildEnd, startChild } from './children.ts'
import { findFreePort } from './free-port.ts'
import type { ProcessTracker } from './guard-client.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { prepareDataFolder } from './postgres-data.ts'
import { choosePostgresUser } from './postgres-user.ts'

export type PostgresOptions = {
  dataDir: string
  logFile: string
  /** Passwords of the superuser `postgres` and of the role `kopeika`, which owns the database `kopeika`. */
  superuserPassword: string
  ownerPassword: string
  /** 0 or left out: a free one. */
  port?: number
  tracker?: ProcessTracker | undefined
  /** Further `name=value` settings, e.g. `fsync=off` for throw-away test servers. */
  settings?: readonly string[]
}

export type RunningPostgres = {
  /** The owner's: role `kopeika`, database `kopeika`. */
  url: string
  superuserUrl: string
  port: number
  pid: number
  exited: Promise<ChildEnd>
  stop: () => Promise<void>
}

const OWNER_ROLE = 'kopeika'
const DATABASE = 'kopeika'

const READY_TIMEOUT_MS = 60_000
/** A fast shutdown writes a checkpoint; after this the server is killed and recovers at its next start. */
const STOP_GRACE_MS = 15_000
const PORT_ATTEMPTS = 5
const PORT_TAKEN = /could not bind|could not create any TCP\/IP sockets/

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  // real guarantees, as in production: what was acknowledged survives a crash
  'fsync=on',
  'synchronous_commit=on',
  'max_connections=200',
  'shared_buffers=256MB',
  'max_wal_size=2GB',
  'timezone=UTC',
  'log_timezone=UTC',
  'lc_messages=C',
]

const ENV = { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' }

const urlOf = (role: string, password: string, port: number, database: string): string =>
  `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`

const launch = async (options: PostgresOptions, port: number): Promise<Child> => {
  const binaries = findPostgresBinaries()
  const { dataDir, logFile, tracker, superuserPassword } = options
  mkdirSync(dirname(dataDir), { recursive: true })
  const user = choosePostgresUser([binaries.postgres, dataDir])
  await prepareDataFolder({ dataDir, logFile, tracker, superuserPassword, binaries, user, env: ENV })
  const settings = [...SETTINGS, `port=${port}`, ...(options.settings ?? [])]
  const { command, args } = user.wrap(binaries.postgres, [
    '-D',
    dataDir,
    ...settings.flatMap((one) => ['-c', one]),
  ])
  const child = await startChild({
    name: 'postgres',
    command,
    args,
    cwd: '/',
    env: ENV,
    logFile,
    tracker,
    // SIGINT = fast shutdown; SIGTERM would wait for every client to leave
    stopSignal: 'SIGINT',
  })
  try {
    await child.waitForLog(/database system is ready to accept connections/, READY_TIMEOUT_MS)
    return child
  } catch (error) {
    await child.stop(STOP_GRACE_MS)
    throw error
  }
}

/** A free port may be taken by another program before the server binds it: then another one. */
const launchOnSomePort = async (options: PostgresOptions): Promise<{ child: Child; port: number }> => {
  if (options.port) return { child: await launch(options, options.port), port: options.port }
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort()
    try {
      return { child: await launch(options, port), port }
    } catch (error) {
      const isTaken = error instanceof Error && PORT_TAKEN.test(error.message)
      if (!isTaken || attempt === PORT_ATTEMPTS) throw error
    }
  }
}

/** The owner's role and database, made on the first start; passwords are set each time, since they stand in our own files. */
const prepareOwner = async (superuserUrl: string, ownerPassword: string): Promise<void> => {
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {}, connect_timeout: 10 })
  try {
    const [role] = await sql`select 1 from pg_roles where rolname = ${OWNER_ROLE}`
    // the password is base64url, made by us: DDL takes no parameters
    const verb = role ? 'alter' : 'create'
    await sql.unsafe(
      `${verb} role ${OWNER_ROLE} login createrole createdb password '${ownerPassword.replaceAll("'", "''")}'`,
    )
    const [database] = await sql`select 1 from pg_database where datname = ${DATABASE}`
    if (!database) await sql.unsafe(`create database ${DATABASE} owner ${OWNER_ROLE}`)
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === '28P01') {
      throw new StartProblem(
        'The embedded PostgreSQL refuses the password in keys/postgres-superuser: the file does not belong to this data folder.',
      )
    }
    throw error
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/**
 * Starts PostgreSQL on 127.0.0.1 with its data in `dataDir` (made on the first start) and the owner's database in it. Waits until it
 * takes connections.
 * @throws StartProblem
 */
export const startPostgres = async (options: PostgresOptions): Promise<RunningPostgres> => {
  const { child, port } = await launchOnSomePort(options)
  const superuserUrl = urlOf('postgres', options.superuserPassword, port, 'postgres')
  try {
    await prepareOwner(superuserUrl, options.ownerPassword)
  } catch (error) {
    await child.stop(STOP_GRACE_MS)
    throw error
  }
  return {
    url: urlOf(OWNER_ROLE, options.ownerPassword, port, DATABASE),
    superuserUrl,
    port,
    pid: child.pid,
    exited: child.exited,
    stop: () => child.stop(STOP_GRACE_MS),
  }
}
