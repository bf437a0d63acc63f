import { expect, test, vi } from 'vitest'
import { createClient, type SessionKeeper } from './client.ts'
import { Problem } from './problem.ts'

type Sent = { url: string; method: string; headers: Record<string, string>; body: unknown }

const problem = (status: number, code: string, extra = {}, headers = {}): Response =>
  new Response(JSON.stringify({ code, status, requestId: 'r-1', ...extra }), { status, headers })

const ok = (body: unknown = { fine: true }): Response => new Response(JSON.stringify(body))

/** A server that gives these answers one after another, and what was sent to it. */
const clientFor = (...answers: (Response | Error)[]) => {
  const sent: Sent[] = []
  const keeper = {
    token: 'csrf-1',
    renew: vi.fn<SessionKeeper['renew']>(async () => {
      keeper.token = 'csrf-2'
    }),
    refreshCsrf: vi.fn<SessionKeeper['refreshCsrf']>(async () => {
      keeper.token = 'csrf-2'
    }),
    lost: vi.fn<SessionKeeper['lost']>(),
  }
  const client = createClient({
    base: '/function/cabinet/',
    session: { ...keeper, csrf: () => keeper.token },
    fetch: async (url, init) => {
      const { method = '', headers, body } = init ?? {}
      sent.push({ url: String(url), method, headers: { ...(headers as Record<string, string>) }, body })
      const answer = answers.shift()
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('nothing more')
      return answer
    },
  })
  return { client, sent, keeper }
}

const CHANGE = { method: 'POST', path: 'api/invoices', body: { pack: 'small' }, key: 'key-1' } as const

test('a change carries its key and the token; a read carries neither', async () => {
  const { client, sent } = clientFor(ok(), ok())
  await client.change(CHANGE)
  await client.read('api/packs')
  expect(sent[0]).toMatchObject({
    url: '/function/cabinet/api/invoices',
    body: '{"pack":"small"}',
    headers: { 'idempotency-key': 'key-1', 'x-csrf-token': 'csrf-1', 'content-type': 'application/json' },
  })
  expect(sent[1]).toMatchObject({ method: 'GET', headers: {}, body: undefined })
})

test('a picture goes as it is, under its own type', async () => {
  const { client, sent } = clientFor(ok())
  const body = new Blob(['x'], { type: 'image/png' })
  await client.change({ method: 'POST', path: 'api/avatars', body, key: 'k' })
  expect(sent[0]?.body).toBe(body)
  expect(sent[0]?.headers['content-type']).toBe('image/png')
})

test('a session that is over is renewed once, and the call sent again with the same key and the new token', async () => {
  const { client, sent, keeper } = clientFor(problem(401, 'unauthenticated'), ok({ orderId: 'o' }))
  expect(await client.change(CHANGE)).toEqual({ orderId: 'o' })
  expect(keeper.renew).toHaveBeenCalledOnce()
  expect(sent.map(({ headers }) => headers['idempotency-key'])).toEqual(['key-1', 'key-1'])
  expect(sent[1]?.headers['x-csrf-token']).toBe('csrf-2')
})

test('a session that does not last even for the next call is lost, and nothing goes on for ever', async () => {
  const { client, sent, keeper } = clientFor(problem(401, 'unauthenticated'), problem(401, 'unauthenticated'))
  await expect(client.read('api/me')).rejects.toMatchObject({ status: 401 })
  expect(keeper.lost).toHaveBeenCalledOnce()
  expect(sent).toHaveLength(2)
})

test('a refused token is asked for anew, once', async () => {
  const { client, sent, keeper } = clientFor(problem(403, 'forbidden'), ok())
  await client.change(CHANGE)
  expect(keeper.refreshCsrf).toHaveBeenCalledOnce()
  expect(sent[1]?.headers['x-csrf-token']).toBe('csrf-2')
})

test('a limit of the person is no matter of tokens', async () => {
  const { client, sent, keeper } = clientFor(problem(403, 'forbidden', { limit: 'daily', left: 3 }))
  await expect(client.change(CHANGE)).rejects.toMatchObject({ leftToday: 3 })
  expect(keeper.refreshCsrf).not.toHaveBeenCalled()
  expect(sent).toHaveLength(1)
})

test.each([
  ['coins that are missing', problem(402, 'insufficient_funds', { missing: 7 }), { missing: 7 }],
  [
    'the time to wait',
    problem(429, 'rate_limited', {}, { 'retry-after': '12' }),
    { code: 'rate_limited', retryAfterSeconds: 12 },
  ],
  ['the number of the request', problem(500, 'internal'), { requestId: 'r-1', retryAfterSeconds: undefined }],
  [
    'a page of something between',
    new Response('<h1>Bad gateway</h1>', { status: 502 }),
    { code: 'unavailable' },
  ],
  ['a body that is no object', new Response('null', { status: 413 }), { code: 'too_large' }],
  ['no answer at all', new TypeError('Failed to fetch'), { status: 0, code: 'offline' }],
])('a failure tells %s', async (_name, answer, expected) => {
  const { client } = clientFor(answer)
  const failure = await client.read('api/packs').catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(Problem)
  expect(failure).toMatchObject(expected)
})

test('an answer that is cut off is told as no connection', async () => {
  const { client } = clientFor(new Response('{"items":['))
  await expect(client.read('api/packs')).rejects.toMatchObject({ code: 'offline' })
})

test('an answer without a body is one', async () => {
  const { client } = clientFor(new Response(null, { status: 204 }))
  expect(await client.change({ method: 'DELETE', path: 'api/deletion', key: 'k' })).toBeUndefined()
})

test('a call that nobody waits for any more is no failure of the network', async () => {
  const controller = new AbortController()
  controller.abort()
  const { client } = clientFor(new DOMException('Aborted', 'AbortError'))
  await expect(client.read('api/packs', controller.signal)).rejects.toMatchObject({ name: 'AbortError' })
})
