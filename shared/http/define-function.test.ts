import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { defineFunction } from './define-function.ts'
import { changeRoute, openRoute, readRoute } from './route.ts'
import { METRICS_TOKEN, openToy, type Toy } from './toy.testing.ts'

const answers = { 200: z.unknown() }
const SECRET_DETAIL = 'select * from users where path = /srv/secret'

let toy: Toy
let seenRequestId = ''
let afterCommitRan = 0

beforeAll(async () => {
  toy = await openToy({
    routes: [
      readRoute({
        method: 'GET',
        path: '/plain',
        summary: '',
        answers,
        run: async ({ caller, requestId, log }) => {
          seenRequestId = requestId
          log.info('in the route')
          return { status: 200, body: { caller: caller.id } }
        },
      }),
      readRoute({
        method: 'GET',
        path: '/people/me',
        summary: '',
        answers,
        run: async () => ({ status: 200, body: 'fixed' }),
      }),
      readRoute({
        method: 'GET',
        path: '/people/:id',
        summary: '',
        answers,
        params: z.strictObject({ id: z.string().max(20) }),
        run: async ({ params }) => ({ status: 200, body: params }),
      }),
      changeRoute({
        method: 'DELETE',
        path: '/people/:id',
        summary: '',
        answers,
        run: async () => ({ status: 200, body: 'never' }),
      }),
      readRoute({
        method: 'GET',
        path: '/bug',
        summary: '',
        answers,
        run: async () => {
          throw Object.assign(new Error(SECRET_DETAIL), { code: '42P01' })
        },
      }),
      readRoute({
        method: 'GET',
        path: '/thrown-text',
        summary: '',
        answers,
        run: () => Promise.reject(SECRET_DETAIL),
      }),
      readRoute({
        method: 'GET',
        path: '/thrown-at-once',
        summary: '',
        answers,
        run: () => {
          throw new Error(SECRET_DETAIL)
        },
      }),
      readRoute({
        method: 'GET',
        path: '/refusal',
        summary: '',
        answers,
        run: async () => {
          throw new AppError('conflict', {
            detail: 'It is so already.',
            extra: { since: 7, status: 200, requestId: 'forged' },
            cause: new Error(SECRET_DETAIL),
          })
        },
      }),
      readRoute({
        method: 'GET',
        path: '/away',
        summary: '',
        answers,
        run: async () => {
          throw Object.assign(new Error(SECRET_DETAIL), { code: 'ECONNREFUSED' })
        },
      }),
      readRoute({
        method: 'GET',
        path: '/hangs',
        summary: '',
        answers,
        run: () => new Promise(() => undefined),
      }),
      readRoute({
        method: 'GET',
        path: '/document',
        summary: '',
        answers,
        run: async () => ({ status: 200, headers: { 'content-type': 'text/vtt' }, body: 'WEBVTT' }),
      }),
      readRoute({
        method: 'GET',
        path: '/later',
        summary: '',
        answers,
        run: async ({ afterCommit }) => {
          afterCommit(async () => {
            afterCommitRan += 1
          })
          afterCommit(async () => {
            throw new Error('later work failed')
          })
          afterCommit(() => {
            throw new Error('later work failed at once')
          })
          return { status: 200, body: 'ok' }
        },
      }),
      openRoute({
        method: 'POST',
        path: '/open',
        summary: '',
        answers,
        run: async ({ request, caller, requestId }) => ({
          status: 202,
          headers: {},
          body: `${request.body.length} ${caller.id} ${requestId.length > 0}`,
        }),
      }),
    ],
    deadlineMs: 250,
  })
})
afterAll(() => toy.close())

const REQUEST_ID = /^[0-9a-f-]{36}$/

describe('finding the route', () => {
  test('a path that is not there: 404', async () => {
    const reply = await toy.call('GET', '/nowhere')
    expect(reply.status).toBe(404)
    expect(reply.body).toMatchObject({ code: 'not_found' })
  })

  test('a method that is not there: 405, with those that are', async () => {
    const reply = await toy.call('POST', '/people/7')
    expect(reply.status).toBe(405)
    expect(reply.headers.allow).toBe('GET, DELETE')
    expect(reply.body).toMatchObject({ code: 'method_not_allowed' })
  })

  test('a fixed path wins over a pattern; a slash at the end does not matter', async () => {
    expect((await toy.call('GET', '/people/me')).body).toBe('fixed')
    expect((await toy.call('GET', '/people/7/')).body).toEqual({ id: '7' })
    expect((await toy.call('GET', '/people/a%2Fb%20c')).body).toEqual({ id: 'a/b c' })
  })

  test.each([['/people/%ff'], ['/people/%'], ['/people/%00'], [`/people/${'x'.repeat(21)}`]])(
    '%s: 400',
    async (path) => {
      expect(await toy.call('GET', path)).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
    },
  )

  test.each([['/people/'], ['/people//'], ['/people/7/8'], ['//plain'], ['/PLAIN']])(
    '%s: 404',
    async (path) => {
      expect((await toy.call('GET', path)).status).toBe(404)
    },
  )
})

describe('callers', () => {
  test('no token: 401 and how to authenticate', async () => {
    const reply = await toy.call('GET', '/plain', { as: null })
    expect(reply).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    expect(reply.headers['www-authenticate']).toBe('Bearer')
  })

  test('a token without the scope: 403; admin may everything', async () => {
    expect((await toy.call('GET', '/plain', { as: 'reader' })).body).toEqual({ caller: 'reader' })
    expect(await toy.call('DELETE', '/people/7', { as: 'reader', key: 'k' })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    })
    expect((await toy.call('GET', '/plain', { as: 'toy' })).status).toBe(403)
    expect((await toy.call('GET', '/plain', { as: 'boss' })).status).toBe(200)
  })

  test('an open route asks for none, and needs no database', async () => {
    const reply = await toy.call('POST', '/open', { as: null, raw: 'four' })
    expect(reply).toMatchObject({ status: 202, text: '4 toy true' })
  })
})

describe('Idempotency-Key', () => {
  test.each([[undefined], [''], ['a b'], ['ключ'], ['x'.repeat(256)], ['tab\t']])('%j: 400', async (key) => {
    const reply = await toy.call('DELETE', '/people/7', key === undefined ? {} : { key })
    expect(reply).toMatchObject({
      status: 400,
      body: { code: 'invalid_input', errors: [{ path: 'Idempotency-Key' }] },
    })
  })
})

describe('answers', () => {
  test('are JSON that nobody keeps or sniffs, under a request id', async () => {
    const reply = await toy.call('GET', '/plain')
    expect(reply.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    expect(reply.headers['x-request-id']).toMatch(REQUEST_ID)
    expect(seenRequestId).toBe(reply.headers['x-request-id'])
  })

  test('a raw document keeps its type', async () => {
    const reply = await toy.call('GET', '/document')
    expect(reply).toMatchObject({ status: 200, text: 'WEBVTT' })
    expect(reply.headers).toMatchObject({ 'content-type': 'text/vtt', 'x-content-type-options': 'nosniff' })
  })

  test('work after the answer runs, and its failure does not turn a success into a failure', async () => {
    expect((await toy.call('GET', '/later')).status).toBe(200)
    await new Promise((resolve) => setImmediate(resolve))
    expect(afterCommitRan).toBe(1)
    expect(toy.logs.filter((line) => line.includes('later work failed'))).toHaveLength(2)
  })
})

describe('X-Call-Id', () => {
  test('is taken over when it is harmless', async () => {
    const reply = await toy.call('GET', '/plain', { headers: { 'x-call-id': 'Call_1-a' } })
    expect(reply.headers['x-request-id']).toBe('Call_1-a')
    expect(toy.logs.some((line) => line.includes('"requestId":"Call_1-a"'))).toBe(true)
  })

  test.each([[''], ['a b'], ['a\nb'], ['x'.repeat(65)], ['<script>'], ['ид']])(
    '%j is replaced',
    async (id) => {
      const reply = await toy.call('GET', '/plain', { headers: { 'x-call-id': id } })
      expect(reply.headers['x-request-id']).toMatch(REQUEST_ID)
    },
  )
})

describe('failures', () => {
  const PROBLEM = ['type', 'title', 'status', 'code', 'requestId']

  test.each(['/bug', '/thrown-text', '/thrown-at-once'])(
    'a bug (%s) is 500 that shows nothing, and is logged under its request id',
    async (path) => {
      const reply = await toy.call('GET', path)
      expect(reply.status).toBe(500)
      expect(reply.headers['content-type']).toBe('application/problem+json')
      expect(Object.keys(reply.body).sort()).toEqual([...PROBLEM].sort())
      expect(reply.body).toMatchObject({
        code: 'internal',
        status: 500,
        type: 'urn:kopeika:problem:internal',
      })
      expect(reply.text).not.toMatch(/select|secret|at \w+|\.ts/)
      const line = toy.logs.find(
        (one) => one.includes(reply.body.requestId) && one.includes('request failed'),
      )
      expect(line).toContain(SECRET_DETAIL)
      expect(line).toContain('"level":"error"')
    },
  )

  test('a refusal is a problem document; what it adds cannot replace its members; the cause stays inside', async () => {
    const reply = await toy.call('GET', '/refusal')
    expect(reply.status).toBe(409)
    expect(reply.body).toEqual({
      type: 'urn:kopeika:problem:conflict',
      title: 'Conflict',
      status: 409,
      code: 'conflict',
      detail: 'It is so already.',
      since: 7,
      requestId: reply.headers['x-request-id'],
    })
  })

  test('a part that is away is 503 with Retry-After', async () => {
    const reply = await toy.call('GET', '/away')
    expect(reply).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(reply.headers['retry-after']).toBe('5')
    expect(reply.text).not.toContain('select')
  })

  test('no answer in time is 504', async () => {
    const startedAt = performance.now()
    const reply = await toy.call('GET', '/hangs')
    expect(reply).toMatchObject({ status: 504, body: { code: 'deadline' } })
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })
})

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

test('a start from an environment without secrets is refused with everything that is missing', async () => {
  const lost = defineFunction({ name: 'toy', needs: ['database', 'redis'], routes: [] })
  await expect(lost.start()).rejects.toMatchObject({
    name: 'ConfigError',
    problems: expect.arrayContaining([
      'secret api-clients is not set',
      'secret metrics-token is not set',
      'secret database-url is not set',
      'secret redis-url is not set',
    ]),
  })
})

test('a body may be 1 MiB unless the function says otherwise', async () => {
  expect(toy.bodyLimitBytes).toBe(1024 * 1024)
  const wide = await openToy({ bodyLimitBytes: 5 })
  expect(wide.bodyLimitBytes).toBe(5)
  await wide.close()
})

test('what a function does not list in its needs it cannot use', async () => {
  const greedy = await openToy({
    routes: [
      readRoute({
        method: 'GET',
        path: '/',
        summary: '',
        answers,
        run: async ({ resources }) => ({ status: 200, body: resources.sign('a', 'b') }),
      }),
    ],
  })
  expect((await greedy.call('GET', '/')).status).toBe(500)
  expect(greedy.logs.join('')).toContain('does not list it in its needs')
  await greedy.close()
})
