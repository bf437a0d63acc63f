import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { HttpRequest, RunningFunction } from './contract.ts'
import { serve } from './server.ts'
import { closeToys, LIMIT, ok, openToy } from './toy-server.testing.ts'

afterEach(closeToys)

/** Sends raw bytes, and gives what comes back until it holds `answers` answers (or the server closes). */
const talk = async (port: number, parts: string[], answers = 1): Promise<string> => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  for (const part of parts) socket.write(part)
  let text = ''
  for await (const chunk of socket) {
    text += chunk
    const ended = text.match(/HTTP\/1\.1 \d+[\s\S]*?\r\n\r\n[\s\S]/g)?.length ?? 0
    if (ended >= answers) break
  }
  return text
}

describe('a request', () => {
  test('comes whole to the function, and its answer back', async () => {
    let seen: HttpRequest | undefined
    const { url } = await openToy(async (request) => {
      seen = request
      return ok('ёж')
    })
    const response = await fetch(`${url}/holds/a%2Fb/capture?x=1&x=2&y=%D1%91`, {
      method: 'POST',
      headers: { 'X-Toy': 'a' },
      body: 'тело',
    })
    expect(await response.text()).toBe('ёж')
    expect(response.headers.get('x-toy')).toBe('1')
    expect(response.headers.get('content-length')).toBe('4')
    expect(seen).toMatchObject({ method: 'POST', path: '/holds/a%2Fb/capture' })
    expect(seen?.query.getAll('x')).toEqual(['1', '2'])
    expect(seen?.query.get('y')).toBe('ё')
    expect(seen?.headers['x-toy']).toBe('a')
    expect(seen?.body.toString()).toBe('тело')
  })

  test('may come long after the last one: idle connections outlive those of every proxy in front', async () => {
    const { url } = await openToy(async () => ok())
    expect((await fetch(url)).headers.get('keep-alive')).toBe('timeout=65')
  })

  test('that breaks the handler is 500 in every way, never a success, and the server goes on', async () => {
    const failures: RunningFunction['handle'][] = [
      () => Promise.reject(new Error('rejected secret')),
      () => {
        throw new Error('thrown secret')
      },
      () => Promise.reject('text secret'),
    ]
    let next = 0
    const { url, errors } = await openToy((request) => {
      next += 1
      return failures[next - 1]?.(request) ?? Promise.resolve(ok())
    })
    for (const _failure of failures) {
      const response = await fetch(url)
      expect(response.status).toBe(500)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(await response.text()).not.toContain('secret')
    }
    expect(errors).toHaveLength(3)
    expect((await fetch(url)).status).toBe(200)
  })

  test('whose caller hangs up is aborted', async () => {
    const arrived = Promise.withResolvers<AbortSignal>()
    const { url, errors } = await openToy(async ({ signal }) => {
      arrived.resolve(signal)
      await once(signal, 'abort')
      return ok()
    })
    const caller = new AbortController()
    const call = fetch(url, { signal: caller.signal }).catch(() => undefined)
    const signal = await arrived.promise
    expect(signal.aborted).toBe(false)
    const aborted = once(signal, 'abort')
    caller.abort()
    await Promise.all([call, aborted])
    expect(errors).toEqual([])
  })

  test('that was answered is not called aborted', async () => {
    let signal: AbortSignal | undefined
    const { url, server } = await openToy(async (request) => {
      signal = request.signal
      return ok()
    })
    await (await fetch(url)).text()
    await server.drain(0)
    expect(signal?.aborted).toBe(false)
  })
})

describe('a body', () => {
  const post = (length: number) =>
    `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: ${length}\r\n\r\n`

  test('may have another limit for its path, asked before its body is read', async () => {
    const { url } = await openToy(async ({ body }) => ok(String(body.length)), {
      bodyLimitOf: (method, path) =>
        method === 'POST' && path === '/large' ? 2 * LIMIT : path === '/small' ? 10 : undefined,
    })
    const post = async (path: string, bytes: number) => {
      const response = await fetch(`${url}${path}`, { method: 'POST', body: 'x'.repeat(bytes) })
      return response.status === 200 ? Number(await response.text()) : response.status
    }
    expect(await post('/large?x=1', 2 * LIMIT)).toBe(2 * LIMIT)
    expect(await post('/large', 2 * LIMIT + 1)).toBe(413)
    expect(await post('/small', 10)).toBe(10)
    expect(await post('/small', 11)).toBe(413)
    expect(await post('/', LIMIT + 1)).toBe(413)
  })

  test('of exactly the limit is taken', async () => {
    const { url } = await openToy(async ({ body }) => ok(String(body.length)))
    expect(await (await fetch(url, { method: 'POST', body: 'x'.repeat(LIMIT) })).text()).toBe(String(LIMIT))
  })

  test('announced as too large: 413 before it is sent, and the function is not called', async () => {
    let calls = 0
    const { server } = await openToy(async () => {
      calls += 1
      return ok()
    })
    const text = await talk(server.port, [post(LIMIT + 1)])
    expect(text).toMatch(/^HTTP\/1\.1 413 /)
    expect(text).toContain('"code":"too_large"')
    expect(calls).toBe(0)
  })

  test('that grows too large on the way: 413 before its end', async () => {
    const { server } = await openToy(async () => ok())
    const chunk = `${(50_000).toString(16)}\r\n${'x'.repeat(50_000)}\r\n`
    const head = 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n'
    expect(await talk(server.port, [head, chunk, chunk, chunk])).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('that was too large is never taken for the next request on its connection', async () => {
    const seen: string[] = []
    const { server } = await openToy(async ({ path }) => {
      seen.push(path)
      return ok()
    })
    const smuggled = 'GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n'
    const body = smuggled.repeat(Math.ceil((LIMIT + 1) / smuggled.length))
    const text = await talk(
      server.port,
      [post(body.length), body, 'GET /next HTTP/1.1\r\nhost: x\r\n\r\n'],
      2,
    )
    expect(text).toMatch(/^HTTP\/1\.1 413 /)
    expect(seen.filter((path) => path !== '/next')).toEqual([])
  })

  const bytes = new Uint8Array(20 * LIMIT)
  test.each<[string, () => RequestInit & { duplex?: 'half' }]>([
    ['announced', () => ({ body: bytes })],
    ['chunked', () => ({ body: new Blob([bytes]).stream(), duplex: 'half' })],
  ])('that a caller sends to its end all the same still gets its 413: %s', async (_what, upload) => {
    const { url } = await openToy(async () => ok())
    for (let tried = 0; tried < 5; tried += 1) {
      const response = await fetch(url, { method: 'POST', ...upload() })
      expect(response.status).toBe(413)
      expect(await response.text()).toContain('too_large')
    }
  })

  test('that never comes to its end is no call', async () => {
    let calls = 0
    const { server, errors } = await openToy(async () => {
      calls += 1
      return ok()
    })
    const socket = connect(server.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(`${post(10)}abc`)
    socket.end()
    socket.resume()
    await once(socket, 'close')
    expect(calls).toBe(0)
    expect(errors).toEqual([])
  })
})

test('a port that is taken is an error, not a silence', async () => {
  const { server } = await openToy(async () => ok())
  const fn: RunningFunction = {
    name: 'x',
    handle: async () => ok(),
    bodyLimitBytes: 1,
    close: async () => undefined,
  }
  const second = serve(fn, { port: server.port, host: '127.0.0.1', onError: () => undefined })
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
