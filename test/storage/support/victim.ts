import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config } from '#shared/platform/config.ts'
import { processEnv } from '#shared/platform/env.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const START_TIMEOUT_MS = 30_000

/** A function in a process of its own, which is there to be killed. */
export type Victim = { url: string; kill: () => void; gone: Promise<unknown>; output: () => string }

const clientsText = ({ clients }: Config): string =>
  JSON.stringify({
    clients: clients.ids().flatMap((id) => {
      const client = clients.find(id)
      if (!client) return []
      const keys = client.keys.map((key) => key.export().toString('utf8'))
      return [{ id, scopes: [...client.scopes], keys, internal: client.internal }]
    }),
  })

const masterKeysText = ({ masterKeys }: Config): string =>
  JSON.stringify({
    current: masterKeys?.current,
    keys: Object.fromEntries([...(masterKeys?.keys ?? [])].map(([id, key]) => [id, key.toString('base64')])),
  })

/** What the house's function was opened with, as a process is given it (in development secrets may be variables). */
const environmentOf = (config: Config): Record<string, string> => {
  const { storage, telegram } = config
  if (!storage || !telegram) throw new Error('The house has a store and a simulator.')
  const { PATH = '', HOME = '' } = processEnv()
  return {
    PATH,
    HOME,
    TZ: 'UTC',
    NODE_ENV: 'development',
    SECRETS_DIR: '/nonexistent',
    LOG_LEVEL: 'warn',
    RATE_LIMITS: 'off',
    GATEWAY_URL: config.gatewayUrl,
    TARIFF_FILE: config.tariffFile,
    DATABASE_URL: config.databaseUrl ?? '',
    REDIS_URL: config.redisUrl ?? '',
    S3_ENDPOINT: storage.endpoint,
    S3_ACCESS_KEY: storage.accessKey,
    S3_SECRET_KEY: storage.secretKey,
    S3_BUCKET_AVATARS: storage.buckets.avatars,
    S3_BUCKET_TRANSCRIPTS: storage.buckets.transcripts,
    S3_BUCKET_BACKUPS: storage.buckets.backups,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    TELEGRAM_BOT_TOKEN: telegram.token,
    API_CLIENTS: clientsText(config),
    METRICS_TOKEN: config.metricsToken,
    MASTER_KEYS: masterKeysText(config),
    SIGNING_KEY: config.signingKey ?? '',
    ...(config.speech
      ? { TRANSCRIBE_URL: config.speech.url, TRANSCRIBE_KEY: config.speech.key ?? 'none' }
      : {}),
  }
}

/** Starts a function as the local stack does, with this configuration. */
export const startVictim = async (functionName: string, config: Config): Promise<Victim> => {
  const child = fork(
    join(ROOT, 'templates/node24-ts/index.ts'),
    ['--entry', join(ROOT, 'functions', functionName, 'handler.ts'), '--port', '0'],
    { cwd: ROOT, env: environmentOf(config), execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const gone = once(child, 'exit')
  const listening = once(child, 'message', { signal: AbortSignal.timeout(START_TIMEOUT_MS) })
  const started = await Promise.race([listening, gone.then(() => undefined)])
  listening.catch(() => undefined)
  if (!started) throw new Error(`${functionName} ended at its start: ${output}`)
  const [{ port }] = started as [{ port: number }]
  return {
    url: `http://127.0.0.1:${port}`,
    kill: () => void child.kill('SIGKILL'),
    gone,
    output: () => output,
  }
}
