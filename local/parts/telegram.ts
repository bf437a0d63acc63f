import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startLongPolling } from '../long-polling.ts'
import { operatorIdsOf } from '../operators.ts'
import { isTelegramOutside } from '../settings.ts'
import { messageOf, StartProblem } from '../start-problem.ts'
import { startTelegramSimulator } from '../telegram/server.ts'
import { type CallTelegram, createTelegramCaller, TelegramRefusal } from '../telegram-api.ts'
import { lastPort, rememberPort } from './last-port.ts'
import { describePart, type PartContext } from './part.ts'

export type TelegramPart = {
  apiRoot: string
  token: string
  /** The simulator's chat page; undefined with a real bot. */
  page: string | undefined
  /** Lets updates flow to the dispatcher: by webhook from the simulator, by long polling from a real bot. */
  connect: (webhook: { url: string; secret: string }) => Promise<void>
  stop: () => Promise<void>
}

const REAL_API_ROOT = 'https://api.telegram.org'
const CALL_TIMEOUT_MS = 10_000

/** Named each time: left out, Telegram would keep the list of an earlier setWebhook. */
export const ALLOWED_UPDATES = [
  'message',
  'edited_message',
  'callback_query',
  'pre_checkout_query',
  'my_chat_member',
] as const
/** Telegram's default: as many posts of it are under way at a time. */
export const MAX_CONNECTIONS = 40

const timeout = (): AbortSignal => AbortSignal.timeout(CALL_TIMEOUT_MS)

const startSimulator = async ({ home, secrets, settings, say }: PartContext): Promise<TelegramPart> => {
  const since = performance.now()
  mkdirSync(home.telegram, { recursive: true, mode: 0o700 })
  const portFile = join(home.telegram, 'port')
  const simulator = await startTelegramSimulator({
    port: await lastPort(portFile),
    token: secrets.simulatorToken,
    stateFile: join(home.telegram, 'state.json'),
    filesDir: join(home.telegram, 'files'),
    operatorIds: (operatorIdsOf(settings) ?? '')
      .split(',')
      .map(Number)
      .filter((id) => id > 0),
    log: (line: string) => say(`telegram: ${line}`),
  }).catch((error: unknown) => {
    throw new StartProblem(`The Telegram simulator cannot start from ${home.telegram}: ${messageOf(error)}`)
  })
  const { apiRoot, token, pageUrl } = simulator
  rememberPort(portFile, apiRoot)
  say(describePart('telegram', `${apiRoot} (simulator)`, since))
  const call = createTelegramCaller(apiRoot, token)
  return {
    apiRoot,
    token,
    page: pageUrl,
    connect: async ({ url, secret }) => {
      const params = {
        url,
        secret_token: secret,
        allowed_updates: ALLOWED_UPDATES,
        max_connections: MAX_CONNECTIONS,
      }
      await call('setWebhook', params, timeout())
    },
    stop: () => simulator.close(),
  }
}

const checkReachable = async (call: CallTelegram, apiRoot: string): Promise<void> => {
  try {
    await call('getMe', {}, timeout())
  } catch (error) {
    if (!(error instanceof TelegramRefusal)) {
      throw new StartProblem(
        `Telegram cannot be reached: ${messageOf(error)}. Check TELEGRAM_API_ROOT and the network.`,
      )
    }
    // a stand-in may not know getMe: only the real one's 404 means that the token is unknown
    const isTokenWrong = error.code === 401 || (error.code === 404 && apiRoot === REAL_API_ROOT)
    if (isTokenWrong) throw new StartProblem('Telegram refuses the token: check TELEGRAM_BOT_TOKEN.')
  }
}

const startOutside = async (context: PartContext): Promise<TelegramPart> => {
  const { settings, secrets, say } = context
  const since = performance.now()
  const apiRoot = settings.telegramApiRoot ?? REAL_API_ROOT
  const token = settings.telegramToken ?? secrets.simulatorToken
  const call = createTelegramCaller(apiRoot, token)
  await checkReachable(call, apiRoot)
  say(describePart('telegram', `${apiRoot} (yours, by long polling)`, since))
  let stop = async (): Promise<void> => {}
  return {
    apiRoot,
    token,
    page: undefined,
    connect: async (webhook) => {
      // getUpdates is refused while a webhook is set; what waits there stays and comes by polling
      await call('deleteWebhook', { drop_pending_updates: false }, timeout()).catch((error: unknown) => {
        say(`telegram: ${messageOf(error)}`)
      })
      stop = startLongPolling({ call, allowedUpdates: ALLOWED_UPDATES, webhook, say }).stop
    },
    stop: () => stop(),
  }
}

/**
 * Telegram: the simulator, or what TELEGRAM_BOT_TOKEN and TELEGRAM_API_ROOT name.
 * @throws StartProblem
 */
export const startTelegramPart = (context: PartContext): Promise<TelegramPart> =>
  isTelegramOutside(context.settings) ? startOutside(context) : startSimulator(context)
