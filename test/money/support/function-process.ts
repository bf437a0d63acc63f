import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config } from '#shared/platform/config.ts'
import type { MasterKeys } from '#shared/platform/crypto.ts'
import { processEnv } from '#shared/platform/env.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const START_TIMEOUT_MS = 30_000

/** A function in a process of its own, as the local stack starts it. */
export type FunctionProcess = {
  url: string
  /** SIGKILL: nothing is finished, nothing is closed. */
  kill: () => void
  /** SIGTERM: it finishes what has begun. */
  terminate: () => void
  exitCode: () => number | null
  /** Resolves when it is gone. */
  gone: Promise<void>
  /** What it has written so far. */
  output: () => string
}

export type Launcher = {
  start: (functionName: string) => Promise<FunctionProcess>
  /** Kills what runs and removes the secrets. */
  close: () => Promise<void>
}

/** The secrets that a running function of the house was opened with, as files; the functions of a launcher share them. */
const writeSecrets = (folder: string, config: Config): void => {
  const clients = config.clients.ids().flatMap((id) => {
    const client = config.clients.find(id)
    return client ? [client] : []
  })
  const apiClients = {
    clients: clients.map(({ id, scopes, keys, internal }) => ({
      id,
      scopes: [...scopes],
      keys: keys.map((key) => key.export().toString('utf8')),
      internal,
    })),
  }
  const secrets: Record<string, string | undefined> = {
    'database-url': config.databaseUrl,
    'redis-url': config.redisUrl,
    's3-access-key': config.storage?.accessKey,
    's3-secret-key': config.storage?.secretKey,
    'telegram-bot-token': config.telegram?.token,
    'telegram-webhook-secret': config.webhookSecret,
    'api-clients': JSON.stringify(apiClients),
    'metrics-token': config.metricsToken,
    'signing-key': config.signingKey,
    'payment-providers': JSON.stringify(secretOfProviders(config.providers)),
    'master-keys': config.masterKeys && JSON.stringify(textOfMasterKeys(config.masterKeys)),
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const [name, text] of Object.entries(secrets)) {
    if (text !== undefined) writeFileSync(join(folder, name), text, { mode: 0o600 })
  }
}

/** The file holds only what is secret; addresses and networks come as variables. */
const secretOfProviders = (providers: Config['providers']) => {
  const { telegram, yookassa } = providers ?? {}
  return {
    ...(telegram ? { telegram } : {}),
    ...(yookassa
      ? { yookassa: { shopId: yookassa.shopId, secretKey: yookassa.secretKey, test: yookassa.test } }
      : {}),
  }
}

const textOfMasterKeys = ({ current, keys }: MasterKeys) => ({
  current,
  keys: Object.fromEntries([...keys].map(([id, key]) => [id, key.toString('base64')])),
})

/** Starts functions as processes with the configuration of one that runs in the test house, changed where a proxy stands between. */
export const createLauncher = (config: Config): Launcher => {
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-crash-'))
  const secrets = join(folder, 'secrets')
  writeSecrets(secrets, config)
  const { PATH = '', HOME = '' } = processEnv()
  const { storage, telegram, providers } = config
  const env: Record<string, string> = {
    PATH,
    HOME,
    TZ: 'UTC',
    NODE_ENV: 'development',
    // compiled code is kept: each of some hundred starts takes half the time
    NODE_COMPILE_CACHE: join(folder, 'cache'),
    SECRETS_DIR: secrets,
    GATEWAY_URL: config.gatewayUrl,
    TARIFF_FILE: config.tariffFile,
    LOG_LEVEL: 'warn',
    RATE_LIMITS: 'off',
    ...(telegram ? { TELEGRAM_API_ROOT: telegram.apiRoot } : {}),
    ...(storage
      ? {
          S3_ENDPOINT: storage.endpoint,
          S3_PUBLIC_ENDPOINT: storage.endpoint,
          S3_REGION: storage.region,
          S3_BUCKET_AVATARS: storage.buckets.avatars,
          S3_BUCKET_TRANSCRIPTS: storage.buckets.transcripts,
          S3_BUCKET_BACKUPS: storage.buckets.backups,
        }
      : {}),
    ...(providers?.yookassa
      ? {
          YOOKASSA_API_ROOT: providers.yookassa.apiRoot,
          YOOKASSA_RETURN_URL: providers.yookassa.returnUrl,
          YOOKASSA_NETWORKS: '127.0.0.0/8,::1/128',
        }
      : {}),
  }
  const running = new Set<ChildProcess>()

  const start = async (functionName: string): Promise<FunctionProcess> => {
    const child = fork(
      join(ROOT, 'templates/node24-ts/index.ts'),
      ['--entry', join(ROOT, 'functions', functionName, 'handler.ts'), '--port', '0'],
      { cwd: ROOT, env, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
    )
    running.add(child)
    const output: string[] = []
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
    const gone = once(child, 'exit').then(() => void running.delete(child))
    const listening = once(child, 'message', { signal: AbortSignal.timeout(START_TIMEOUT_MS) })
    const [message] = (await Promise.race([
      listening,
      gone.then(() => {
        throw new Error(`${functionName} ended at its start: ${output.join('')}`)
      }),
    ])) as [{ port: number }]
    listening.catch(() => undefined)
    return {
      url: `http://127.0.0.1:${message.port}`,
      kill: () => void child.kill('SIGKILL'),
      terminate: () => void child.kill('SIGTERM'),
      exitCode: () => child.exitCode,
      gone,
      output: () => output.join(''),
    }
  }

  const close = async (): Promise<void> => {
    const ends = [...running].map((child) => once(child, 'exit'))
    for (const child of running) child.kill('SIGKILL')
    await Promise.all(ends)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  return { start, close }
}
