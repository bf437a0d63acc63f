import { z } from 'zod'
import { type BackupConfig, type RecoveryConfig, readBackup, readRecovery } from './backup-config.ts'
import { type Clients, parseClients } from './clients.ts'
import { type MasterKeys, parseMasterKeys } from './crypto.ts'
import type { Env } from './env.ts'
import { type PageConfig, readCabinetUrl, readPage } from './page-config.ts'
import { type ProvidersConfig, parseProviders } from './payment-providers.ts'
import type { ReadSecret, SecretName } from './secrets.ts'
import { parseSpeech, type SpeechConfig } from './speech.ts'

/** Parts of the outside that a function may need; only these are configured, checked and opened. */
export type Need =
  | 'database'
  | 'redis'
  | 'storage'
  | 'telegram'
  | 'webhook'
  | 'envelope'
  | 'signing'
  | 'providers'
  | 'speech'
  | 'page'
  | 'backup'
  | 'recovery'

export type StorageConfig = {
  endpoint: string
  /** Where people's browsers reach the store; presigned urls carry it. */
  publicEndpoint: string
  region: string
  accessKey: string
  secretKey: string
  buckets: { avatars: string; transcripts: string; backups: string }
}

export type Config = {
  functionName: string
  logLevel: string
  gatewayUrl: string
  tariffFile: string
  rateLimits: boolean
  allowCronWakeup: boolean
  deadlineMs: number
  clients: Clients
  metricsToken: string
  databaseUrl: string | undefined
  redisUrl: string | undefined
  storage: StorageConfig | undefined
  telegram: { token: string; apiRoot: string } | undefined
  webhookSecret: string | undefined
  masterKeys: MasterKeys | undefined
  signingKey: string | undefined
  /** Card providers; each may be missing. */
  providers: ProvidersConfig | undefined
  /** An OpenAI-compatible server that turns speech into text; undefined where there is none. */
  speech?: SpeechConfig | undefined
  /** Where people open the cabinet, with a slash at its end; undefined where nobody has said. */
  cabinetUrl?: string | undefined
  /** The page of a function that has one. */
  page?: PageConfig | undefined
  /** Where backups go, and with which keys; only `backup` has it. */
  backup?: BackupConfig | undefined
  /** What opens backups; only `restore-check` has it. */
  recovery?: RecoveryConfig | undefined
  /** Telegram ids of the operators: `notify` tells them what they must look at. */
  operators?: readonly number[]
  /** Pictures decoded at once by one process; as many as it has cores unless said. */
  imageConcurrency?: number | undefined
}

/** Everything that is wrong with the configuration at once: an operator fixes it in one go, not one line a restart. */
export class ConfigError extends Error {
  override name = 'ConfigError' as const
  readonly problems: string[]
  constructor(functionName: string, problems: string[]) {
    super(
      `The configuration of ${functionName} has ${problems.length} problem(s):\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    )
    this.problems = problems
  }
}

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) address' })
  .transform((url) => url.replace(/\/+$/, ''))
const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be a bucket name (3-63 of a-z 0-9 . -)')
const databaseUrl = z.string().regex(/^postgres(ql)?:\/\/.+/, 'must start with postgres:// or postgresql://')
const redisUrl = z
  .string()
  .regex(/^(redis|rediss|redis\+sentinel|redis\+cluster):\/\/.+/, 'must start with redis:// or rediss://')
const botToken = z.string().regex(/^\d+:[\w-]{20,}$/, 'must look like 123456:ABC... as BotFather gives it')
const hookSecret = z.string().regex(/^[\w-]{16,256}$/, 'must be 16-256 characters of A-Z a-z 0-9 _ -')
const longText = z.string().min(32, 'must be at least 32 characters long')
const flag = (name: string) => z.enum(['true', 'false'], { error: `${name} must be true or false` })
const telegramIds = z
  .string()
  .regex(/^[1-9]\d{0,15}( *, *[1-9]\d{0,15})*$/, 'must be Telegram ids (numbers), with commas between them')
  .transform((text) => [...new Set(text.split(',').map(Number))])
const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])

/**
 * Reads and checks the configuration of one function. Pure: the environment and the secrets are handed in.
 * @throws ConfigError naming every problem
 */
export const loadConfig = (
  functionName: string,
  needs: readonly Need[],
  env: Env,
  readSecret: ReadSecret,
): Config => {
  const problems: string[] = []
  const needed = new Set(needs)

  const check = <T>(label: string, schema: z.ZodType<T>, value: string | undefined): T | undefined => {
    if (value === undefined || value === '') {
      problems.push(`${label} is not set`)
      return undefined
    }
    const result = schema.safeParse(value)
    if (result.success) return result.data
    problems.push(`${label}: ${result.error.issues.map((issue) => issue.message).join('; ')}`)
    return undefined
  }
  const secret = <T>(name: SecretName, schema: z.ZodType<T>): T | undefined => {
    try {
      return check(`secret ${name}`, schema, readSecret(name))
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error))
      return undefined
    }
  }
  const parsed = <T>(name: SecretName, parse: (text: string) => T): T | undefined => {
    const text = secret(name, z.string())
    if (text === undefined) return undefined
    try {
      return parse(text)
    } catch (error) {
      problems.push(`secret ${name}: ${error instanceof Error ? error.message : 'cannot be read'}`)
      return undefined
    }
  }
  const variable = <T>(name: string, schema: z.ZodType<T>, fallback?: string): T | undefined =>
    check(name, schema, env[name] || fallback)
  const readText = (name: SecretName): string => secret(name, z.string()) ?? ''
  const when = <T>(need: Need, read: () => T): T | undefined => (needed.has(need) ? read() : undefined)

  const endpoint = when('storage', () => variable('S3_ENDPOINT', httpUrl))
  const loaded = {
    functionName,
    logLevel: variable('LOG_LEVEL', logLevel, 'info'),
    gatewayUrl: variable('GATEWAY_URL', httpUrl, 'http://gateway:8080'),
    tariffFile: env.TARIFF_FILE || './tariff.yml',
    rateLimits:
      variable('RATE_LIMITS', z.enum(['on', 'off'], { error: 'must be on or off' }), 'on') !== 'off',
    allowCronWakeup: variable('ALLOW_CRON_WAKEUP', flag('ALLOW_CRON_WAKEUP'), 'false') === 'true',
    deadlineMs: variable('DEADLINE_MS', z.coerce.number().int().min(100).max(60_000), '8000'),
    clients: parsed('api-clients', parseClients),
    metricsToken: secret('metrics-token', z.string().min(16, 'must be at least 16 characters long')),
    databaseUrl: when('database', () => secret('database-url', databaseUrl)),
    redisUrl: when('redis', () => secret('redis-url', redisUrl)),
    storage: when('storage', () => ({
      endpoint: endpoint ?? '',
      publicEndpoint: variable('S3_PUBLIC_ENDPOINT', httpUrl, endpoint) ?? '',
      region: env.S3_REGION || 'us-east-1',
      accessKey: secret('s3-access-key', z.string()) ?? '',
      secretKey: secret('s3-secret-key', z.string()) ?? '',
      buckets: {
        avatars: variable('S3_BUCKET_AVATARS', bucketName, 'kopeika-avatars') ?? '',
        transcripts: variable('S3_BUCKET_TRANSCRIPTS', bucketName, 'kopeika-transcripts') ?? '',
        backups: variable('S3_BUCKET_BACKUPS', bucketName, 'kopeika-backups') ?? '',
      },
    })),
    telegram: when('telegram', () => ({
      token: secret('telegram-bot-token', botToken) ?? '',
      apiRoot: variable('TELEGRAM_API_ROOT', httpUrl, 'https://api.telegram.org') ?? '',
    })),
    webhookSecret: when('webhook', () => secret('telegram-webhook-secret', hookSecret)),
    masterKeys: when('envelope', () => parsed('master-keys', parseMasterKeys)),
    signingKey: when('signing', () => secret('signing-key', longText)),
    providers: when('providers', () => parsed('payment-providers', (text) => parseProviders(text, env))),
    speech: when('speech', () => parseSpeech(env, readSecret, problems)),
    cabinetUrl: readCabinetUrl(env, problems),
    page: when('page', () => readPage(env, problems)),
    backup: when('backup', () => readBackup(env, { text: readText, problems })),
    recovery: when('recovery', () => readRecovery(env, { text: readText, problems })),
    imageConcurrency: env.IMAGE_CONCURRENCY
      ? variable('IMAGE_CONCURRENCY', z.coerce.number().int().min(1).max(64))
      : undefined,
    operators: env.OPERATOR_TELEGRAM_IDS ? (variable('OPERATOR_TELEGRAM_IDS', telegramIds) ?? []) : [],
  }
  const { clients, metricsToken, gatewayUrl, deadlineMs } = loaded
  if (problems.length > 0 || !clients || !metricsToken || !gatewayUrl || !deadlineMs || !loaded.logLevel) {
    throw new ConfigError(functionName, problems)
  }
  return Object.freeze({
    ...loaded,
    logLevel: loaded.logLevel,
    clients,
    metricsToken,
    gatewayUrl,
    deadlineMs,
  })
}

/** The effective configuration as one log line may show it: no secret, no password. */
export const describeConfig = (config: Config): Record<string, unknown> => ({
  function: config.functionName,
  gatewayUrl: config.gatewayUrl,
  tariffFile: config.tariffFile,
  rateLimits: config.rateLimits,
  deadlineMs: config.deadlineMs,
  clients: config.clients.ids(),
  storage: config.storage && {
    endpoint: config.storage.endpoint,
    publicEndpoint: config.storage.publicEndpoint,
  },
  telegram: config.telegram && { apiRoot: config.telegram.apiRoot },
  speech: config.speech && { url: config.speech.url, model: config.speech.model },
  providers: config.providers && {
    telegram: config.providers.telegram && { currency: config.providers.telegram.currency },
    yookassa: config.providers.yookassa && {
      shopId: config.providers.yookassa.shopId,
      test: config.providers.yookassa.test,
      apiRoot: config.providers.yookassa.apiRoot,
    },
  },
})
