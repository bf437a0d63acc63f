import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readRoute } from './route.ts'
import { METRICS_TOKEN, openToy, type Toy } from './toy.testing.ts'

let toy: Toy

beforeAll(async () => {
  toy = await openToy({
    routes: [
      readRoute({
        method: 'GET',
        path: '/people/:id',
        summary: '',
        answers: { 200: z.unknown() },
        run: async () => ({ status: 200, body: 'here' }),
      }),
      readRoute({
        method: 'GET',
        path: '/bug',
        summary: '',
        answers: { 200: z.unknown() },
        run: () => Promise.reject(new Error('a bug')),
      }),
    ],
  })
})
afterAll(() => toy.close())

describe('/healthz and /ready', () => {
  test('are answered to everybody', async () => {
    expect(await toy.call('GET', '/healthz', { as: null })).toMatchObject({
      status: 200,
      body: { status: 'ok' },
    })
    expect(await toy.call('GET', '/ready', { as: null })).toMatchObject({
      status: 200,
      body: { status: 'ready' },
    })
    expect((await toy.call('POST', '/ready', { as: null })).status).toBe(404)
  })

  test('with the database away /ready is 503 and /healthz is not', async () => {
    const away = await openToy(
      { needs: ['database'] },
      { databaseUrl: 'postgres://app:dsn-password@127.0.0.1:1/none' },
    )
    const reply = await away.call('GET', '/ready', { as: null })
    expect(reply).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(reply.headers['retry-after']).toBe('1')
    expect(reply.text).not.toMatch(/127\.0\.0\.1|ECONN/)
    expect((await away.call('GET', '/healthz', { as: null })).status).toBe(200)
    expect(away.logs.join('')).not.toContain('dsn-password')
    await away.close()
  })

  test("a function's own check counts", async () => {
    const picky = await openToy({
      onReady: async () => {
        throw new Error('not yet')
      },
    })
    expect((await picky.call('GET', '/ready', { as: null })).status).toBe(503)
    await picky.close()
  })
})

describe('/metrics', () => {
  const scrape = (token: string) =>
    toy.call('GET', '/metrics', { as: null, headers: { authorization: `Bearer ${token}` } })

  test('needs its own token', async () => {
    expect((await toy.call('GET', '/metrics', { as: null })).status).toBe(401)
    expect((await toy.call('GET', '/metrics', { as: 'boss' })).status).toBe(401)
    expect((await scrape(`${METRICS_TOKEN}x`)).status).toBe(401)
    expect((await scrape('')).status).toBe(401)
  })

  test('counts by route pattern, not by path; what is in flight goes back to zero', async () => {
    await toy.call('GET', '/people/101')
    await toy.call('GET', '/people/102')
    await toy.call('GET', '/bug')
    await toy.call('GET', '/no-such-path')
    const { status, text, headers } = await scrape(METRICS_TOKEN)
    expect(status).toBe(200)
    expect(headers['content-type']).toContain('text/plain')
    expect(text).toMatch(
      /kopeika_requests_total\{route="\/people\/:id",method="GET",status="200",function="toy"\} \d/,
    )
    expect(text).toMatch(
      /kopeika_requests_total\{route="\/bug",method="GET",status="500",function="toy"\} \d/,
    )
    expect(text).toMatch(/kopeika_requests_total\{route="none",method="GET",status="404",function="toy"\} \d/)
    expect(text).toMatch(/kopeika_request_seconds_bucket\{le="0.002",.*route="\/people\/:id"/)
    expect(text).toContain('kopeika_requests_in_flight{function="toy"} 0')
    expect(text).not.toMatch(/people\/101|no-such-path/)
  })
})
