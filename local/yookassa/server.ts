import { readBody, toRequest } from '../simulator/node-http.ts'
import { type Incoming, serveSimulator } from '../simulator/serve.ts'
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

const isApi = (path: string): boolean => path.startsWith('/v3/')

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

/**
 * Starts the stand-in for api.yookassa.ru on 127.0.0.1, with a pay page and a control API (README.md). Throws an Error of one sentence where
 * the port is taken or the state file is damaged.
 */
export const startYookassaSimulator = async (options: YookassaServerOptions): Promise<YookassaSimulator> => {
  const { shopId, secretKey, log = () => {} } = options
  const core = createYookassa(options)
  const { actions, book, clock, show } = core
  const context: ApiContext = { book, clock, show, shopId, secretKey, faults: actions.faults }

  const answer = async ({ request: incoming, url, signal }: Incoming): Promise<Response> => {
    const request = toRequest(incoming, url, await readBody(incoming, BODY_LIMIT_BYTES), signal)
    if (isApi(url.pathname)) return await answerApi(context, request, url, signal)
    if (url.pathname.startsWith('/sim/')) return await answerControl(actions, request, url.pathname)
    if (url.pathname.startsWith('/pay/')) return await answerPage(core, shopId, request, url)
    return new YookassaError(404, 'Not found').toResponse()
  }
  const server = await serveSimulator({
    name: 'YooKassa',
    port: options.port ?? 0,
    log,
    isApi,
    answer,
  }).catch(async (error: unknown) => {
    await core.close()
    throw error
  })
  const { root: apiRoot } = server
  core.setApiRoot(apiRoot)
  return {
    ...actions,
    apiRoot,
    control: apiRoot,
    shopId,
    secretKey,
    close: () => server.close(() => core.close()),
  }
}
