import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { startGuard } from '../../local/services/guard-client.ts'
import { startPostgres } from '../../local/services/postgres.ts'
import { startRedis } from '../../local/services/redis.ts'
import { findRedisProgram } from '../../local/services/redis-program.ts'
import { startS3 } from '../../local/services/s3.ts'
import { makeTemplateDatabase } from './template-database.ts'
import { makeTemporaryHome, removeTemporaryHome } from './temporary-home.ts'

/** Where the servers of this run are; tests reach them through database.ts and services.ts. */
export type TestServers = {
  /** For the harness alone. */
  superuserUrl: string
  /** Owner's role, which may make databases. */
  ownerUrl: string
  /** The functions' role. */
  appUrl: string
  redisUrl: string
  s3: { endpoint: string; accessKey: string; secretKey: string }
}

/** What servers that are thrown away afterwards may do without. */
const THROWAWAY = ['fsync=off', 'full_page_writes=off', 'shared_buffers=64MB', 'max_wal_size=256MB']

type Server = { stop: () => Promise<void> }

const randomSecret = (): string => randomBytes(24).toString('base64url')

/**
 * Starts PostgreSQL with the template database, Redis and S3 in a temporary home. A guard process ends them when this
 * process is killed before it can call `stop`. `path` is the PATH variable, where Redis and minio are looked for.
 */
export async function startTestServers(
  path: string,
): Promise<{ servers: TestServers; stop: () => Promise<void> }> {
  const home = makeTemporaryHome()
  const guard = await startGuard()
  const running: Server[] = []
  const stop = async (): Promise<void> => {
    await Promise.allSettled(running.map((server) => server.stop()))
    await guard.close()
    removeTemporaryHome(home)
  }
  const started = async <T extends Server>(starting: Promise<T>): Promise<T> => {
    const server = await starting
    running.push(server)
    return server
  }
  const logFile = (name: string): string => join(home, 'logs', `${name}.log`)
  const database = async (): Promise<Pick<TestServers, 'superuserUrl' | 'ownerUrl' | 'appUrl'>> => {
    const { url: ownerUrl, superuserUrl } = await started(
      startPostgres({
        dataDir: join(home, 'postgres'),
        logFile: logFile('postgres'),
        superuserPassword: randomSecret(),
        ownerPassword: randomSecret(),
        settings: THROWAWAY,
        tracker: guard,
      }),
    )
    const appUrl = new URL(ownerUrl)
    appUrl.username = 'kopeika_functions'
    appUrl.password = randomSecret()
    await makeTemplateDatabase(ownerUrl, appUrl.href)
    return { superuserUrl, ownerUrl, appUrl: appUrl.href }
  }
  const redis = async (): Promise<string> => {
    const program = await findRedisProgram({ path, say: console.log, isRoot: process.getuid?.() === 0 })
    const { url } = await started(
      startRedis({
        program,
        folder: join(home, 'redis'),
        logFile: logFile('redis'),
        password: randomSecret(),
        tracker: guard,
      }),
    )
    return url
  }
  const storage = async (): Promise<TestServers['s3']> => {
    const keys = { accessKey: randomSecret(), secretKey: randomSecret() }
    const { url } = await started(
      startS3({ folder: join(home, 's3'), logFile: logFile('s3'), path, tracker: guard, ...keys }),
    )
    return { endpoint: url, ...keys }
  }
  const starting = [database(), redis(), storage()] as const
  try {
    const [urls, redisUrl, s3] = await Promise.all(starting)
    return { servers: { ...urls, redisUrl, s3 }, stop }
  } catch (error) {
    // one that is still on its way up must be known to `stop` too
    await Promise.allSettled(starting)
    await stop()
    throw error
  }
}
