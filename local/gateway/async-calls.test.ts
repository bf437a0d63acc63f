import { describe, expect, it } from 'vitest'
import { echo, readAll, type Seen, useGateway } from '../testing/gateway.ts'

const context = useGateway()
const { call, serve, toy } = context

describe('/async-function/<name>', () => {
  it('answers 202 at once, calls, and posts the outcome to X-Callback-Url', async () => {
    const release = Promise.withResolvers<void>()
    await toy(async (request, response) => {
      const body = await readAll(request)
      await release.promise
      response.writeHead(207, { 'content-type': 'text/plain' })
      response.end(`${request.method} ${request.url} ${body}`)
    })
    const callback = Promise.withResolvers<Seen>()
    const target = await serve(async (request, response) => {
      const body = (await readAll(request)).toString()
      callback.resolve({
        method: request.method ?? '',
        url: '',
        headers: { ...request.headers } as Record<string, string>,
        body,
      })
      response.end()
    })
    const answer = await call('/async-function/toy/sub?q=1', {
      method: 'POST',
      body: 'work',
      headers: { 'x-callback-url': target.url, 'x-call-id': 'id-1' },
    })
    expect([answer.status, answer.headers.get('x-call-id')]).toEqual([202, 'id-1'])
    release.resolve()
    const { headers, body } = await callback.promise
    expect(body).toBe('POST /sub?q=1 work')
    expect(headers).toMatchObject({
      'x-call-id': 'id-1',
      'x-function-name': 'toy',
      'x-function-status': '207',
    })
    expect(Number(headers['x-duration-seconds'])).toBeGreaterThanOrEqual(0)
  })

  it.each(['https://example.org/', 'http://169.254.169.254/', 'file:///etc/passwd', 'nonsense'])(
    'refuses the callback %s',
    async (url) => {
      await toy(echo)
      expect(
        (await call('/async-function/toy', { method: 'POST', headers: { 'x-callback-url': url } })).status,
      ).toBe(400)
    },
  )

  it('refuses more than it can hold', async () => {
    await context.restart({ asyncQueueLimit: 1 })
    const release = Promise.withResolvers<void>()
    await toy(async (_request, response) => {
      await release.promise
      response.end()
    })
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async () => (await call('/async-function/toy', { method: 'POST' })).status),
    )
    release.resolve()
    expect(new Set(statuses)).toEqual(new Set([202, 503]))
  })
})
