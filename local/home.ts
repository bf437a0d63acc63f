import { randomUUID } from 'node:crypto'
import {
  accessSync,
  constants,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { identityOf, isSameProcess } from './services/process-identity.ts'
import { codeOf, messageOf, StartProblem } from './start-problem.ts'

/** The folders and files of a home (`KOPEIKA_HOME`). Everything the stack keeps lies in it. */
export type Home = {
  root: string
  /** What the functions read, one file for each secret. */
  secrets: string
  /** What only the starter needs: passwords of the embedded servers. */
  keys: string
  logs: string
  run: string
  stackFile: string
  lockFile: string
  postgres: string
  redis: string
  s3: string
  /** Compiled code; may be deleted at any time. */
  cache: string
  /** Built pages of functions; made anew at each start. */
  pages: string
  telegram: string
  yookassa: string
}

const layoutOf = (root: string): Home => ({
  root,
  secrets: join(root, 'secrets'),
  keys: join(root, 'keys'),
  logs: join(root, 'logs'),
  run: join(root, 'run'),
  stackFile: join(root, 'stack.json'),
  lockFile: join(root, 'starter.pid'),
  postgres: join(root, 'postgres'),
  redis: join(root, 'redis'),
  s3: join(root, 's3'),
  cache: join(root, 'cache'),
  pages: join(root, 'pages'),
  telegram: join(root, 'telegram'),
  yookassa: join(root, 'yookassa'),
})

/** Step by step: Node's own `recursive` never returns where a file system answers ENOENT to mkdir, as /proc does. */
const makeFolder = (folder: string, mode: number): void => {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder), mode | 0o055)
  mkdirSync(folder, { mode })
}

/** The parts make their folders themselves: something else in the place of one is found out before anything is started. */
const checkPlaces = (home: Home): void => {
  for (const place of [home.postgres, home.redis, home.s3, home.cache, home.telegram, home.yookassa]) {
    if (statSync(place, { throwIfNoEntry: false })?.isDirectory() !== false) continue
    throw new StartProblem(`KOPEIKA_HOME is damaged: ${place} must be a folder; move what is there away.`)
  }
}

/**
 * Makes the home where it is missing and checks that it can be written.
 * @throws StartProblem
 */
export const openHome = (root: string): Home => {
  const home = layoutOf(root)
  try {
    // 0711: PostgreSQL refuses to run as root and runs as another user then, who must get through to its own folder
    makeFolder(root, 0o711)
    for (const folder of [home.secrets, home.keys, home.logs, home.run]) {
      makeFolder(folder, 0o700)
      accessSync(folder, constants.W_OK | constants.X_OK)
    }
    const probe = join(root, `.probe-${randomUUID()}`)
    writeFileSync(probe, '')
    rmSync(probe)
  } catch (error) {
    throw new StartProblem(
      `KOPEIKA_HOME ${root} cannot be written (${codeOf(error) ?? messageOf(error)}): give a folder of your own, e.g. KOPEIKA_HOME=~/kopeika npm start`,
    )
  }
  checkPlaces(home)
  return home
}

const readLock = (file: string): { pid: number; identity: string } | undefined => {
  try {
    const [pid = '', identity = ''] = readFileSync(file, 'utf8').trim().split(' ')
    return { pid: Number(pid), identity }
  } catch {
    return undefined
  }
}

const isLive = (lock: { pid: number; identity: string } | undefined): boolean =>
  lock !== undefined &&
  Number.isSafeInteger(lock.pid) &&
  lock.pid > 0 &&
  isSameProcess(lock.pid, lock.identity)

/** Puts a dead starter's lock aside. Two may try at once: the name is taken away by one, and put back if it was no dead one. */
const removeDeadLock = (home: Home): void => {
  const aside = `${home.lockFile}.${randomUUID()}`
  try {
    renameSync(home.lockFile, aside)
    if (isLive(readLock(aside))) linkSync(aside, home.lockFile)
  } catch {
    // the other one was faster; the next round sees what is there
  }
  rmSync(aside, { force: true })
}

/**
 * Takes the home for this process: two starters on one home would destroy each other's data. Gives the way to let it go.
 * @throws StartProblem when another starter holds it
 */
export const lockHome = (home: Home): (() => void) => {
  const draft = `${home.lockFile}.${randomUUID()}`
  writeFileSync(draft, `${process.pid} ${identityOf(process.pid) ?? 'unknown'}\n`, { mode: 0o600 })
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        // a link is made whole or not at all, and only where there is none
        linkSync(draft, home.lockFile)
        return () => rmSync(home.lockFile, { force: true })
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error
        const lock = readLock(home.lockFile)
        if (lock && isLive(lock)) {
          throw new StartProblem(
            `KOPEIKA_HOME ${home.root} is in use: a stack runs there already (pid ${lock.pid}). Stop it, or set another KOPEIKA_HOME and GATEWAY_PORT=0.`,
          )
        }
        removeDeadLock(home)
      }
    }
    throw new StartProblem(
      `KOPEIKA_HOME ${home.root} cannot be locked: remove ${home.lockFile} if no stack runs there.`,
    )
  } finally {
    rmSync(draft, { force: true })
  }
}
