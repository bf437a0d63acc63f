import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Env } from '#shared/platform/env.ts'
import { startGuard } from '../../local/services/guard-client.ts'
import { startPostgres } from '../../local/services/postgres.ts'
import { startRedis } from '../../local/services/redis.ts'
import { findRedisProgram } from '../../local/services/redis-program.ts'
import { startS3 } from '../../local/services/s3.ts'
import { externalStorage, startStorageServer, toStorageChoice } from './storage-server.ts'
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
  /** What that S3 server is, in words. */
  storageServer: { name: string; version: string }
}

/** What servers that are thrown away afterwards may do without. */
const THROWAWAY = ['fsync=off', 'full_page_writes=off', 'shared_buffers=64MB', 'max_wal_size=256MB']

type Server = { stop: () => Promise<void> }

const randomSecret = (): string => randomBytes(24).toString('base64url')

/**
 * Starts PostgreSQL with the template database, Redis and S3 in a temporary home. A guard process ends them when this
 * process is killed before it can call `stop`. Redis and minio are looked for in PATH; `TEST_STORAGE` in `env` chooses the S3
 * server as `npm run test:storage` does.
 */
export async function startTestServers(
  env: Env,
): Promise<{ servers: TestServers; stop: () => Promise<void> }> {
  const path = env.PATH ?? ''
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
  const storage = async (): Promise<Pick<TestServers, 's3' | 'storageServer'>> => {
    const keys = { accessKey: randomSecret(), secretKey: randomSecret() }
    const options = { folder: join(home, 's3'), logFile: logFile('s3'), tracker: guard, ...keys }
    if (env.TEST_STORAGE === undefined) {
      const { url, server } = await started(startS3({ ...options, path }))
      return { s3: { endpoint: url, ...keys }, storageServer: { name: server, version: '' } }
    }
    const choice = toStorageChoice(env.TEST_STORAGE)
    const external = choice === 'auto' ? await externalStorage(env) : undefined
    if (external) {
      const { endpoint, accessKey, secretKey, name, version } = external
      return { s3: { endpoint, accessKey, secretKey }, storageServer: { name, version } }
    }
    mkdirSync(options.folder, { recursive: true, mode: 0o700 })
    const { name, version, endpoint } = await started(startStorageServer(choice, env, options))
    return { s3: { endpoint, ...keys }, storageServer: { name, version } }
  }
  const starting = [database(), redis(), storage()] as const
  try {
    const [urls, redisUrl, stores] = await Promise.all(starting)
    return { servers: { ...urls, redisUrl, ...stores }, stop }
  } catch (error) {
    // one that is still on its way up must be known to `stop` too
    await Promise.allSettled(starting)
    await stop()
    throw error
  }
}
