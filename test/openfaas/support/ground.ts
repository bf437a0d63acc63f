import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { makeBackupKeys } from '#shared/backup/keys.ts'
import { parseClients } from '#shared/platform/clients.ts'
import { processEnv } from '#shared/platform/env.ts'
import type { SecretName } from '#shared/platform/secrets.ts'
import { signToken } from '#shared/platform/tokens.ts'
import { completeClients } from '../../../local/clients.ts'
import { type Gateway, startGateway } from '../../../local/gateway.ts'
import { startTelegramSimulator, type TelegramSimulator } from '../../../local/telegram/server.ts'
import { createTestDatabase } from '../../support/database.ts'
import { createTestStorage } from '../../support/services.ts'
import { FUNCTIONS, NAMES } from './stack.ts'

/** Where functions run as on a platform: a gateway, services, and for each of them its own secrets as files and its own environment. */
export type Ground = {
  gateway: Gateway
  sim: TelegramSimulator
  webhookSecret: string
  /** The whole environment of a function: that of stack.yml with this run's addresses. */
  envOf: (name: string) => Record<string, string>
  call: (name: string, method: string, path: string, content?: Content) => Promise<Response>
  close: () => Promise<void>
}

export type Content = { body: string | Buffer<ArrayBuffer>; type: string }

/** Writes each function the secrets that stack.yml lists for it, and no others. */
const writeSecrets = (folder: string, texts: Record<SecretName, string>): void => {
  for (const [name, { secrets }] of Object.entries(FUNCTIONS)) {
    mkdirSync(join(folder, name))
    for (const secret of secrets) {
      const text = texts[secret as SecretName]
      if (text === undefined)
        throw new Error(`stack.yml names a secret that these tests do not know: ${secret}`)
      writeFileSync(join(folder, name, secret), text)
    }
  }
}

/** For beforeAll; `close` in afterAll. */
export const openGround = async (): Promise<Ground> => {
  const { redisUrl } = inject('servers')
  const database = await createTestDatabase()
  const storage = await createTestStorage()
  const sim = await startTelegramSimulator({
    port: 0,
    token: `${randomBytes(3).readUIntBE(0, 3) + 100_000}:${randomBytes(18).toString('hex')}`,
  })
  const gateway = await startGateway({ port: 0, names: NAMES, say: () => undefined })
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-secrets-'))
  const apiClients = completeClients(undefined)
  const webhookSecret = randomBytes(32).toString('hex')
  const backupKeys = await makeBackupKeys()
  writeSecrets(folder, {
    'database-url': database.appUrl,
    'redis-url': redisUrl,
    's3-access-key': storage.accessKey,
    's3-secret-key': storage.secretKey,
    'telegram-bot-token': sim.token,
    'telegram-webhook-secret': webhookSecret,
    'api-clients': apiClients,
    'metrics-token': randomBytes(32).toString('hex'),
    'master-keys': JSON.stringify({ current: 'k', keys: { k: randomBytes(32).toString('base64') } }),
    'signing-key': randomBytes(32).toString('hex'),
    'payment-providers': '{}',
    'transcribe-key': 'none',
    'backup-database-url': database.ownerUrl,
    'scratch-database-url': database.ownerUrl,
    'backup-recipients': backupKeys.recipients,
    'backup-signing-key': backupKeys.signingKey,
    'backup-identity': backupKeys.recoveryKey,
    'backup-s3-access-key': storage.accessKey,
    'backup-s3-secret-key': storage.secretKey,
  })
  const envOf = (name: string): Record<string, string> => ({
    ...FUNCTIONS[name]?.environment,
    PATH: processEnv().PATH ?? '',
    SECRETS_DIR: join(folder, name),
    GATEWAY_URL: gateway.url,
    TELEGRAM_API_ROOT: sim.apiRoot,
    S3_ENDPOINT: storage.endpoint,
    S3_PUBLIC_ENDPOINT: storage.endpoint,
    S3_BUCKET_AVATARS: storage.buckets.avatars,
    S3_BUCKET_TRANSCRIPTS: storage.buckets.transcripts,
    S3_BUCKET_BACKUPS: storage.buckets.backups,
    BACKUP_S3_ENDPOINT: storage.endpoint,
    S3_BUCKET_COPIES: `${storage.buckets.backups}-copies`,
  })
  const client = parseClients(apiClients).find('client')
  if (!client) throw new Error('There is no client named client.')
  const call: Ground['call'] = async (name, method, path, content) =>
    fetch(`${gateway.url}/function/${name}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await signToken(client, name)}`,
        ...(method === 'GET' ? {} : { 'idempotency-key': randomUUID() }),
        ...(content ? { 'content-type': content.type } : {}),
      },
      ...(content ? { body: content.body } : {}),
    })
  const close = async (): Promise<void> => {
    await gateway.close(0)
    await sim.close()
    await storage.drop()
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { gateway, sim, webhookSecret, envOf, call, close }
}
