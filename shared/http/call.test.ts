import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createLog } from '#shared/platform/log.ts'
import { createTokenVerifier } from '#shared/platform/tokens.ts'
import { createFunctionCaller, type FunctionCall } from './call.ts'
import { toyConfig } from './toy.testing.ts'

type Seen = { method: string; url: string; headers: IncomingHttpHeaders; body: string; bytes: Buffer }

let gateway: Server
let gatewayUrl: string
let seen: Seen[] = []
let reply: { status: number; headers?: Record<string, string>; body: string | Buffer }
let arrived = Promise.withResolvers<void>()

beforeAll(async () => {
  gateway = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const bytes = Buffer.concat(chunks)
      seen.push({ method, url, headers, body: bytes.toString(), bytes })
      arrived.resolve()
      if (reply.status === 0) return request.socket.destroy()
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
      response.end(reply.body)
    })
  })
  gateway.listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  const address = gateway.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  gatewayUrl = `http://127.0.0.1:${address.port}`
})
afterAll(async () => {
  gateway.closeAllConnections()
  gateway.close()
  await once(gateway, 'close')
})
beforeEach(() => {
  seen = []
  arrived = Promise.withResolvers<void>()
  reply = { status: 200, body: '{"coins":5}' }
})

const log = createLog('toy', 'silent')
const Coins = z.strictObject({ coins: z.int() })
const caller = (over: Parameters<typeof toyConfig>[0] = {}) =>
  createFunctionCaller({ config: toyConfig({ gatewayUrl, ...over }), clock: Date.now, log })
const REQUEST: FunctionCall = {
  functionName: 'charge',
  method: 'POST',
  body: { userId: 'ё' },
  idempotencyKey: 'k1',
}

describe('call', () => {
  test('goes through the gateway under our own name, and gives the checked answer', async () => {
    const { call } = caller()
    await expect(call({ ...REQUEST, path: '/holds?x=1', requestId: 'r-1' }, Coins)).resolves.toEqual({
      coins: 5,
    })
    const [request] = seen
    expect(request).toMatchObject({
      method: 'POST',
      url: '/function/charge/holds?x=1',
      body: '{"userId":"ё"}',
      headers: { 'idempotency-key': 'k1', 'x-call-id': 'r-1', 'content-type': 'application/json' },
    })
    const verify = createTokenVerifier(toyConfig().clients, 'charge')
    await expect(verify(request?.headers.authorization)).resolves.toMatchObject({ id: 'toy' })
  })

  test("a refusal of the other function is thrown as it is, with what it adds, and without its request's id", async () => {
    reply = {
      status: 402,
      headers: { 'content-type': 'application/problem+json' },
      body: JSON.stringify({
        type: 'urn:x',
        title: 'Not enough coins',
        status: 402,
        code: 'insufficient_funds',
        detail: 'Not enough coins.',
        requestId: 'other',
        missing: 3,
      }),
    }
    await expect(caller().call(REQUEST, Coins)).rejects.toMatchObject({
      code: 'insufficient_funds',
      detail: 'Not enough coins.',
      extra: { missing: 3 },
    })
  })

  test('what is wrong with each field is handed on, where it is said as our functions say it', async () => {
    const refusal = { code: 'invalid_input', errors: [{ path: 'title', message: 'must not be blank' }] }
    const answer = (problem: object) => ({
      status: 400,
      headers: { 'content-type': 'application/problem+json' },
      body: JSON.stringify(problem),
    })
    reply = answer(refusal)
    await expect(caller().call(REQUEST, Coins)).rejects.toMatchObject({ errors: refusal.errors })
    reply = answer({ ...refusal, errors: 'all of them' })
    await expect(caller().call(REQUEST, Coins)).rejects.toMatchObject({
      code: 'invalid_input',
      errors: undefined,
    })
  })

  test('Retry-After is handed on', async () => {
    const problem = JSON.stringify({ code: 'rate_limited' })
    reply = {
      status: 429,
      headers: { 'retry-after': '7', 'content-type': 'application/problem+json' },
      body: problem,
    }
    await expect(caller().call(REQUEST, Coins)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: 7,
    })
  })

  test.each([
    [
      'a crashed replica',
      { status: 502, headers: { 'content-type': 'text/plain' }, body: 'bad gateway' },
      'unavailable',
    ],
    [
      'a full watchdog',
      { status: 429, headers: { 'content-type': 'text/plain' }, body: 'slow down' },
      'unavailable',
    ],
    ['a code that we do not know', { status: 500, body: '{"code":"weird"}' }, 'unavailable'],
    [
      'a 404 of the gateway',
      { status: 404, headers: { 'content-type': 'text/plain' }, body: '' },
      'unavailable',
    ],
    ['an answer that is cut', { status: 200, body: '{"coins":' }, 'unavailable'],
    ['a connection that breaks', { status: 0, body: '' }, 'unavailable'],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }, 'unavailable'],
  ])('%s', async (_what, answer, code) => {
    reply = answer
    await expect(caller().call(REQUEST, Coins)).rejects.toMatchObject({ code })
  })

  test('an answer of another shape is refused', async () => {
    reply = { status: 200, body: '{"coins":"5"}' }
    await expect(caller().call(REQUEST, Coins)).rejects.toThrow()
  })

  test('nobody is called once the caller has given up', async () => {
    await expect(caller().call({ ...REQUEST, signal: AbortSignal.abort() }, Coins)).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect(seen).toHaveLength(0)
  })

  test('a function that is no client itself can call nobody', async () => {
    await expect(caller({ functionName: 'stranger' }).call(REQUEST, Coins)).rejects.toThrow(
      /holds no client "stranger"/,
    )
  })
})

describe('documents', () => {
  const BYTES = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256))

  test('go out as they are, under their own type', async () => {
    const { call } = caller()
    const rawBody = { bytes: BYTES, type: 'image/png' }
    const request: FunctionCall = {
      functionName: 'avatar-upload',
      method: 'POST',
      rawBody,
      idempotencyKey: 'k',
    }
    await expect(call(request, Coins)).resolves.toEqual({ coins: 5 })
    expect(seen[0]?.bytes).toEqual(BYTES)
    expect(seen[0]?.headers).toMatchObject({ 'content-type': 'image/png', 'idempotency-key': 'k' })
  })

  test('come back as they are, with status and headers', async () => {
    reply = {
      status: 200,
      headers: { 'content-type': 'application/zip', 'content-disposition': 'attachment; filename="a.zip"' },
      body: BYTES,
    }
    const { status, headers, bytes } = await caller().fetchFrom({ functionName: 'profile', method: 'GET' })
    expect([status, headers.get('content-type'), headers.get('content-disposition')]).toEqual([
      200,
      'application/zip',
      'attachment; filename="a.zip"',
    ])
    expect(bytes).toEqual(BYTES)
  })

  test('a refusal in their place is thrown as everywhere', async () => {
    reply = {
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
      body: JSON.stringify({ code: 'transcript_not_found' }),
    }
    const asked = caller().fetchFrom({ functionName: 'transcript-save', method: 'GET', path: '/x' })
    await expect(asked).rejects.toMatchObject({ code: 'transcript_not_found' })
    reply = { status: 0, body: '' }
    const lost = caller().fetchFrom({ functionName: 'transcript-save', method: 'GET', path: '/x' })
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('wake', () => {
  test('many calls within a moment become one knock at each function', async () => {
    const { wake, close } = caller()
    for (let n = 0; n < 10; n += 1) wake('notify')
    await arrived.promise
    expect(seen).toMatchObject([{ method: 'POST', url: '/async-function/notify' }])
    wake('notify')
    wake('other')
    await close()
    expect(seen.map(({ url }) => url).sort()).toEqual([
      '/async-function/notify',
      '/async-function/notify',
      '/async-function/other',
    ])
  })

  test('closing sends what is due at once; a gateway that is away troubles nobody', async () => {
    const { wake, close } = caller({ gatewayUrl: 'http://127.0.0.1:1' })
    wake('notify')
    await expect(close()).resolves.toBeUndefined()
  })
})
