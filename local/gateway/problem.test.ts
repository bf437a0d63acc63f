import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { echo, useGateway } from '../testing/gateway.ts'
import { sendRaw } from '../testing/http.ts'

const context = useGateway()
const { call, toy } = context

describe('failures are problem documents', () => {
  const problemOf = async (answer: Response): Promise<Record<string, unknown>> => {
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    const problem = (await answer.json()) as Record<string, unknown>
    expect(problem).toMatchObject({
      type: expect.stringMatching(/^urn:kopeika:problem:/),
      title: expect.any(String),
      status: answer.status,
    })
    expect(problem.requestId).toBe(answer.headers.get('x-call-id'))
    return problem
  }

  it.each(['/function/nobody', '/async-function/nobody', '/nowhere', '/function/', '/function/__proto__'])(
    '404: %s',
    async (path) => {
      expect(await problemOf(await call(path, { method: 'POST' }))).toMatchObject({
        status: 404,
        code: 'not_found',
      })
    },
  )

  it('503 with Retry-After: a function that is down', async () => {
    const answer = await call('/function/down')
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'unavailable' })
  })

  it('503: a function that dies under the call', async () => {
    await toy((request) => void request.socket.destroy())
    const answer = await call('/function/toy', { method: 'POST', body: 'x' })
    expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'unavailable' })
  })

  it('503: nobody listens any more', async () => {
    const server = await toy(echo)
    await server.close()
    expect((await call('/function/toy')).status).toBe(503)
  })

  it('cuts the connection where a function dies in the middle of its answer', async () => {
    await toy((_request, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('half', () => response.destroy())
    })
    const answer = await call('/function/toy')
    await expect(answer.text()).rejects.toThrow()
  })

  it('504: a function that takes too long; the caller does not hang', async () => {
    await context.restart({ timeoutMs: 50 })
    let upstream: ServerResponse | undefined
    await toy((_request, response) => {
      upstream = response
    })
    expect(await problemOf(await call('/function/toy'))).toMatchObject({ status: 504, code: 'deadline' })
    // the function sees that nobody waits any more
    if (upstream && !upstream.destroyed) await once(upstream, 'close')
    expect(upstream?.destroyed).toBe(true)
  })

  it('hangs up on the function when the caller has gone', async () => {
    const hungUp = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    await toy((_request, response) => {
      arrived.resolve()
      response.once('close', () => hungUp.resolve())
    })
    const leaving = new AbortController()
    const answer = call('/function/toy', { signal: leaving.signal })
    await arrived.promise
    leaving.abort()
    await expect(answer).rejects.toThrow()
    await hungUp.promise
  })

  it('413: more than the limit, said in the head or found out on the way', async () => {
    await context.restart({ bodyLimitBytes: 1_000 })
    await toy(echo)
    const said413 = await call('/function/toy', { method: 'POST', body: 'x'.repeat(1_001) })
    expect(await problemOf(said413)).toMatchObject({ status: 413, code: 'too_large' })
    const head = 'POST /function/toy HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
    const found = await sendRaw(
      context.gateway.port,
      `${head}7d0\r\n${'x'.repeat(2_000)}\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    )
    // the rest is read and thrown away, so that the answer is not lost with the connection
    expect(found).toMatch(/^HTTP\/1.1 413 .*HTTP\/1.1 503 /s)
    expect((await call('/function/toy', { method: 'POST', body: 'x'.repeat(1_000) })).status).toBe(201)
  })

  it('400: what is no HTTP', async () => {
    expect(await sendRaw(context.gateway.port, 'HELLO\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 .*"code":"invalid_input"/s,
    )
  })
})
