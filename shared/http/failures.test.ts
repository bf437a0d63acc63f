import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { readRoute } from './route.ts'
import { openToy, type Toy } from './toy.testing.ts'

const answers = { 200: z.unknown() }
const SECRET_DETAIL = 'select * from users where path = /srv/secret'

let toy: Toy

beforeAll(async () => {
  toy = await openToy({
    routes: [
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
    ],
    deadlineMs: 250,
  })
})
afterAll(() => toy.close())

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
