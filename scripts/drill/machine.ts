import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareDatabase } from '#shared/db/prepare.ts'
import { processEnv } from '#shared/platform/env.ts'
import type { ProcessTracker } from '../../local/services/guard-client.ts'
import { startPostgres } from '../../local/services/postgres.ts'
import { startRedis } from '../../local/services/redis.ts'
import { findRedisProgram } from '../../local/services/redis-program.ts'

/** PostgreSQL and Redis of one machine; nothing of it is shared with another. */
export type Machine = {
  ownerUrl: string
  backupUrl: string
  prepare: () => Promise<unknown>
  stop: () => Promise<void>
  /** Takes the disks away: data folder, Redis, all. The servers are killed by it. */
  destroy: () => Promise<void>
}

const MIGRATIONS = join(import.meta.dirname, '../../migrations')

const secret = (): string => randomBytes(24).toString('base64url')

const as = (url: string, user: string): string => {
  const changed = new URL(url)
  changed.username = user
  changed.password = secret()
  return changed.href
}

/** A fresh machine with passwords of its own; its database is empty until `prepare`. */
export const startMachine = async (tracker: ProcessTracker): Promise<Machine> => {
  const home = mkdtempSync(join(tmpdir(), 'kopeika-drill-'))
  // PostgreSQL runs as another user when we are root
  chmodSync(home, 0o711)
  const logFile = (name: string): string => join(home, 'logs', `${name}.log`)
  const postgres = await startPostgres({
    dataDir: join(home, 'postgres'),
    logFile: logFile('postgres'),
    superuserPassword: secret(),
    ownerPassword: secret(),
    tracker,
  })
  const path = processEnv().PATH ?? ''
  const program = await findRedisProgram({ path, say: console.log, isRoot: process.getuid?.() === 0 })
  const redis = await startRedis({
    program,
    folder: join(home, 'redis'),
    logFile: logFile('redis'),
    password: secret(),
    tracker,
  })
  const stop = async (): Promise<void> => {
    await Promise.allSettled([postgres.stop(), redis.stop()])
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
  const destroy = async (): Promise<void> => {
    rmSync(join(home, 'postgres'), { recursive: true, force: true, maxRetries: 5 })
    rmSync(join(home, 'redis'), { recursive: true, force: true, maxRetries: 5 })
    await stop()
  }
  const appUrl = as(postgres.url, 'kopeika_functions')
  const backupUrl = as(postgres.url, 'kopeika_backups')
  const prepare = () =>
    prepareDatabase({ ownerUrl: postgres.url, appUrl, backupUrl, migrationsDir: MIGRATIONS })
  return { ownerUrl: postgres.url, backupUrl, prepare, stop, destroy }
}
