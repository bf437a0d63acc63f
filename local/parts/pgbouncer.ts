import { join } from 'node:path'
import { keepRunning } from '../keep-running.ts'
import { findProgram } from '../services/find-program.ts'
import { type RunningPgbouncer, startPgbouncer } from '../services/pgbouncer.ts'
import { StartProblem } from '../start-problem.ts'
import { describePart, type PartContext } from './part.ts'

/** Debian keeps it where only root looks for programs. */
const MORE_FOLDERS = '/usr/sbin:/sbin'

/**
 * Puts PgBouncer before the database for the functions, as compose does, where PGBOUNCER_POOL asks for it. Gives their address.
 * @throws StartProblem
 */
export const startPgbouncerPart = async (
  context: PartContext,
  appUrl: string,
): Promise<{ appUrl: string; stop: () => Promise<void> }> => {
  const { home, settings, tracker, say, signal } = context
  const { pgbouncerPool: poolSize } = settings
  if (poolSize === undefined) return { appUrl, stop: async () => {} }
  const since = performance.now()
  const program = findProgram(['pgbouncer'], `${settings.path}:${MORE_FOLDERS}`)
  if (program === undefined)
    throw new StartProblem('PGBOUNCER_POOL is set, but there is no pgbouncer: apt-get install pgbouncer.')
  const kept = await keepRunning<RunningPgbouncer>({
    name: 'pgbouncer',
    say,
    signal,
    start: (previous) =>
      startPgbouncer({
        program,
        folder: join(home.root, 'pgbouncer'),
        logFile: join(home.logs, 'pgbouncer.log'),
        serverUrl: appUrl,
        poolSize,
        port: previous?.port ?? 0,
        tracker,
      }),
  })
  say(describePart('pgbouncer', `127.0.0.1:${kept.first.port}, ${poolSize} connections behind it`, since))
  return { appUrl: kept.first.url, stop: kept.stop }
}
