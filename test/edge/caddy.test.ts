import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningWakeUps, serveWakeUps } from '../../scripts/compose/wake-ups.ts'
import { askPlain, type RunningCaddy, startCaddy } from './caddy.testing.ts'
import { mustHave } from './tools.ts'

type Seen = { method: string; url: string; headers: Record<string, string>; length: number }

/** What reached the functions whole, in order. A chunked body begins to arrive before Caddy knows that it is too large; it then breaks off. */
let arrived: Seen[] = []
/** In the place of the usual answer. */
let onCall: ((response: ServerResponse) => void) | undefined
let toy: Server
let caddy: RunningCaddy
let wakeUps: RunningWakeUps | undefined

const openToy = async (port: number): Promise<Server> => {
  const server = createServer(async (incoming, response) => {
    const parts: Buffer[] | undefined = await incoming.toArray().catch(() => undefined)
    if (!parts) return
    const body = Buffer.concat(parts)
    const { method = '', url = '', headers } = incoming
    arrived.push({ method, url, headers: headers as Record<string, string>, length: body.length })
    if (onCall) onCall(response)
    else response.end(`${method} ${url}`)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port

beforeAll(async () => {
  toy = await openToy(0)
  caddy = await startCaddy(portOf(toy), portOf(toy), async (gatewayUrl) => {
    wakeUps = await serveWakeUps({ gatewayUrl, port: 0, host: '127.0.0.1', say: console.log })
    return wakeUps
  })
})
afterAll(async () => {
  await wakeUps?.close()
  await caddy?.stop()
  toy?.close()
  toy?.closeAllConnections()
})

const last = (): Seen | undefined => arrived.at(-1)
const clear = (): void => {
  arrived = []
  onCall = undefined
}

it('takes the shipped Caddyfile as it is', () => {
  const args = ['validate', '--config', 'deploy/caddy/Caddyfile', '--adapter', 'caddyfile']
  const env = { HOME: tmpdir(), XDG_DATA_HOME: `${tmpdir()}/kopeika-caddy-check` }
  expect(execFileSync(mustHave('caddy'), args, { encoding: 'utf8', stdio: 'pipe', env })).toMatch(/Valid/)
})

describe('from outside', () => {
  it.each([
    ['POST', '/function/dispatcher', '/', 'dispatcher'],
    ['POST', '/function/dispatcher/', '/', 'dispatcher'],
    ['POST', '/function/payment-webhook/yookassa', '/yookassa', 'payment-webhook'],
    ['GET', '/function/cabinet/', '/', 'cabinet'],
    ['GET', '/function/cabinet', '/', 'cabinet'],
    ['GET', '/function/cabinet/assets/main-0A.js', '/assets/main-0A.js', 'cabinet'],
    ['PATCH', '/function/cabinet/api/settings?x=1', '/api/settings?x=1', 'cabinet'],
  ])('%s %s reaches the function', async (method, path, inner, name) => {
    clear()
    expect((await caddy.ask(path, { method, body: '{}' })).status).toBe(200)
    expect(last()).toMatchObject({ method, url: inner, headers: { 'x-toy-name': name } })
  })

  it.each([
    ['GET', '/'],
    ['GET', '/function/dispatcher'],
    ['GET', '/function/dispatcher/metrics'],
    ['GET', '/function/dispatcher/ready'],
    ['GET', '/function/dispatcher/_/health'],
    ['POST', '/function/dispatcher/x'],
    ['POST', '/function/dispatcher/..%2fcharge'],
    ['POST', '/function/dispatcher/../charge'],
    ['POST', '/function/dispatcher/%2e%2e/charge/'],
    ['POST', '/function/dispatcherx'],
    ['POST', '/async-function/dispatcher'],
    ['POST', '/async-function/notify'],
    ['POST', '/function/charge'],
    ['POST', '/function/charge/'],
    ['POST', '/function/notify'],
    ['GET', '/function/payment-webhook/metrics'],
    ['POST', '/function/payment-webhook'],
    ['GET', '/function/cabinet/metrics'],
    ['GET', '/function/cabinet/%6detrics'],
    ['GET', '/function/cabinet//metrics'],
    ['GET', '/function/cabinet/x/../metrics'],
    ['GET', '/function/cabinet/ready'],
    ['GET', '/function/cabinet/healthz'],
    ['GET', '/function/cabinetx'],
    ['GET', '/function/cabinet/assetsx/a.js'],
    ['GET', '/function/cabinet/_/ready'],
    ['GET', '/system/functions'],
    ['GET', '/healthz'],
    ['GET', '/metrics'],
  ])('%s %s is 404 and reaches nobody', async (method, path) => {
    clear()
    const { status } = await caddy.ask(path, { method, body: '' })
    expect({ status, arrived }).toEqual({ status: 404, arrived: [] })
  })

  it('tells the function where the caller is, whatever he says himself', async () => {
    clear()
    const headers = {
      'x-forwarded-for': '185.71.76.1',
      'x-timeout': '1ms',
      'x-connector': 'cron-connector',
      'x-callback-url': 'http://10.0.0.1/',
      'x-real-ip': '185.71.76.1',
      forwarded: 'for=185.71.76.1',
      'x-telegram-bot-api-secret-token': 'kept',
    }
    await caddy.ask('/function/dispatcher', { method: 'POST', body: '{}', headers })
    const seen = last()?.headers ?? {}
    expect(seen['x-forwarded-for']).toBe('127.0.0.1')
    expect(seen['x-telegram-bot-api-secret-token']).toBe('kept')
    for (const name of ['x-timeout', 'x-connector', 'x-callback-url', 'x-real-ip', 'forwarded'])
      expect(seen[name]).toBeUndefined()
  })

  it.each([
    ['/function/dispatcher', 1_000_000],
    ['/function/payment-webhook/yookassa', 64_000],
    ['/function/cabinet/api/avatars', 21 * 1024 * 1024],
  ])('%s takes %i bytes, and answers 413 to more, with and without a length', async (path, limit) => {
    const post = (bytes: number, isChunked = false) =>
      caddy.ask(path, { method: 'POST', body: Buffer.alloc(bytes, 'x'), isChunked })
    clear()
    expect((await post(limit)).status).toBe(200)
    expect(last()?.length).toBe(limit)
    clear()
    for (const isChunked of [false, true]) {
      const refusal = await post(limit + 1, isChunked).then(
        ({ status }) => status,
        (error: NodeJS.ErrnoException) => error.code,
      )
      // Caddy hangs up half a second after its answer: whoever is still writing then may meet the end of the line in its place
      expect([413, 'ECONNRESET', 'EPIPE']).toContain(refusal)
    }
    expect(arrived).toEqual([])
  })

  it('answers a signed link to a picture with what the store has, and nothing else', async () => {
    clear()
    const ask = (path: string, method = 'GET') => caddy.ask(path, { method, body: '' }, 'media.localhost')
    const link = '/kopeika-avatars/a.webp?X-Amz-Algorithm=x&X-Amz-Signature=abc'
    expect((await ask(link)).status).toBe(200)
    expect(last()).toMatchObject({ url: link, headers: { host: expect.stringMatching(/^media\.localhost/) } })
    clear()
    for (const [path, method] of [
      ['/kopeika-avatars/a.webp', 'GET'],
      ['/', 'GET'],
      [link, 'PUT'],
      [link, 'DELETE'],
      ['/minio/v2/metrics/cluster', 'GET'],
      ['/minio/v2/metrics/cluster?X-Amz-Signature=abc', 'GET'],
      ['/kopeika-backups/a?X-Amz-Signature=abc', 'GET'],
    ])
      expect((await ask(path ?? '', method)).status).toBe(404)
    expect(arrived).toEqual([])
  })

  it('keeps a call while its function is being replaced', async () => {
    clear()
    const port = portOf(toy)
    const closed = once(toy, 'close')
    toy.close()
    toy.closeAllConnections()
    await closed
    const answer = caddy.ask('/function/dispatcher', { method: 'POST', body: '{"update_id":1}' })
    toy = await openToy(port)
    expect((await answer).status).toBe(200)
    expect(arrived).toHaveLength(1)
    expect(last()?.length).toBe(15)
  })
})

describe('between the functions', () => {
  it.each([
    ['/function/charge', '/', 'charge'],
    ['/function/charge/holds/a%2Fb?x=1&y=%20', '/holds/a%2Fb?x=1&y=%20', 'charge'],
    ['/function/transcript-save/', '/', 'transcript-save'],
  ])('POST %s reaches %s of %s', async (path, inner, name) => {
    clear()
    const headers = { authorization: 'Bearer x', 'x-timeout': '1ms' }
    expect((await askPlain(caddy.gatewayPort, path, { method: 'POST', headers })).status).toBe(200)
    expect(last()).toMatchObject({
      url: inner,
      headers: { 'x-toy-name': name, authorization: 'Bearer x' },
    })
    expect(last()?.headers['x-timeout']).toBeUndefined()
  })

  it.each(['/', '/system/functions', '/function/', '/function/A', '/function/a.b/'])(
    '%s is 404',
    async (path) => {
      clear()
      expect((await askPlain(caddy.gatewayPort, path)).status).toBe(404)
      expect(arrived).toEqual([])
    },
  )

  it('hands over the largest upload', async () => {
    clear()
    const body = Buffer.alloc(20 * 1024 * 1024)
    const answer = await askPlain(caddy.gatewayPort, '/function/avatar-upload', { method: 'POST', body })
    expect([answer.status, last()?.length]).toEqual([200, body.length])
  })

  it('answers a wake-up at once and goes on with the call, with the token of the caller', async () => {
    clear()
    const { promise: called, resolve } = Promise.withResolvers<ServerResponse>()
    onCall = resolve
    const call = { method: 'POST', headers: { authorization: 'Bearer x' } }
    expect((await askPlain(caddy.gatewayPort, '/async-function/notify', call)).status).toBe(202)
    const response = await called
    const ended = Promise.race([
      once(response, 'finish').then(() => 'answered'),
      once(response, 'close').then(() => 'cut off'),
    ])
    response.end()
    expect(await ended).toBe('answered')
    expect(last()).toMatchObject({ url: '/', headers: { 'x-toy-name': 'notify', authorization: 'Bearer x' } })
  })

  it('says that it is there', async () => {
    expect(await askPlain(caddy.gatewayPort, '/healthz')).toMatchObject({ status: 200, body: 'ok' })
  })
})
