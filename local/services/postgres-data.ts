import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { StartProblem } from '../start-problem.ts'
import { startChild } from './children.ts'
import { endProcesses } from './end-processes.ts'
import type { ProcessTracker } from './guard-client.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import type { PostgresUser } from './postgres-user.ts'
import { identityOf } from './process-identity.ts'

/** The major version of the embedded binaries, and of the server in docker-compose.yml. */
const MAJOR_VERSION = '18'
const INITDB_TIMEOUT_MS = 60_000
const LEFTOVER_GRACE_MS = 10_000

export type DataFolderOptions = {
  dataDir: string
  superuserPassword: string
  logFile: string
  env: Record<string, string>
  binaries: PostgresBinaries
  user: PostgresUser
  tracker?: ProcessTracker | undefined
}

const runInitdb = async (options: DataFolderOptions, target: string, passwordFile: string): Promise<void> => {
  const { command, args } = options.user.wrap(options.binaries.initdb, [
    `--pgdata=${target}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    // the same on every machine: the server's own UTF-8 rules (lower() knows Cyrillic), none of the system's locales
    '--encoding=UTF8',
    '--no-locale',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ])
  const { logFile, env, tracker } = options
  const child = await startChild({ name: 'initdb', command, args, cwd: '/', env, logFile, tracker })
  const timer = setTimeout(child.kill, INITDB_TIMEOUT_MS)
  const { code } = await child.exited
  clearTimeout(timer)
  if (code !== 0) throw new StartProblem(`PostgreSQL's data folder cannot be made: ${child.lastWords()}`)
}

/** Made under another name and renamed when complete: an interrupted first start leaves nothing that looks like data. */
const makeDataFolder = async (options: DataFolderOptions): Promise<void> => {
  const { dataDir, user } = options
  const parent = dirname(dataDir)
  mkdirSync(parent, { recursive: true })
  for (const name of readdirSync(parent)) {
    if (name.startsWith('.postgres-new-')) rmSync(join(parent, name), { recursive: true, force: true })
  }
  const draft = join(parent, `.postgres-new-${process.pid}`)
  const passwordFile = `${draft}.password`
  mkdirSync(draft, { mode: 0o700 })
  user.own(draft)
  writeFileSync(passwordFile, `${options.superuserPassword}\n`, { mode: 0o600 })
  user.own(passwordFile)
  try {
    await runInitdb(options, draft, passwordFile)
    renameSync(draft, dataDir)
  } finally {
    rmSync(passwordFile, { force: true })
    rmSync(draft, { recursive: true, force: true })
  }
}

const checkDataFolder = (dataDir: string): void => {
  let version: string
  try {
    version = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim()
    for (const needed of ['global/pg_control', 'base', 'pg_wal']) statSync(join(dataDir, needed))
  } catch {
    throw new StartProblem(
      `PostgreSQL's data folder ${dataDir} is damaged (PG_VERSION, global/pg_control, base or pg_wal is missing): put it back from a copy, or move it away to start empty.`,
    )
  }
  if (version !== MAJOR_VERSION) {
    throw new StartProblem(
      `The data in ${dataDir} is of PostgreSQL ${version}, this is ${MAJOR_VERSION}: move it away, or start the version that made it.`,
    )
  }
}

const isServerOf = (pid: number, dataDir: string): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(dataDir)
  } catch {
    return false
  }
}

/**
 * After a crash `postmaster.pid` stays. A server that still runs on our very folder is ended; the pid of any other process
 * (the number was handed out again) would only make PostgreSQL refuse to start.
 */
const clearStaleLock = async (dataDir: string): Promise<void> => {
  const file = join(dataDir, 'postmaster.pid')
  let pid: number
  try {
    pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  } catch {
    return
  }
  if (process.platform !== 'linux') return
  const identity = identityOf(pid)
  if (identity !== undefined && isServerOf(pid, dataDir)) {
    await endProcesses([{ pid, identity, signal: 'SIGINT' }], LEFTOVER_GRACE_MS)
  }
  rmSync(file, { force: true })
}

/**
 * Makes the data folder on the first start, else checks it and ends what a crashed start left on it.
 * @throws StartProblem when it is damaged or of another version
 */
export const prepareDataFolder = async (options: DataFolderOptions): Promise<void> => {
  const { dataDir } = options
  if (statSync(dataDir, { throwIfNoEntry: false }) === undefined) return makeDataFolder(options)
  checkDataFolder(dataDir)
  await clearStaleLock(dataDir)
}
