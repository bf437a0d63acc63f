/** The scheduler of docker-compose.yml: calls the functions that have a schedule in stack.yml, with a token of the client `cron`. */
import { dirname, join } from 'node:path'
import { parseClients } from '#shared/platform/clients.ts'
import { type Env, processEnv } from '#shared/platform/env.ts'
import { createSecretReader } from '#shared/platform/secrets.ts'
import { createTokenSource } from '#shared/platform/tokens.ts'
import { type RunningCron, startCron } from '../local/cron.ts'
import { readStackYml } from '../local/stack-yml.ts'

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
  const cron = startScheduler(processEnv(), (line) => console.log(line))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, cron.stop)
}
