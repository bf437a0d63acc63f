import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isForeign, readBody, sendResponse, TooLargeError, toRequest } from '../telegram/node-http.ts'
import { type ApiContext, answerApi } from './api.ts'
import { answerControl } from './control.ts'
import { YookassaError } from './errors.ts'
import { languageOf, payPage } from './pay-page.ts'
import { createYookassa, type YookassaActions, type YookassaCore, type YookassaOptions } from './simulator.ts'

const BODY_LIMIT_BYTES = 1024 * 1024

export type YookassaServerOptions = YookassaOptions & {
  /** 0 (default): any free one. */
  port?: number
}

export type YookassaSimulator = YookassaActions & {
  /** For YOOKASSA_API_ROOT: paths /v3/... are appended. */
  apiRoot: string
  /** For the control API: `<control>/sim/...`. */
  control: string
  shopId: string
  secretKey: string
  close: () => Promise<void>
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const taken = 'code' in error && error.code === 'EADDRINUSE'
      const reason = taken ? `port ${port} is taken` : error.message
      reject(new Error(`The YooKassa simulator cannot start: ${reason}.`, { cause: error }))
    })
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })

/** The pay page: shows the payment; its form pays or gives up, and leads back to the shop. */
const answerPage = async (
  core: YookassaCore,
  shopId: string,
  request: Request,
  url: URL,
): Promise<Response> => {
  const id = url.pathname.slice('/pay/'.length)
  const payment = core.book.payments.get(id)
  const language = languageOf(url, request.headers.get('accept-language') ?? undefined)
  if (request.method === 'POST' && payment?.status === 'pending') {
    const wanted = new URLSearchParams(await request.text()).get('do')
    if (wanted === 'pay') core.book.pay(id)
    if (wanted === 'cancel') core.book.cancel(id)
    return new Response(null, { status: 303, headers: { location: payment.returnUrl } })
  }
  return payPage(payment, language, shopId)
}

/** Sends the answer, or cuts the connection where it is an error of the network. */
const send = async (answer: Response, response: ServerResponse): Promise<void> => {
  if (answer.type === 'error') response.socket?.resetAndDestroy()
  else await sendResponse(answer, response)
}

/**
 * Starts the stand-in for api.yookassa.ru on 127.0.0.1, with a pay page and a control API (README.md). Throws an Error of one sentence where
 * the port is taken or the state file is damaged.
 */
export const startYookassaSimulator = async (options: YookassaServerOptions): Promise<YookassaSimulator> => {
  const { shopId, secretKey, log = () => {} } = options
  const core = createYookassa(options)
  const { actions, book, clock, show } = core
  const context: ApiContext = { book, clock, show, shopId, secretKey, faults: actions.faults }
  const hangUps = new Set<AbortController>()
  let apiRoot = 'http://127.0.0.1'

  const answer = async (incoming: IncomingMessage, signal: AbortSignal): Promise<Response> => {
    const url = new URL(incoming.url ?? '/', apiRoot)
    const request = toRequest(incoming, url, await readBody(incoming, BODY_LIMIT_BYTES), signal)
    if (url.pathname.startsWith('/v3/')) return await answerApi(context, request, url, signal)
    if (isForeign(incoming)) return new Response('Requests of other sites are refused', { status: 403 })
    if (url.pathname.startsWith('/sim/')) return await answerControl(actions, request, url.pathname)
    if (url.pathname.startsWith('/pay/')) return await answerPage(core, shopId, request, url)
    return new YookassaError(404, 'Not found').toResponse()
  }

  const server = createServer((incoming, response) => {
    const hangUp = new AbortController()
    hangUps.add(hangUp)
    response.once('close', () => {
      hangUps.delete(hangUp)
      hangUp.abort()
    })
    answer(incoming, hangUp.signal)
      .then((result) => send(result, response))
      .catch((error: unknown) => {
        if (hangUp.signal.aborted) return
        if (!(error instanceof TooLargeError))
          log(`${incoming.method} failed: ${error instanceof Error ? (error.stack ?? '') : String(error)}`)
        if (!response.headersSent) response.writeHead(error instanceof TooLargeError ? 413 : 500).end()
      })
  })

  try {
    apiRoot = `http://127.0.0.1:${await listen(server, options.port ?? 0)}`
  } catch (error) {
    await core.close()
    throw error
  }
  core.setApiRoot(apiRoot)
  return {
    ...actions,
    apiRoot,
    control: apiRoot,
    shopId,
    secretKey,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const hangUp of hangUps) hangUp.abort()
      await core.close()
      server.closeAllConnections()
      await closed
    },
  }
}
