import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isTelegramOutside } from '../settings.ts'
import { messageOf, StartProblem } from '../start-problem.ts'
import { startYookassaSimulator } from '../yookassa/server.ts'
import { lastPort, rememberPort } from './last-port.ts'
import { describePart, type PartContext } from './part.ts'

export type YookassaPart = {
  /** Undefined = there is no shop: a real bot, and nothing set for YooKassa. */
  shop: { apiRoot: string; shopId: string; secretKey: string; test: boolean } | undefined
  /** The simulator's control API; undefined with the real one. */
  control: string | undefined
  /** Lets notifications flow to that address; the real one is told in its own cabinet. */
  connect: (webhookUrl: string) => void
  stop: () => Promise<void>
}

const startSimulator = async ({ home, secrets, settings, say }: PartContext): Promise<YookassaPart> => {
  const since = performance.now()
  mkdirSync(home.yookassa, { recursive: true, mode: 0o700 })
  const portFile = join(home.yookassa, 'port')
  const { yookassaShopId: shopId, yookassaSecretKey: secretKey } = secrets
  const test = settings.yookassaTest ?? true
  const simulator = await startYookassaSimulator({
    port: await lastPort(portFile),
    shopId,
    secretKey,
    test,
    stateFile: join(home.yookassa, 'state.json'),
    log: (line: string) => say(`yookassa: ${line}`),
  }).catch((error: unknown) => {
    throw new StartProblem(`The YooKassa simulator cannot start from ${home.yookassa}: ${messageOf(error)}`)
  })
  const { apiRoot, control } = simulator
  rememberPort(portFile, apiRoot)
  say(describePart('yookassa', `${apiRoot} (simulator)`, since))
  return {
    shop: { apiRoot, shopId, secretKey, test },
    control,
    connect: (webhookUrl) => simulator.setWebhook(webhookUrl),
    stop: () => simulator.close(),
  }
}

const without = (shop: YookassaPart['shop']): YookassaPart => ({
  shop,
  control: undefined,
  connect: () => {},
  stop: async () => {},
})

/**
 * YooKassa: what YOOKASSA_SHOP_ID and the others name; else the simulator, beside the simulated Telegram alone: a real bot never takes
 * payments that are none.
 * @throws StartProblem
 */
export const startYookassaPart = async (context: PartContext): Promise<YookassaPart> => {
  const { settings, say } = context
  const since = performance.now()
  if (settings.yookassa !== undefined) {
    say(describePart('yookassa', `${settings.yookassa.apiRoot} (yours)`, since))
    return without({ ...settings.yookassa, test: settings.yookassaTest ?? false })
  }
  return isTelegramOutside(settings) ? without(undefined) : await startSimulator(context)
}
