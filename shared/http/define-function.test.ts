import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineFunction } from './define-function.ts'
import { changeRoute, openRoute, readRoute } from './route.ts'
import { openToy, type Toy } from './toy.testing.ts'

const answers = { 200: z.unknown() }

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

test('a start from an environment without secrets is refused with everything that is missing', async () => {
  const lost = defineFunction({ name: 'toy', needs: ['signing'], routes: [] })
  await expect(lost.start()).rejects.toMatchObject({
    name: 'ConfigError',
    problems: expect.arrayContaining([
      'secret api-clients is not set',
      'secret metrics-token is not set',
      'secret signing-key is not set',
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
