import { describe, expect, it } from 'vitest'
import { startGateway } from './gateway.ts'
import { echo, seen, useGateway } from './testing/gateway.ts'
import { sendRaw } from './testing/http.ts'

const context = useGateway()
const { call, toy } = context

describe('/function/<name>', () => {
  it('hands method, path, query, body and headers on, and the answer back', async () => {
    await toy(echo)
    const answer = await call('/function/toy/holds/1%2F2?a=b&c', {
      method: 'POST',
      body: '{"x":1}',
      headers: { 'x-mine': 'y' },
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await seen(answer)).toMatchObject({
      method: 'POST',
      url: '/holds/1%2F2?a=b&c',
      body: '{"x":1}',
      headers: { 'x-mine': 'y', host: `127.0.0.1:${context.gateway.port}` },
    })
  })

  it.each([
    ['/function/toy', '/'],
    ['/function/toy?x=1', '/?x=1'],
    ['/function/toy/', '/'],
  ])('calls %s as %s', async (path, expected) => {
    await toy(echo)
    expect((await seen(await call(path))).url).toBe(expected)
  })

  it('trusts nothing that a caller says about where it comes from, nor its X-Timeout', async () => {
    await toy(echo)
    const headers = {
      'x-forwarded-for': '1.2.3.4',
      'x-real-ip': '1.2.3.4',
      forwarded: 'for=1.2.3.4',
      'x-timeout': '1ms',
    }
    const got = (await seen(await call('/function/toy', { headers }))).headers
    expect(got['x-forwarded-for']).toBe('127.0.0.1')
    for (const name of ['x-real-ip', 'forwarded', 'x-timeout']) expect(got).not.toHaveProperty(name)
  })

  it('drops headers of the connection', async () => {
    await toy(echo)
    const raw = await sendRaw(
      context.gateway.port,
      'GET /function/toy HTTP/1.1\r\nHost: x\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\nX-Stays: 2\r\n\r\n',
    )
    expect(raw).toContain('\\"x-stays\\"'.replaceAll('\\', ''))
    expect(raw).not.toMatch(/x-hop|"te"/)
  })

  it('keeps a sane X-Call-Id and makes one otherwise', async () => {
    await toy(echo)
    const kept = await call('/function/toy', { headers: { 'x-call-id': 'abc-1' } })
    expect([kept.headers.get('x-call-id'), (await seen(kept)).headers['x-call-id']]).toEqual([
      'abc-1',
      'abc-1',
    ])
    const made = await call('/function/toy', { headers: { 'x-call-id': 'a b"c' } })
    expect(made.headers.get('x-call-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('streams large bodies both ways, of known and of unknown length', async () => {
    await toy((request, response) => void request.pipe(response))
    const bytes = Buffer.alloc(6_000_000, 'kopeika')
    const known = await call('/function/toy', { method: 'POST', body: bytes })
    expect(bytes.equals(Buffer.from(await known.arrayBuffer()))).toBe(true)
    const stream = new Blob([bytes]).stream()
    const unknown = await call('/function/toy', {
      method: 'POST',
      body: stream,
      duplex: 'half',
    } as RequestInit)
    expect(bytes.equals(Buffer.from(await unknown.arrayBuffer()))).toBe(true)
  })

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('passes an answer without a body on (%s, %i) and keeps the connection', async (method, status) => {
    const ports = new Set<number | undefined>()
    await toy((request, response) => {
      ports.add(request.socket.remotePort)
      response.writeHead(status, status === 200 ? { 'content-length': 10 } : {})
      response.end()
    })
    for (let round = 0; round < 3; round += 1) {
      const answer = await call('/function/toy', { method })
      expect([answer.status, await answer.text()]).toEqual([status, ''])
    }
    expect(ports.size).toBe(1)
  })

  it('uses a fresh connection where the function closed the kept one', async () => {
    let count = 0
    await toy((request, response) => {
      count += 1
      if (count === 2) return void request.socket.destroy()
      response.end('fine')
    })
    expect(await (await call('/function/toy')).text()).toBe('fine')
    expect(await (await call('/function/toy')).text()).toBe('fine')
    expect(count).toBe(3)
  })

  it('takes an answer that comes before the body was read, and goes on', async () => {
    await toy((_request, response) => {
      response.writeHead(413)
      response.end('too much')
    })
    const answer = await call('/function/toy', { method: 'POST', body: Buffer.alloc(3_000_000) })
    expect([answer.status, await answer.text()]).toEqual([413, 'too much'])
    await toy(echo)
    expect((await call('/function/toy')).status).toBe(201)
  })
})

describe('/healthz and /', () => {
  it('is unavailable until the stack is ready, then ok', async () => {
    expect((await call('/healthz')).status).toBe(503)
    context.gateway.setReady(undefined)
    const answer = await call('/healthz')
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }])
    expect((await call('/healthz', { method: 'DELETE' })).status).toBe(405)
  })

  it('leads to the chat page where there is one', async () => {
    expect(await (await call('/')).text()).toContain('Kopeika')
    context.gateway.setReady('http://127.0.0.1:1/chat')
    const answer = await call('/', { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'http://127.0.0.1:1/chat'])
  })
})

it('says plainly that the port is taken', async () => {
  await expect(startGateway({ port: context.gateway.port, names: [], say: () => {} })).rejects.toThrow(
    `GATEWAY_PORT ${context.gateway.port} is taken by another program`,
  )
})
