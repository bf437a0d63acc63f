import { execFileSync } from 'node:child_process'
import { chownSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { messageOf, StartProblem } from '../start-problem.ts'

/** How to run PostgreSQL's programs. As root it refuses to run at all, so it gets a user of its own. */
export type PostgresUser = {
  /** Turns a command into the one to spawn. */
  wrap: (command: string, args: readonly string[]) => { command: string; args: string[] }
  /** Gives a file or folder to that user. */
  own: (path: string) => void
}

const SYSTEM_USER = 'postgres'

const SELF: PostgresUser = { wrap: (command, args) => ({ command, args: [...args] }), own: () => {} }

const idOf = (flag: '-u' | '-g'): number =>
  Number(execFileSync('id', [flag, SYSTEM_USER], { encoding: 'utf8', stdio: 'pipe' }))

const findOrMakeUser = (): { uid: number; gid: number } => {
  try {
    return { uid: idOf('-u'), gid: idOf('-g') }
  } catch {
    try {
      const shell = '/usr/sbin/nologin'
      execFileSync(
        'useradd',
        ['--system', '--user-group', '--no-create-home', '--shell', shell, SYSTEM_USER],
        { stdio: 'pipe' },
      )
      return { uid: idOf('-u'), gid: idOf('-g') }
    } catch (error) {
      throw new StartProblem(
        `PostgreSQL does not run as root, and the user ${SYSTEM_USER} cannot be made (${messageOf(error)}): start as another user, or set DATABASE_URL.`,
      )
    }
  }
}

/** Whether everybody may walk down to `path`; a clone under /root (0700) is out of reach of any other user. */
const isReachableByAll = (path: string): boolean => {
  const parent = dirname(path)
  return parent === path || ((statSync(parent).mode & 0o001) !== 0 && isReachableByAll(parent))
}

/**
 * Finds the user that PostgreSQL runs as: ourselves, or the system user `postgres` when we are root. Where that user could
 * not reach one of `paths`, it gets the one capability that lets it pass (CAP_DAC_OVERRIDE) and nothing else of root's.
 * @throws StartProblem
 */
export const choosePostgresUser = (paths: readonly string[]): PostgresUser => {
  if (process.getuid?.() !== 0) return SELF
  const { uid, gid } = findOrMakeUser()
  const drop = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
  // initdb and postgres look for themselves with access(2), which heeds the capability only with no_setuid_fixup (capabilities(7))
  const pass = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup']
  const isOpen = paths.every((path) => isReachableByAll(join(realpathSync(dirname(path)), 'x')))
  const options = isOpen ? drop : [...drop, ...pass]
  return {
    wrap: (command, args) => ({ command: 'setpriv', args: [...options, command, ...args] }),
    own: (path) => chownSync(path, uid, gid),
  }
}
