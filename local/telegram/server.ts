import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { getResponse } from 'msw'
import type { Faults as FaultRules } from '../misbehave/rules.ts'
import { pageResponse } from './chat-page.ts'
import { answerControl } from './control.ts'
import { type DeliveryOptions, startDelivery } from './delivery.ts'
import { botApiHandlers } from './handlers.ts'
import { isForeign, readBody, sendResponse, TooLargeError, toRequest } from './node-http.ts'
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

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const taken = 'code' in error && error.code === 'EADDRINUSE'
      const reason = taken ? `port ${port} is taken` : error.message
      reject(new Error(`The Telegram simulator cannot start: ${reason}.`, { cause: error }))
    })
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })

const answerBotApi = async (
  handlers: ReturnType<typeof botApiHandlers>,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  signal: AbortSignal,
): Promise<void> => {
  const body = await readBody(request, API_BODY_LIMIT_BYTES)
  const answer = await getResponse(handlers, toRequest(request, url, body, signal))
  // a fault that cuts the connection
  if (answer?.type === 'error') response.socket?.resetAndDestroy()
  else await sendResponse(answer ?? new Response(null, { status: 404 }), response)
}

/** True for the Bot API's own paths; everything else is the page or its control API. */
const isBotApi = (path: string) => /^\/(bot[^/]+|file)\//.test(path)

/**
 * Starts the stand-in for api.telegram.org on 127.0.0.1, with its chat page and control API (README.md). Throws an Error of one
 * sentence where the port is taken or the state file is damaged.
 */
export const startTelegramSimulator = async (options: SimulatorOptions): Promise<TelegramSimulator> => {
  const state = openState(options)
  const hangUps = new Set<AbortController>()
  let handlers: ReturnType<typeof botApiHandlers> = []

  const route = async (request: IncomingMessage, response: ServerResponse, signal: AbortSignal) => {
    const url = new URL(request.url ?? '/', apiRoot)
    if (isBotApi(url.pathname)) return answerBotApi(handlers, request, response, url, signal)
    if (isForeign(request)) return void response.writeHead(403).end('Requests of other sites are refused')
    if (url.pathname.startsWith('/sim/')) return answerControl(state, request, response, url, signal)
    await sendResponse(await pageResponse(url.pathname), response)
  }

  const server = createServer((request, response) => {
    const hangUp = new AbortController()
    hangUps.add(hangUp)
    response.once('close', () => {
      hangUps.delete(hangUp)
      hangUp.abort()
    })
    route(request, response, hangUp.signal).catch((error: unknown) => {
      if (hangUp.signal.aborted) return
      const status = error instanceof TooLargeError ? 413 : 500
      state.log(
        `${request.method} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      )
      if (!response.headersSent) response.writeHead(status).end()
    })
  })

  let apiRoot = 'http://127.0.0.1'
  try {
    apiRoot = `http://127.0.0.1:${await listen(server, options.port ?? 0)}`
  } catch (error) {
    state.close()
    throw error
  }
  handlers = botApiHandlers(state, apiRoot)
  const delivery = startDelivery(state, options.delivery)

  return {
    apiRoot,
    pageUrl: `${apiRoot}/`,
    token: state.token,
    state,
    faults: state.rules,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const hangUp of hangUps) hangUp.abort()
      await delivery.stop()
      server.closeAllConnections()
      await closed
      state.close()
    },
  }
}
