import { createHash } from 'node:crypto'
import { join } from 'node:path'
import postgres from 'postgres'
import { prepareDatabase } from '#shared/db/prepare.ts'
import { keepRunning } from '../keep-running.ts'
import { type RunningPostgres, startPostgres } from '../services/postgres.ts'
import { codeOf, messageOf, StartProblem } from '../start-problem.ts'
import { backupUrlOf, putBrokenAside, recoverIfEmpty } from './backup.ts'
import { describePart, type PartContext, withoutCredentials } from './part.ts'
import { startPgbouncerPart } from './pgbouncer.ts'

export type DatabasePart = { ownerUrl: string; appUrl: string; stop: () => Promise<void> }

const APP_ROLE = 'kopeika_functions'
const CONNECT_TIMEOUT_SECONDS = 5

const withLogin = (url: string, user: string, password: string): string => {
  const changed = new URL(url)
  changed.username = user
  changed.password = password
  return changed.href
}

/** Roles belong to a whole server: on one that others use too, each home has its own, or they would change each other's password. */
const appRoleOf = (home: string): string =>
  `${APP_ROLE}_${createHash('sha256').update(home).digest('hex').slice(0, 8)}`

const checkReachable = async (url: string): Promise<void> => {
  const sql = postgres(url, { max: 1, connect_timeout: CONNECT_TIMEOUT_SECONDS, onnotice: () => {} })
  try {
    await sql`select 1`
  } catch (error) {
    const why = messageOf(error) || codeOf(error) || 'no answer'
    throw new StartProblem(
      `DATABASE_URL: the database at ${withoutCredentials(url)} cannot be used (${why}): correct it, or unset it for the embedded PostgreSQL.`,
    )
  } finally {
    await sql.end({ timeout: 1 })
  }
}

const prepare = async (context: PartContext, ownerUrl: string, appUrl: string): Promise<void> => {
  const migrationsDir = join(context.root, 'migrations')
  const backupUrl = backupUrlOf(context, ownerUrl)
  await recoverIfEmpty(context, { ownerUrl, appUrl, backupUrl, migrationsDir })
  const since = performance.now()
  try {
    const { applied } = await prepareDatabase({ ownerUrl, appUrl, backupUrl, migrationsDir })
    context.say(
      describePart('migrations', applied.length > 0 ? `${applied.length} applied` : 'up to date', since),
    )
  } catch (error) {
    throw new StartProblem(`The database cannot be brought to this version: ${messageOf(error)}`)
  }
}

const startOutside = async (context: PartContext, ownerUrl: string): Promise<DatabasePart> => {
  const since = performance.now()
  await checkReachable(ownerUrl)
  context.say(describePart('postgres', `${withoutCredentials(ownerUrl)} (yours)`, since))
  const { appDatabaseUrl } = context.settings
  const appUrl =
    appDatabaseUrl ?? withLogin(ownerUrl, appRoleOf(context.home.root), context.secrets.appPassword)
  await prepare(context, ownerUrl, appUrl)
  return { ownerUrl, appUrl, stop: async () => {} }
}

const startEmbedded = async (context: PartContext): Promise<DatabasePart> => {
  const { home, secrets, tracker, say } = context
  const since = performance.now()
  const kept = await keepRunning<RunningPostgres>({
    name: 'postgres',
    say,
    signal: context.signal,
    start: async (previous) => {
      const start = () =>
        startPostgres({
          dataDir: home.postgres,
          logFile: join(home.logs, 'postgres.log'),
          superuserPassword: secrets.superuserPassword,
          ownerPassword: secrets.ownerPassword,
          port: previous?.port ?? 0,
          tracker,
        })
      try {
        return await start()
      } catch (error) {
        if (previous !== undefined || !putBrokenAside(context, error)) throw error
        return start()
      }
    },
  })
  const { url } = kept.first
  say(describePart('postgres', withoutCredentials(url), since))
  const appUrl = withLogin(url, APP_ROLE, secrets.appPassword)
  await prepare(context, url, appUrl)
  return { ownerUrl: url, appUrl, stop: kept.stop }
}

/**
 * The database, ready for the functions: the embedded PostgreSQL, or the one that DATABASE_URL names.
 * @throws StartProblem
 */
export const startDatabasePart = async (context: PartContext): Promise<DatabasePart> => {
  const { databaseUrl } = context.settings
  const server = await (databaseUrl === undefined
    ? startEmbedded(context)
    : startOutside(context, databaseUrl))
  try {
    const pool = await startPgbouncerPart(context, server.appUrl)
    const stop = async (): Promise<void> => {
      await pool.stop()
      await server.stop()
    }
    return { ownerUrl: server.ownerUrl, appUrl: pool.appUrl, stop }
  } catch (error) {
    await server.stop()
    throw error
  }
}
