import { join } from 'node:path'
import { parseClients } from '#shared/platform/clients.ts'
import { createTokenSource } from '#shared/platform/tokens.ts'
import { keyOfClient } from './clients.ts'
import { type RunningCron, startCron } from './cron.ts'
import { type RunningFunctions, startFunctions } from './functions.ts'
import { functionsEnv, type Parts } from './functions-env.ts'
import type { Gateway } from './gateway.ts'
import { handBackupSecretsOver } from './parts/backup.ts'
import { startDatabasePart } from './parts/database.ts'
import { buildPages } from './parts/page.ts'
import { describePart, type PartContext } from './parts/part.ts'
import { startRedisPart } from './parts/redis.ts'
import { startS3Part } from './parts/s3.ts'
import { startSpeechPart } from './parts/speech.ts'
import { startTelegramPart } from './parts/telegram.ts'
import { startYookassaPart, type YookassaPart } from './parts/yookassa.ts'
import { providersOf } from './payment-providers.ts'
import { writeRunSecrets } from './secrets.ts'
import { BUCKETS } from './services/s3-buckets.ts'
import { removeStackFile, type StackDescription, writeStackFile } from './stack-file.ts'
import type { StackFunction } from './stack-yml.ts'
import type { Watchdog } from './watchdog.ts'

/** How a part is stopped; pushed as soon as it is up, run in the reverse order. */
export type Closers = (() => Promise<void> | void)[]

const GATEWAY_GRACE_MS = 4_000

/** The services side by side: PostgreSQL takes longest. */
const startParts = async (context: PartContext, closers: Closers): Promise<Parts> => {
  const closed = async <T extends { stop: () => Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const part = await starting
    // came up too late: everything else is being stopped already
    if (context.signal.aborted) await part.stop()
    else closers.push(part.stop)
    return part
  }
  // an empty database may have to be restored from there
  const store = closed(startS3Part(context))
  const [database, redis, s3, telegram, yookassa, speech] = await Promise.all([
    closed(startDatabasePart({ ...context, backupStore: store })),
    closed(startRedisPart(context)),
    store,
    closed(startTelegramPart(context)),
    closed(startYookassaPart(context)),
    closed(startSpeechPart(context)),
  ])
  return { database, redis, s3, telegram, yookassa, speech }
}

const handSecretsOver = (context: PartContext, parts: Parts): void => {
  const { database, redis, s3, telegram } = parts
  writeRunSecrets(context.home, {
    appDatabaseUrl: database.appUrl,
    redisUrl: redis.url,
    s3AccessKey: s3.accessKey,
    s3SecretKey: s3.secretKey,
    telegramToken: telegram.token,
    speechKey: parts.speech.key,
    providers: providersOf(context.settings, context.secrets, parts.yookassa.shop),
  })
}

/** How near to an image the functions run: behind this of-watchdog, and from their bundles. */
export type Wrapping = { watchdogProgram: string | undefined; bundles: boolean }

const WATCHDOG_KEYS =
  /^(exec_timeout|read_timeout|write_timeout|healthcheck_interval|max_inflight|http_buffer_req_body)$/

const watch = ({ home }: PartContext, program: string, functions: readonly StackFunction[]): Watchdog => ({
  program,
  scratch: join(home.root, 'watchdog'),
  environments: Object.fromEntries(
    functions.map(({ name, environment }) => [
      name,
      Object.fromEntries(Object.entries(environment).filter(([key]) => WATCHDOG_KEYS.test(key))),
    ]),
  ),
})

const startAllFunctions = (
  context: PartContext,
  parts: Parts,
  gateway: Gateway,
  functions: readonly StackFunction[],
  { watchdogProgram, bundles }: Wrapping,
): Promise<RunningFunctions> => {
  const since = performance.now()
  const wasUp = new Set<string>()
  const watchdog = watchdogProgram === undefined ? undefined : watch(context, watchdogProgram, functions)
  return startFunctions({
    names: functions.map(({ name }) => name),
    root: context.root,
    env: functionsEnv(context, parts, gateway.url, bundles),
    logsFolder: context.home.logs,
    tracker: context.tracker,
    watchdog,
    bundles,
    say: context.say,
    signal: context.signal,
    onPort: (name, port) => {
      gateway.setPort(name, port)
      if (port === undefined) return
      const where = `${gateway.url}/function/${name}`
      context.say(wasUp.has(name) ? `${name}: up again` : describePart(name, where, since))
      wasUp.add(name)
    },
  })
}

const schedule = (
  { secrets, say }: PartContext,
  functions: readonly StackFunction[],
  gatewayUrl: string,
): RunningCron => {
  const client = parseClients(secrets.apiClients).find('cron')
  if (!client) throw new Error('There is no client cron.')
  return startCron({ functions, gatewayUrl, tokenFor: createTokenSource(client), say })
}

const describeYookassa = ({ shop, control }: YookassaPart, webhook: string): StackDescription['yookassa'] => {
  if (shop === undefined) return null
  const { apiRoot, shopId, secretKey } = shop
  return { apiRoot, shopId, secretKey, webhook, control: control ?? null }
}

const describeStack = (
  { secrets }: PartContext,
  { database, redis, s3, telegram, yookassa, speech }: Parts,
  gatewayUrl: string,
  webhooks: { telegram: StackDescription['webhook']; yookassa: string },
): StackDescription => {
  const clientOf = (id: string) => ({ id, secret: keyOfClient(secrets.apiClients, id) })
  const { endpoint, accessKey, secretKey } = s3
  return {
    gateway: gatewayUrl,
    webhook: webhooks.telegram,
    telegram: { apiRoot: telegram.apiRoot, token: telegram.token, page: telegram.page ?? null },
    yookassa: describeYookassa(yookassa, webhooks.yookassa),
    speech: speech.url === undefined ? null : { url: speech.url, control: speech.control ?? null },
    databaseUrl: database.ownerUrl,
    appDatabaseUrl: database.appUrl,
    redisUrl: redis.url,
    s3: { endpoint, accessKey, secretKey, buckets: BUCKETS },
    client: clientOf('client'),
    limitedClient: clientOf('limited-client'),
    metricsToken: secrets.metricsToken,
    pid: process.pid,
  }
}

/**
 * Starts everything behind a gateway that listens already: services, functions, updates, cron; writes stack.json. Gives the chat
 * page's address, where there is one.
 * @throws StartProblem
 */
export const bringUp = async (
  context: PartContext,
  gateway: Gateway,
  functions: readonly StackFunction[],
  closers: Closers,
  wrapping: Wrapping,
): Promise<{ page: string | undefined; roll: RunningFunctions['roll'] }> => {
  const { home, secrets, settings, say } = context
  if (settings.rateLimits === 'off') say('rate limits are OFF (RATE_LIMITS=off): for benchmarks only')
  const parts = await startParts(context, closers)
  handSecretsOver(context, parts)
  await handBackupSecretsOver(context, parts)
  const names = functions.map(({ name }) => name)
  const build = async (chosen: readonly string[] = names): Promise<void> => {
    if (!wrapping.bundles) await buildPages({ root: context.root, home, names: chosen, say })
  }
  await build()
  const running = await startAllFunctions(context, parts, gateway, functions, wrapping)
  closers.push(running.stop)
  closers.push(() => gateway.close(GATEWAY_GRACE_MS))

  const webhooks = {
    telegram: { url: `${gateway.url}/function/dispatcher`, secret: secrets.webhookSecret },
    yookassa: `${gateway.url}/function/payment-webhook/yookassa`,
  }
  const has = (name: string): boolean => functions.some((one) => one.name === name)
  if (has('dispatcher')) await parts.telegram.connect(webhooks.telegram)
  if (has('payment-webhook')) parts.yookassa.connect(webhooks.yookassa)
  const cron = schedule(context, functions, gateway.url)
  closers.push(cron.stop)
  writeStackFile(home.stackFile, describeStack(context, parts, gateway.url, webhooks))
  closers.push(() => removeStackFile(home.stackFile))
  gateway.setReady(parts.telegram.page)
  const roll: RunningFunctions['roll'] = async (chosen) => {
    await build(chosen)
    await running.roll(chosen)
  }
  return { page: parts.telegram.page, roll }
}
