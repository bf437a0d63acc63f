import { getResponse } from 'msw'
import type { Faults as FaultRules } from '../misbehave/rules.ts'
import { readBody, toRequest } from '../simulator/node-http.ts'
import { type Incoming, serveSimulator } from '../simulator/serve.ts'
import { pageResponse } from './chat-page.ts'
import { answerControl } from './control.ts'
import { type DeliveryOptions, startDelivery } from './delivery.ts'
import { botApiHandlers } from './handlers.ts'
import { openState, type SimulatorState, type StateOptions } from './state.ts'

/** What a bot may upload (50 MB), and the form around it. */
const API_BODY_LIMIT_BYTES = 51 * 1024 * 1024

export type SimulatorOptions = StateOptions & {
  /** 0 (default): any free one. */
  port?: number
  delivery?: DeliveryOptions
}

export type TelegramSimulator = {
  /** For `apiRoot` of a Bot API client: `<apiRoot>/bot<token>/<method>`. */
  apiRoot: string
  /** The chat page. */
  pageUrl: string
  token: string
  state: SimulatorState
  /** Faults on request, as over the control API. */
  faults: FaultRules
  close: () => Promise<void>
}

/** True for the Bot API's own paths; everything else is the page or its control API. */
const isBotApi = (path: string) => /^\/(bot[^/]+|file)\//.test(path)

/**
 * Starts the stand-in for api.telegram.org on 127.0.0.1, with its chat page and control API (README.md). Throws an Error of one
 * sentence where the port is taken or the state file is damaged.
 */
export const startTelegramSimulator = async (options: SimulatorOptions): Promise<TelegramSimulator> => {
  const state = openState(options)
  let handlers: ReturnType<typeof botApiHandlers> = []

  const answerBotApi = async ({ request, url, signal }: Incoming): Promise<Response> => {
    const body = await readBody(request, API_BODY_LIMIT_BYTES)
    const answer = await getResponse(handlers, toRequest(request, url, body, signal))
    return answer ?? new Response(null, { status: 404 })
  }
  const answer = async (incoming: Incoming): Promise<Response | undefined> => {
    const { request, response, url, signal } = incoming
    if (isBotApi(url.pathname)) return answerBotApi(incoming)
    if (!url.pathname.startsWith('/sim/')) return pageResponse(url.pathname)
    await answerControl(state, request, response, url, signal)
    return undefined
  }
  const server = await serveSimulator({
    name: 'Telegram',
    port: options.port ?? 0,
    log: state.log,
    isApi: isBotApi,
    answer,
  }).catch((error: unknown) => {
    state.close()
    throw error
  })
  const { root: apiRoot } = server
  handlers = botApiHandlers(state, apiRoot)
  const delivery = startDelivery(state, options.delivery)

  return {
    apiRoot,
    pageUrl: `${apiRoot}/`,
    token: state.token,
    state,
    faults: state.rules,
    close: async () => {
      await server.close(() => delivery.stop())
      state.close()
    },
  }
}
