import { randomUUID } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { startYookassaSimulator, type YookassaServerOptions, type YookassaSimulator } from './server.ts'

const SHOP = { shopId: '100500', secretKey: 'test_secret' }

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
export type Reply = { status: number; body: any }

/** A simulator on a port of its own until the test ends. For tests only. */
export const startTestShop = async (
  options: Partial<YookassaServerOptions> = {},
): Promise<YookassaSimulator> => {
  const simulator = await startYookassaSimulator({ ...SHOP, ...options })
  onTestFinished(simulator.close)
  return simulator
}

const toReply = async (response: Response): Promise<Reply> => {
  const text = await response.text()
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}

/** A call of the API as the shop. */
export const call = async (
  { apiRoot, shopId, secretKey }: YookassaSimulator,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> => {
  const authorization = `Basic ${Buffer.from(`${shopId}:${secretKey}`).toString('base64')}`
  const init: RequestInit = { headers: { authorization, ...headers } }
  if (body !== undefined) {
    init.method = 'POST'
    init.body = JSON.stringify(body)
    init.headers = {
      authorization,
      'content-type': 'application/json',
      'idempotence-key': randomUUID(),
      ...headers,
    }
  }
  return await toReply(await fetch(`${apiRoot}/v3${path}`, init))
}

/** A call of the control API. */
export const control = async (
  { control: root }: YookassaSimulator,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body: unknown = {},
): Promise<Reply> =>
  await toReply(
    await fetch(
      `${root}/sim${path}`,
      method === 'POST' ? { method, body: JSON.stringify(body) } : { method },
    ),
  )

/** The body of POST /v3/payments. */
export const paymentRequest = (value = '99.00') => ({
  amount: { value, currency: 'RUB' },
  capture: true,
  confirmation: { type: 'redirect', return_url: 'https://t.me/some_bot' },
  description: '100 coins',
  metadata: { orderId: 'o-1' },
})

/** Makes a payment; answers its id. */
export const newPayment = async (simulator: YookassaSimulator, value?: string): Promise<string> =>
  (await call(simulator, '/payments', paymentRequest(value))).body.id

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
type Received = { event: string; object: any }

/** A webhook on a port of its own; `answer` says how it answers the next ones, by default 200. */
export const startTestWebhook = async () => {
  const received: Received[] = []
  const webhook = {
    url: '',
    received,
    answer: (_event: Received, response: ServerResponse): void => void response.writeHead(200).end(),
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body: Received = JSON.parse(Buffer.concat(chunks).toString())
    received.push(body)
    webhook.answer(body, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  webhook.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/yookassa`
  return webhook
}
