import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { z } from 'zod'
import { parseClients } from '#shared/platform/clients.ts'
import { processEnv } from '#shared/platform/env.ts'
import { createTokenSource } from '#shared/platform/tokens.ts'
import { completeClients } from '../../../local/clients.ts'
import { startChild } from '../../../local/services/children.ts'
import { MIGRATIONS_DIR } from '../../support/template-database.ts'
import { asBackup, type Stage } from './stage.ts'

const ROOT = join(import.meta.dirname, '../../..')
const READY_MS = 30_000
const STOP_MS = 10_000
const CLIENTS = completeClients(undefined)

export type Replica = {
  /** POST /: what it answered. */
  backup: () => Promise<{ status: number; body: Record<string, unknown> }>
  /** kill -9. */
  kill: () => Promise<void>
  stop: () => Promise<void>
}

const writeSecrets = (folder: string, stage: Stage, redisUrl: string): void => {
  mkdirSync(folder, { recursive: true })
  const { s3 } = inject('servers')
  const secrets = {
    'database-url': stage.database.appUrl,
    'redis-url': redisUrl,
    's3-access-key': s3.accessKey,
    's3-secret-key': s3.secretKey,
    'backup-database-url': asBackup(stage.database.ownerUrl),
    'backup-recipients': stage.keys.recipients,
    'backup-signing-key': stage.keys.signingKey,
    'backup-s3-access-key': s3.accessKey,
    'backup-s3-secret-key': s3.secretKey,
    'api-clients': CLIENTS,
    'metrics-token': 'metrics-token-of-the-tests',
  }
  for (const [name, text] of Object.entries(secrets)) writeFileSync(join(folder, name), text, { mode: 0o600 })
}

/** The function `backup` as a process of its own behind the template's server, as a container runs it. */
export const startReplica = async (
  stage: Stage,
  options: { name: string; folder: string; redisUrl: string; backupEndpoint: string },
): Promise<Replica> => {
  const { name, folder, redisUrl, backupEndpoint } = options
  const secrets = join(folder, 'secrets')
  writeSecrets(secrets, stage, redisUrl)
  const { avatars, transcripts } = stage.source.buckets
  const child = await startChild({
    name,
    command: process.execPath,
    args: ['templates/node24-ts/index.ts', '--entry', 'functions/backup/handler.ts', '--port', '0'],
    cwd: ROOT,
    env: {
      PATH: processEnv().PATH ?? '',
      SECRETS_DIR: secrets,
      S3_ENDPOINT: inject('servers').s3.endpoint,
      S3_BUCKET_AVATARS: avatars,
      S3_BUCKET_TRANSCRIPTS: transcripts,
      S3_BUCKET_BACKUPS: stage.vault.backups,
      S3_BUCKET_COPIES: stage.vault.copies,
      BACKUP_S3_ENDPOINT: backupEndpoint,
      MIGRATIONS_DIR,
      TARIFF_FILE: join(ROOT, 'tariff.yml'),
      GATEWAY_URL: 'http://127.0.0.1:1',
    },
    logFile: join(folder, `${name}.log`),
    ipc: true,
  })
  const { port } = z.object({ port: z.int() }).parse(await child.waitForMessage(READY_MS))
  const client = parseClients(CLIENTS).find('client')
  if (!client) throw new Error('There is no client.')
  const tokenFor = createTokenSource(client)
  return {
    backup: async () => {
      const headers = { authorization: `Bearer ${await tokenFor('backup')}` }
      const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers })
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
    },
    kill: async () => {
      const gone = once(child.process, 'exit')
      child.process.kill('SIGKILL')
      await gone
    },
    stop: () => child.stop(STOP_MS),
  }
}
