import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareDatabase } from '#shared/db/prepare.ts'
import { keepRunning } from '../../../local/keep-running.ts'
import { startGuard } from '../../../local/services/guard-client.ts'
import { type RunningPostgres, startPostgres } from '../../../local/services/postgres.ts'
import { MIGRATIONS_DIR } from '../../support/template-database.ts'

/** A PostgreSQL of one's own with real guarantees (fsync on), which may be killed, and is started again as the local stack does. */
export type OwnPostgres = {
  ownerUrl: string
  appUrl: string
  /** SIGKILL of the postmaster; it comes back by itself. Resolves when it takes connections again. */
  kill: () => Promise<void>
  /** Stops it in order, and starts it again after so long. */
  stopFor: (ms: number) => Promise<void>
  close: () => Promise<void>
}

const randomSecret = (): string => randomBytes(24).toString('base64url')

export const startOwnPostgres = async (): Promise<OwnPostgres> => {
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-postgres-'))
  chmodSync(folder, 0o711)
  const guard = await startGuard()
  const passwords = { superuserPassword: randomSecret(), ownerPassword: randomSecret() }
  const ending = new AbortController()
  let hold: Promise<void> = Promise.resolve()
  let current: RunningPostgres | undefined
  let isUp = Promise.withResolvers<void>()
  const kept = await keepRunning<RunningPostgres>({
    name: 'postgres',
    say: () => undefined,
    signal: ending.signal,
    start: async (previous) => {
      await hold
      return startPostgres({
        ...passwords,
        dataDir: join(folder, 'data'),
        logFile: join(folder, 'postgres.log'),
        port: previous?.port ?? 0,
        tracker: guard,
        settings: ['shared_buffers=64MB'],
      })
    },
    onUp: (running) => {
      current = running
      isUp.resolve()
    },
  })
  const appUrl = new URL(kept.first.url)
  appUrl.username = 'kopeika_functions'
  appUrl.password = randomSecret()
  const ownerUrl = kept.first.url
  await prepareDatabase({ ownerUrl, appUrl: appUrl.href, migrationsDir: MIGRATIONS_DIR })
  const end = async (how: (running: RunningPostgres) => void | Promise<void>): Promise<void> => {
    if (!current) throw new Error('PostgreSQL is not running.')
    isUp = Promise.withResolvers<void>()
    const ended = current
    current = undefined
    await how(ended)
    await isUp.promise
  }
  return {
    ownerUrl,
    appUrl: appUrl.href,
    kill: () => end((running) => void process.kill(running.pid, 'SIGKILL')),
    stopFor: (ms) =>
      end(async (running) => {
        hold = running.exited.then(() => new Promise((resolve) => setTimeout(resolve, ms)))
        await running.stop()
      }),
    close: async () => {
      ending.abort()
      await kept.stop()
      await guard.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
