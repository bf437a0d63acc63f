import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTelegram } from './api.ts'
import { answerJson, startBotApiServer, TEST_TOKEN } from './bot-api-server.testing.ts'
import { classifyTelegramError, TelegramError, toAppError } from './errors.ts'

type Answer = Parameters<typeof startBotApiServer>[0]

const serve = async (answer: Answer): Promise<{ apiRoot: string; urls: string[] }> => {
  const server = await startBotApiServer(answer)
  onTestFinished(() => server.stop())
  return server
}

const failureOf = async (promise: Promise<unknown>): Promise<TelegramError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof TelegramError)) throw new Error(`Not a TelegramError: ${inspect(error)}`)
  return error
}

const sayHello = (apiRoot: string, fetch?: typeof globalThis.fetch) =>
  createTelegram({ token: TEST_TOKEN, apiRoot, timeoutMs: 300, ...(fetch ? { fetch } : {}) }).sendMessage(
    42,
    'the text of a person',
  )

test('calls the Bot API', async () => {
  const bodies: string[] = []
  const server = await serve((_request, response, body) => {
    bodies.push(body)
    answerJson(response, 200, { ok: true, result: { message_id: 7 } })
  })
  expect(await sayHello(`${server.apiRoot}/`)).toEqual({ message_id: 7 })
  expect(server.urls).toEqual([`/bot${TEST_TOKEN}/sendMessage`])
  expect(JSON.parse(bodies[0] ?? '')).toEqual({ chat_id: 42, text: 'the text of a person' })
})

describe('every failure is a TelegramError that holds neither the token nor the message', () => {
  const url = `https://api.telegram.org/bot${TEST_TOKEN}/sendMessage`
  const refuse =
    (status: number, description: string, parameters?: object): Answer =>
    (_request, response) =>
      answerJson(response, status, { ok: false, error_code: status, description, parameters })

  const broken: [name: string, start: () => Promise<unknown>, kind: string, description: RegExp][] = [
    [
      'DNS',
      () =>
        sayHello('https://api.telegram.org', async () => {
          const cause = Object.assign(new Error('getaddrinfo ENOTFOUND api.telegram.org'), {
            code: 'ENOTFOUND',
            url,
          })
          throw new TypeError(`fetch failed for ${url}`, { cause })
        }),
      'unavailable',
      /ENOTFOUND/,
    ],
    [
      'an address that cannot be read',
      () => sayHello('http://'),
      'unavailable',
      /ERR_INVALID_URL|no usable answer/,
    ],
    ['refused', () => sayHello('http://127.0.0.1:1'), 'unavailable', /ECONNREFUSED|no usable answer/],
    [
      'no answer in time',
      async () => sayHello((await serve(() => undefined)).apiRoot),
      'unavailable',
      /in time/,
    ],
    [
      'connection reset',
      async () => sayHello((await serve((request) => request.socket.resetAndDestroy())).apiRoot),
      'unavailable',
      /ECONNRESET|UND_ERR_SOCKET/,
    ],
    [
      '400',
      async () => sayHello((await serve(refuse(400, 'Bad Request: chat not found'))).apiRoot),
      'chat_not_found',
      /chat not found/,
    ],
    ['401', async () => sayHello((await serve(refuse(401, 'Unauthorized'))).apiRoot), 'unauthorized', /401/],
    [
      '403 that quotes the URL',
      async () =>
        sayHello((await serve(refuse(403, `Forbidden at ${url} and ${encodeURIComponent(url)}`))).apiRoot),
      'forbidden',
      /<token>/,
    ],
    [
      '429',
      async () => sayHello((await serve(refuse(429, 'Too Many Requests', { retry_after: 30 }))).apiRoot),
      'rate_limited',
      /Too Many/,
    ],
    [
      '502',
      async () => sayHello((await serve(refuse(502, 'Bad Gateway'))).apiRoot),
      'unavailable',
      /Bad Gateway/,
    ],
    [
      'a page that quotes the URL',
      async () =>
        sayHello(
          (await serve((request, response) => response.writeHead(502).end(`<h1>${request.url}</h1>`)))
            .apiRoot,
        ),
      'unavailable',
      /no usable answer/,
    ],
    [
      'JSON that says nothing',
      async () => sayHello((await serve((_q, response) => answerJson(response, 200, null))).apiRoot),
      'unavailable',
      /no usable answer/,
    ],
    [
      'a redirect',
      async () =>
        sayHello(
          (
            await serve((request, response) => {
              if (request.url === '/stolen')
                answerJson(response, 200, { ok: true, result: { message_id: 1 } })
              else response.writeHead(307, { location: '/stolen' }).end()
            })
          ).apiRoot,
        ),
      'unavailable',
      /./,
    ],
  ]

  test.each(broken)('%s', async (_name, start, kind, description) => {
    const error = await failureOf(start())
    expect(error.failure.kind).toBe(kind)
    expect(error.failure.description).toMatch(description)
    for (const thing of [error, toAppError(error)]) {
      const everything = inspect(thing, { depth: 10, showHidden: true })
      expect(everything).not.toContain(TEST_TOKEN)
      expect(everything).not.toContain(encodeURIComponent(TEST_TOKEN))
      expect(everything).not.toContain('the text of a person')
    }
  })

  test('the token itself would be found', async () => {
    expect(inspect(new Error('x', { cause: new Error(url) }), { depth: 10 })).toContain(TEST_TOKEN)
  })
})

test('a call that never left is told from one that may have arrived', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => closed.once('listening', resolve))
  const address = closed.address()
  await new Promise((resolve) => closed.close(resolve))
  const port = typeof address === 'object' ? address?.port : undefined
  const neverLeft = await failureOf(sayHello(`http://127.0.0.1:${port}`))
  expect(neverLeft.failure).toEqual({
    kind: 'unavailable',
    description: 'ECONNREFUSED',
    outcomeUnknown: false,
  })
  const server = await serve((request) => request.socket.resetAndDestroy())
  expect(classifyTelegramError(await failureOf(sayHello(server.apiRoot))).outcomeUnknown).toBe(true)
})
