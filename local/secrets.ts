import { randomBytes, randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { SecretName } from '#shared/platform/secrets.ts'
import { completeClients } from './clients.ts'
import type { Home } from './home.ts'
import { keepSecret, randomText, writeSecret } from './secret-files.ts'

/** What stays the same from start to start. */
export type KeptSecrets = {
  superuserPassword: string
  ownerPassword: string
  appPassword: string
  backupPassword: string
  redisPassword: string
  s3AccessKey: string
  s3SecretKey: string
  simulatorToken: string
  /** What the simulated shop has in place of BotFather's provider token and YooKassa's credentials. */
  providerToken: string
  yookassaShopId: string
  yookassaSecretKey: string
  webhookSecret: string
  apiClients: string
  metricsToken: string
}

const MasterKeys = z.object({
  current: z.string().min(1),
  keys: z.record(
    z.string(),
    z.string().refine((key) => Buffer.from(key, 'base64').length === 32, 'a key must be 32 bytes'),
  ),
})

const checkMasterKeys = (text: string): void => {
  const result = MasterKeys.safeParse(parseJson(text))
  if (!result.success) throw new Error(result.error.issues.map(({ message }) => message).join('; '))
  const { current, keys } = result.data
  if (!Object.hasOwn(keys, current)) throw new Error(`the current key ${current} is not among the keys`)
}

// the parser's own message would show a piece of the secret
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('it is not JSON')
  }
}

const makeMasterKeys = (): string =>
  JSON.stringify({ current: 'k1', keys: { k1: randomBytes(32).toString('base64') } })

/** Of the form that Telegram gives: the bot's id, a colon, 35 characters. */
const makeBotToken = (): string => `${randomInt(1_000_000_000, 9_999_999_999)}:AA${randomText(24)}K`

const checkBotToken = (text: string): void => {
  if (!/^\d+:[\w-]{20,}$/.test(text)) throw new Error('it is no bot token')
}

const checkShopId = (text: string): void => {
  if (!/^\d{3,20}$/.test(text)) throw new Error('it is no number of a shop')
}

const keepClients = (folder: string): string => {
  const name: SecretName = 'api-clients'
  const isNew = !existsSync(join(folder, name))
  const kept = keepSecret(
    folder,
    name,
    () => completeClients(undefined),
    (text) => void completeClients(text),
  )
  if (isNew) return kept
  const completed = completeClients(kept)
  if (completed !== kept) writeSecret(folder, name, completed)
  return completed
}

/**
 * Reads the secrets of a home, and makes those that are missing.
 * @throws StartProblem naming the damaged file
 */
export const keepSecrets = (home: Home): KeptSecrets => {
  keepSecret(home.secrets, 'master-keys', makeMasterKeys, checkMasterKeys)
  keepSecret(home.secrets, 'signing-key', randomText)
  return {
    superuserPassword: keepSecret(home.keys, 'postgres-superuser', randomText),
    ownerPassword: keepSecret(home.keys, 'database-owner', randomText),
    appPassword: keepSecret(home.keys, 'database-functions', randomText),
    backupPassword: keepSecret(home.keys, 'database-backups', randomText),
    redisPassword: keepSecret(home.keys, 'redis', randomText),
    s3AccessKey: keepSecret(home.keys, 's3-access-key', () => `kopeika${randomBytes(6).toString('hex')}`),
    s3SecretKey: keepSecret(home.keys, 's3-secret-key', randomText),
    simulatorToken: keepSecret(home.keys, 'simulator-token', makeBotToken, checkBotToken),
    providerToken: keepSecret(
      home.keys,
      'provider-token',
      () => `${randomInt(100_000_000, 999_999_999)}:TEST:${randomText(6)}`,
    ),
    yookassaShopId: keepSecret(
      home.keys,
      'yookassa-shop-id',
      () => String(randomInt(100_000, 999_999)),
      checkShopId,
    ),
    yookassaSecretKey: keepSecret(home.keys, 'yookassa-secret-key', () => `test_${randomText()}`),
    webhookSecret: keepSecret(home.secrets, 'telegram-webhook-secret', randomText),
    metricsToken: keepSecret(home.secrets, 'metrics-token', randomText),
    apiClients: keepClients(home.secrets),
  }
}

/** Where the parts of this run are: differs from start to start (ports), so these files are written each time. */
export type RunSecrets = {
  appDatabaseUrl: string
  redisUrl: string
  s3AccessKey: string
  s3SecretKey: string
  telegramToken: string
  providers: PaymentProviders
  /** Of the server of speech to text; undefined where it asks for none. */
  speechKey: string | undefined
}

/** The secret `payment-providers`: what there is beside Telegram Stars; empty = Stars alone. */
export type PaymentProviders = {
  telegram?: { token: string; currency: string }
  yookassa?: { shopId: string; secretKey: string; test: boolean }
}

/** Hands the functions the addresses and credentials of this run. */
export const writeRunSecrets = (home: Home, run: RunSecrets): void => {
  const files: [SecretName, string][] = [
    ['database-url', run.appDatabaseUrl],
    ['redis-url', run.redisUrl],
    ['s3-access-key', run.s3AccessKey],
    ['s3-secret-key', run.s3SecretKey],
    ['telegram-bot-token', run.telegramToken],
    ['payment-providers', JSON.stringify(run.providers)],
    ['transcribe-key', run.speechKey ?? 'none'],
  ]
  for (const [name, text] of files) writeSecret(home.secrets, name, text)
}
