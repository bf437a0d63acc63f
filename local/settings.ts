import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Env } from '#shared/platform/env.ts'
import { StartProblem } from './start-problem.ts'

/** What the environment says about this start, checked. Undefined = the embedded part is started. */
export type Settings = {
  home: string
  gatewayPort: number
  databaseUrl: string | undefined
  appDatabaseUrl: string | undefined
  /** Connections of a PgBouncer between the functions and the database; undefined = none. */
  pgbouncerPool: number | undefined
  redisUrl: string | undefined
  s3: { endpoint: string; accessKey: string; secretKey: string } | undefined
  telegramApiRoot: string | undefined
  telegramToken: string | undefined
  /** Of BotFather, for payments in money inside Telegram. */
  providerToken: string | undefined
  yookassa: { apiRoot: string; shopId: string; secretKey: string } | undefined
  /** Whether YooKassa's payments are test payments; undefined = as the simulator or the real shop has them by default. */
  yookassaTest: boolean | undefined
  yookassaReturnUrl: string | undefined
  /** Speech to text, where a server of one's own is named. */
  speech: { url: string; key: string | undefined; model: string | undefined } | undefined
  /** Where people reach the cabinet, if not at the gateway. */
  cabinetUrl: string | undefined
  /** As given: `notify` checks it. */
  operatorTelegramIds: string | undefined
  /** `auto`: an empty or unusable database is restored from the newest backup at the start. */
  recover: 'auto' | 'off'
  /** Called after each good backup. */
  backupHeartbeatUrl: string | undefined
  rateLimits: 'on' | 'off'
  logLevel: string
  path: string
  homeFolder: string
}

const DEFAULT_PORT = '8080'
const YOOKASSA_API_ROOT = 'https://api.yookassa.ru'
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

const wrong = (name: string, what: string): never => {
  throw new StartProblem(`${name} ${what}`)
}

const readUrl = (env: Env, name: string, protocols: readonly string[]): string | undefined => {
  const text = env[name]?.trim()
  if (!text) return undefined
  // never shows the value: it may hold a password
  const url = URL.canParse(text)
    ? new URL(text)
    : wrong(name, `is no address: it must look like ${protocols[0]}//host:port/...`)
  if (!protocols.includes(url.protocol))
    wrong(name, `must begin with ${protocols.map((one) => `${one}//`).join(' or ')}`)
  return text.replace(/\/+$/, '')
}

const readPort = (env: Env): number => {
  const text = env.GATEWAY_PORT?.trim() || DEFAULT_PORT
  const port = Number(text)
  const isPort = /^\d{1,5}$/.test(text) && port <= 65_535
  return isPort
    ? port
    : wrong('GATEWAY_PORT', `is "${text}": it must be a number from 0 to 65535 (0 = any free one)`)
}

const readPool = (env: Env): number | undefined => {
  const text = env.PGBOUNCER_POOL?.trim()
  if (!text) return undefined
  return /^[1-9]\d{0,2}$/.test(text)
    ? Number(text)
    : wrong('PGBOUNCER_POOL', `is "${text}": it must be a number of connections from 1 to 999`)
}

const readChoice = <T extends string>(env: Env, name: string, choices: readonly T[], fallback: T): T => {
  const text = env[name]?.trim() || fallback
  return (
    choices.find((one) => one === text) ?? wrong(name, `is "${text}": it must be ${choices.join(' or ')}`)
  )
}

const readS3 = (env: Env): Settings['s3'] => {
  const endpoint = readUrl(env, 'S3_ENDPOINT', ['http:', 'https:'])
  if (endpoint === undefined) return undefined
  const { S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey } = env
  if (!accessKey || !secretKey) return wrong('S3_ENDPOINT', 'needs S3_ACCESS_KEY and S3_SECRET_KEY beside it')
  return { endpoint, accessKey, secretKey }
}

const readToken = (env: Env): string | undefined => {
  const token = env.TELEGRAM_BOT_TOKEN?.trim()
  if (!token) return undefined
  if (!/^\d+:[\w-]{20,}$/.test(token))
    wrong('TELEGRAM_BOT_TOKEN', 'must look like 123456:ABC..., as BotFather gives it')
  return token
}

const readProviderToken = (env: Env): string | undefined => {
  const token = env.TELEGRAM_PROVIDER_TOKEN?.trim()
  if (!token) return undefined
  if (!/^(?=.{10,256}$)\d+:[\w:.-]+$/.test(token))
    wrong('TELEGRAM_PROVIDER_TOKEN', 'must look like 123456:TEST:..., as BotFather gives it')
  return token
}

const readYookassa = (env: Env): Settings['yookassa'] => {
  const apiRoot = readUrl(env, 'YOOKASSA_API_ROOT', ['https:', 'http:'])
  const shopId = env.YOOKASSA_SHOP_ID?.trim()
  const secretKey = env.YOOKASSA_SECRET_KEY?.trim()
  if (!shopId && !secretKey && apiRoot === undefined) return undefined
  if (!shopId) return wrong('YOOKASSA_SHOP_ID', 'is missing beside the other settings of YooKassa')
  if (!secretKey) return wrong('YOOKASSA_SECRET_KEY', 'is missing beside YOOKASSA_SHOP_ID')
  // as strict as the functions that read the secret: said here it names the variable
  if (!/^\d{1,20}$/.test(shopId))
    wrong('YOOKASSA_SHOP_ID', 'must be the number that YooKassa shows for the shop')
  if (!/^[\x21-\x7e]{8,256}$/.test(secretKey))
    wrong('YOOKASSA_SECRET_KEY', 'must be 8 to 256 visible characters')
  return { apiRoot: apiRoot ?? YOOKASSA_API_ROOT, shopId, secretKey }
}

const readSpeech = (env: Env): Settings['speech'] => {
  const url = readUrl(env, 'TRANSCRIBE_URL', ['http:', 'https:'])
  if (url === undefined) return undefined
  const [key, model] = [env.TRANSCRIBE_KEY?.trim(), env.TRANSCRIBE_MODEL?.trim()]
  // as strict as the function that reads them: said here it names the variable
  if (key && !/^[\x21-\x7e]{1,1024}$/.test(key)) wrong('TRANSCRIBE_KEY', 'must be visible characters')
  if (model && !/^[\w./:-]{1,128}$/.test(model)) wrong('TRANSCRIBE_MODEL', 'must be the name of a model')
  return { url, key: key || undefined, model: model || undefined }
}

const readFlag = (env: Env, name: string): boolean | undefined =>
  env[name]?.trim() ? readChoice(env, name, ['true', 'false'], 'false') === 'true' : undefined

/**
 * Reads the environment of `npm start`. Pure.
 * @throws StartProblem naming the variable that is wrong
 */
export const readSettings = (env: Env, cwd: string): Settings => {
  const databaseUrl = readUrl(env, 'DATABASE_URL', ['postgres:', 'postgresql:'])
  const appDatabaseUrl = readUrl(env, 'APP_DATABASE_URL', ['postgres:', 'postgresql:'])
  if (appDatabaseUrl && !databaseUrl)
    wrong('APP_DATABASE_URL', 'needs DATABASE_URL (the owner of the database) beside it')
  const home = (env.KOPEIKA_HOME?.trim() || '.kopeika').replace(/^~(?=\/|$)/, homedir())
  return {
    home: resolve(cwd, home),
    gatewayPort: readPort(env),
    databaseUrl,
    appDatabaseUrl,
    pgbouncerPool: readPool(env),
    redisUrl: readUrl(env, 'REDIS_URL', ['redis:', 'rediss:', 'redis+cluster:', 'redis+sentinel:']),
    s3: readS3(env),
    telegramApiRoot: readUrl(env, 'TELEGRAM_API_ROOT', ['http:', 'https:']),
    telegramToken: readToken(env),
    providerToken: readProviderToken(env),
    yookassa: readYookassa(env),
    yookassaTest: readFlag(env, 'YOOKASSA_TEST'),
    yookassaReturnUrl: readUrl(env, 'YOOKASSA_RETURN_URL', ['https:', 'http:']),
    speech: readSpeech(env),
    cabinetUrl: readUrl(env, 'CABINET_URL', ['https:', 'http:']),
    operatorTelegramIds: env.OPERATOR_TELEGRAM_IDS?.trim() || undefined,
    recover: readChoice(env, 'RECOVER', ['auto', 'off'], 'off'),
    backupHeartbeatUrl: readUrl(env, 'BACKUP_HEARTBEAT_URL', ['https:', 'http:']),
    rateLimits: readChoice(env, 'RATE_LIMITS', ['on', 'off'], 'on'),
    logLevel: readChoice(env, 'LOG_LEVEL', LOG_LEVELS, 'info'),
    path: env.PATH ?? join('/usr', 'bin'),
    homeFolder: env.HOME ?? homedir(),
  }
}

/** A real bot, or a stand-in of the person's own: then nothing is made up beside it. */
export const isTelegramOutside = ({ telegramToken, telegramApiRoot }: Settings): boolean =>
  telegramToken !== undefined || telegramApiRoot !== undefined
