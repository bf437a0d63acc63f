import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { errorOf } from '../../test/support/error-of.ts'
import { createYookassaClient, type YookassaClient } from './yookassa-api.ts'
import { YookassaError, yookassaToAppError } from './yookassa-error.ts'
import { formatSum } from './yookassa-shapes.ts'

const SECRET = 'live_the-secret-key-of-the-shop'
const PAYMENT = {
  id: '2d0a1b2c-000f-5000-8000-1b2c3d4e5f60',
  status: 'succeeded',
  paid: true,
  test: false,
  amount: { value: '99.00', currency: 'RUB' },
  recipient: { account_id: '100500', gateway_id: '1' },
  created_at: '2026-03-01T12:00:00.000Z',
  captured_at: '2026-03-01T12:01:00.000Z',
  metadata: { orderId: 'o-1' },
}
const REFUND = {
  id: '2d0a1b2c-0015-5000-9000-1b2c3d4e5f60',
  payment_id: PAYMENT.id,
  status: 'succeeded',
  amount: { value: '1.50', currency: 'RUB' },
  created_at: '2026-03-02T12:00:00.000Z',
}

type Seen = { method: string; url: string; headers: IncomingHttpHeaders; body: string }

let server: Server
let apiRoot: string
let seen: Seen[] = []
let answer: { status: number; headers?: Record<string, string>; body: unknown } | 'hang' | 'reset'

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
      if (answer === 'hang') return
      if (answer === 'reset') return void request.socket.resetAndDestroy()
      const { status, body } = answer
      response.writeHead(status, { 'content-type': 'application/json', ...answer.headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  apiRoot = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})
beforeEach(() => {
  seen = []
  answer = { status: 200, body: PAYMENT }
})

const client = (over: Partial<Parameters<typeof createYookassaClient>[0]> = {}): YookassaClient =>
  createYookassaClient({ apiRoot, shopId: '100500', secretKey: SECRET, timeoutMs: 1_000, ...over })

const failureOf = async (work: Promise<unknown>): Promise<YookassaError> => {
  const error = await errorOf(work)
  if (!(error instanceof YookassaError)) throw error
  return error
}

describe('what is sent', () => {
  test('a payment: captured at once, with the order in its metadata, under the order as key', async () => {
    const payment = await client().createPayment({
      orderId: 'o-1',
      amount: 9900,
      currency: 'RUB',
      description: '100 монет',
      returnUrl: 'https://t.me/bot',
    })
    expect(payment).toMatchObject({ id: PAYMENT.id, amount: 9900, orderId: 'o-1', shopId: '100500' })
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/v3/payments' })
    expect(seen[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from(`100500:${SECRET}`).toString('base64')}`,
      'idempotence-key': 'o-1',
      'content-type': 'application/json',
    })
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      amount: { value: '99.00', currency: 'RUB' },
      capture: true,
      confirmation: { type: 'redirect', return_url: 'https://t.me/bot' },
      description: '100 монет',
      metadata: { orderId: 'o-1' },
    })
  })

  test('a refund, under our refund as key', async () => {
    answer = { status: 200, body: REFUND }
    const order = {
      refundId: 'r-1',
      paymentId: PAYMENT.id,
      amount: 150,
      currency: 'RUB',
      description: 'Refund r-1',
    }
    expect(await client().createRefund(order)).toMatchObject({
      id: REFUND.id,
      amount: 150,
      status: 'succeeded',
    })
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/v3/refunds' })
    expect(seen[0]?.headers['idempotence-key']).toBe('r-1')
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      payment_id: PAYMENT.id,
      amount: { value: '1.50', currency: 'RUB' },
      description: 'Refund r-1',
    })
  })

  test('lists by time, page after page; an id cannot leave its place in the path', async () => {
    answer = { status: 200, body: { type: 'list', items: [PAYMENT], next_cursor: 'c2' } }
    const from = new Date('2026-03-01T00:00:00Z')
    const page = await client().listPayments({ createdAtGte: from, limit: 50, cursor: 'c1' })
    expect(page).toMatchObject({ items: [{ id: PAYMENT.id }], unreadable: [], nextCursor: 'c2' })
    expect(seen[0]?.url).toBe('/v3/payments?created_at.gte=2026-03-01T00%3A00%3A00.000Z&limit=50&cursor=c1')
    answer = { status: 200, body: { items: [REFUND] } }
    expect((await client().listRefunds({ paymentId: PAYMENT.id })).items).toHaveLength(1)
    expect(seen[1]?.url).toBe(`/v3/refunds?payment_id=${PAYMENT.id}&limit=100`)
    answer = { status: 200, body: PAYMENT }
    await client().getPayment('../refunds/1')
    expect(seen[2]?.url).toBe('/v3/payments/..%2Frefunds%2F1')
  })

  test.each([
    [1, '0.01'],
    [10, '0.10'],
    [100, '1.00'],
    [9900, '99.00'],
    [35_000_000, '350000.00'],
  ])('%i kopecks are "%s"', (minor, text) => {
    expect(formatSum(minor)).toBe(text)
  })
})

describe('what comes back is read strictly', () => {
  test.each([
    '10.999',
    '1e3',
    '10,00',
    '10',
    '10.0',
    ' 10.00',
    '-1.00',
    '+1.00',
    '0x1.00',
    '.50',
    '9007199254740991.00',
    '',
  ])('a sum of %j is none', async (value) => {
    answer = { status: 200, body: { ...PAYMENT, amount: { value, currency: 'RUB' } } }
    expect((await failureOf(client().getPayment('1'))).kind).toBe('nonsense')
  })

  test.each([
    ['no test flag', { test: undefined }],
    ['no shop', { recipient: undefined }],
    ['no paid', { paid: 'yes' }],
    ['a small currency', { amount: { value: '1.00', currency: 'rub' } }],
    ['metadata that are no texts', { metadata: { orderId: 1 } }],
    ['a time that is none', { captured_at: 'yesterday' }],
  ])('%s: nonsense', async (_name, over) => {
    answer = { status: 200, body: { ...PAYMENT, ...over } }
    expect((await failureOf(client().getPayment('1'))).kind).toBe('nonsense')
  })

  test('one bad line of a list is named, the others are read', async () => {
    const bad = { ...PAYMENT, id: 'bad-one', amount: { value: '1e3', currency: 'RUB' } }
    answer = { status: 200, body: { items: [PAYMENT, bad, null, { id: '<script>' }] } }
    const page = await client().listPayments({})
    expect(page.items.map(({ id }) => id)).toEqual([PAYMENT.id])
    expect(page.unreadable).toEqual(['bad-one'])
  })
})

describe('failures', () => {
  test.each([
    [400, { code: 'invalid_request', description: 'x' }, 'refused', '400 invalid_request', false],
    [404, { code: 'not_found' }, 'not_found', '404 not_found', false],
    [401, { code: 'invalid_credentials' }, 'unauthorized', '401 invalid_credentials', false],
    [403, { code: 'forbidden' }, 'unauthorized', '403 forbidden', false],
    [429, { code: 'too_many_requests' }, 'unavailable', '429 too_many_requests', true],
    [500, { code: 'internal_server_error' }, 'unavailable', '500 internal_server_error', true],
    [502, '<html>', 'unavailable', '502', true],
    [202, { type: 'processing', retry_after: 1800 }, 'unavailable', '202', true],
    [200, '<html>', 'unavailable', 'the answer is no JSON', true],
    // a proxy's words, not YooKassa's: they say nothing of what was done
    [400, { code: `no code ${SECRET}` }, 'unavailable', '400', true],
    [404, '<html>', 'unavailable', '404', true],
    [408, { code: 'timeout' }, 'unavailable', '408 timeout', true],
    [409, { code: 'conflict' }, 'unavailable', '409 conflict', true],
  ] as const)('%i %j: %s', async (status, body, kind, reason, outcomeUnknown) => {
    answer = { status, body }
    expect(await failureOf(client().getPayment('1'))).toMatchObject({ kind, reason, outcomeUnknown })
  })

  test('a redirect is not followed: it would carry the key away', async () => {
    answer = { status: 302, headers: { location: `${apiRoot}/elsewhere` }, body: '' }
    expect((await failureOf(client().getPayment('1'))).kind).toBe('unavailable')
    expect(seen).toHaveLength(1)
  })

  test('silence ends with the timeout, or when the caller gives up', async () => {
    answer = 'hang'
    expect(await failureOf(client({ timeoutMs: 50 }).getPayment('1'))).toMatchObject({
      kind: 'unavailable',
      reason: 'no answer in time',
      outcomeUnknown: true,
    })
    const caller = new AbortController()
    const call = client({ timeoutMs: 20_000 }).getPayment('1', caller.signal)
    call.catch(() => undefined)
    caller.abort()
    expect((await failureOf(call)).kind).toBe('unavailable')
  })

  test('no failure shows the key, its address or what was sent', async () => {
    const failures = [
      async () => {
        answer = 'reset'
        return failureOf(client().getPayment('1'))
      },
      () => failureOf(client({ apiRoot: 'http://127.0.0.1:1' }).getPayment('1')),
      () => failureOf(client({ apiRoot: 'http://no-such-host.invalid' }).getPayment('1')),
      async () => {
        answer = { status: 400, body: { code: 'invalid_request', description: `Basic ${SECRET}` } }
        return failureOf(client().getPayment('1'))
      },
    ]
    for (const fail of failures) {
      const error = await fail()
      const shown = [error, yookassaToAppError(error)]
        .map((one) => `${one.stack} ${JSON.stringify(one)}`)
        .join()
      expect(shown).not.toContain(SECRET)
      expect(shown).not.toContain(Buffer.from(`100500:${SECRET}`).toString('base64'))
      expect(error.cause).toBeUndefined()
    }
  })

  test('to others: away is 503, a refusal 502', () => {
    const away = yookassaToAppError(new YookassaError('getPayment', 'unavailable', '500'))
    const refused = yookassaToAppError(new YookassaError('getPayment', 'unauthorized', '401'))
    expect([away.code, refused.code]).toEqual(['unavailable', 'upstream_failed'])
  })
})
