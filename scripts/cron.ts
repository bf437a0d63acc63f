/**
 * The service cron of docker-compose.yml: calls the functions that have a schedule in stack.yml, with a token of the client `cron`, and makes
 * the calls that nobody waits for.
 */
import { dirname, join } from 'node:path'
import { parseClients } from '#shared/platform/clients.ts'
import { type Env, processEnv } from '#shared/platform/env.ts'
import { createSecretReader } from '#shared/platform/secrets.ts'
import { createTokenSource } from '#shared/platform/tokens.ts'
import { type RunningCron, startCron } from '../local/cron.ts'
import { readStackYml } from '../local/stack-yml.ts'
import { serveWakeUps } from './compose/wake-ups.ts'

/** Where deploy/caddy/Caddyfile sends /async-function. */
const WAKE_UPS_PORT = 8_001
const stackFile = join(dirname(import.meta.dirname), 'stack.yml')

/**
 * Starts the schedules with GATEWAY_URL and the secret api-clients of `env`.
 * @throws Error naming what is missing
 */
export const startScheduler = (env: Env, say: (line: string) => void): RunningCron => {
  const { GATEWAY_URL: gatewayUrl } = env
  if (!gatewayUrl) throw new Error('GATEWAY_URL is not set.')
  const text = createSecretReader(env)('api-clients')
  const client = text === undefined ? undefined : parseClients(text).find('cron')
  if (!client) throw new Error('The secret api-clients is missing, or holds no client cron.')
  const functions = readStackYml(stackFile).filter(({ schedule }) => schedule !== undefined)
  for (const { name, schedule } of functions) say(`cron: ${name} at ${schedule} UTC`)
  return startCron({ functions, gatewayUrl, tokenFor: createTokenSource(client), say })
}

if (import.meta.main) {
  const env = processEnv()
  const say = (line: string): void => console.log(line)
  const cron = startScheduler(env, say)
  const wakeUps = await serveWakeUps({
    gatewayUrl: env.GATEWAY_URL ?? '',
    port: WAKE_UPS_PORT,
    host: '0.0.0.0',
    say,
  })
  const stop = async (): Promise<void> => {
    cron.stop()
    await wakeUps.close()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())
}
