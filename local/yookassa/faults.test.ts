import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { call, control, newPayment, paymentRequest, startTestShop, startTestWebhook } from './test-shop.ts'

const startBoth = async () => {
  const webhook = await startTestWebhook()
  const shop = await startTestShop({ webhookUrl: webhook.url, retryDelayMs: () => 5 })
  return { webhook, shop, events: () => webhook.received.map(({ event }) => event) }
}

const makeKeyed = (key: string) => ({ 'idempotence-key': key })

test('a lost notification never comes; the payment stands in the book', async () => {
  const { shop, webhook } = await startBoth()
  shop.faults.add({ target: 'webhook', kind: 'payment.succeeded', do: 'lose' })
  const id = await newPayment(shop)
  shop.pay(id)
  shop.refund(id, '1.00')
  await shop.settled()
  expect(webhook.received).toMatchObject([{ event: 'refund.succeeded' }])
  expect((await call(shop, `/payments/${id}`)).body.status).toBe('succeeded')
})

test('a duplicate comes twice, once, and then it behaves again', async () => {
  const { shop, events } = await startBoth()
  shop.faults.add({ target: 'webhook', do: 'duplicate', times: 1 })
  shop.pay(await newPayment(shop))
  await shop.settled()
  expect(events()).toHaveLength(2)
  shop.pay(await newPayment(shop))
  await shop.settled()
  expect(events()).toHaveLength(3)
})

test('a delayed notification is overtaken', async () => {
  const { shop, webhook } = await startBoth()
  shop.faults.add({ target: 'webhook', do: 'delay', times: 1, delayMs: 3_600_000 })
  const [late, soon] = [await newPayment(shop), await newPayment(shop)]
  shop.pay(late)
  shop.pay(soon)
  await expect.poll(() => webhook.received.length).toBe(1)
  await shop.advance(3600)
  await shop.settled()
  expect(webhook.received.map(({ object }) => object.id)).toEqual([soon, late])
})

test('reordered ones come each in its own time, the same for the same seed', async () => {
  const orderOf = async (seed: number): Promise<number[]> => {
    const { shop, webhook } = await startBoth()
    shop.faults.add({ target: 'webhook', do: 'reorder', delayMs: 400, seed })
    const ids: string[] = []
    for (let count = 0; count < 4; count += 1) ids.push(await newPayment(shop))
    for (const id of ids) shop.pay(id)
    await shop.settled()
    return webhook.received.map(({ object }) => ids.indexOf(object.id))
  }
  // a seed whose times lie far enough apart for a busy machine
  const order = await orderOf(52)
  expect(order).toEqual([0, 3, 2, 1])
  expect(await orderOf(52)).toEqual(order)
})

test.each([
  ['succeeded while it is pending', { status: 'succeeded', paid: true }],
  ['of another amount', { amount: { value: '1.00' } }],
  ['of another shop', { recipient: { account_id: '666' } }],
  ['that is no test', { test: false }],
])('a false body: a payment %s', async (_name, fields) => {
  const { shop, webhook } = await startBoth()
  const id = await newPayment(shop)
  const truth = (await call(shop, `/payments/${id}`)).body
  shop.notify(id, 'payment.succeeded', fields)
  await shop.settled()
  expect(webhook.received[0]).toMatchObject({ event: 'payment.succeeded', object: { id, ...fields } })
  expect(webhook.received[0]?.object.amount.currency).toBe('RUB')
  expect((await call(shop, `/payments/${id}`)).body).toEqual(truth)
})

test('a rule can make each notification lie, and the API too', async () => {
  const { shop, webhook } = await startBoth()
  shop.faults.add({ target: 'webhook', do: 'alter', fields: { amount: { value: '0.01' } } })
  shop.faults.add({
    target: 'method',
    method: 'getPayment',
    do: 'alter',
    fields: { status: 'pending', captured_at: null },
  })
  const id = await newPayment(shop)
  shop.pay(id)
  await shop.settled()
  expect(webhook.received[0]?.object.amount).toEqual({ value: '0.01', currency: 'RUB' })
  const { body } = await call(shop, `/payments/${id}`)
  expect(body.status).toBe('pending')
  expect(body).not.toHaveProperty('captured_at')
  expect(shop.book().payments).toMatchObject([{ status: 'succeeded', amount: { value: '99.00' } }])
})

test.each([
  ['400', 400, 'invalid_request'],
  ['401', 401, 'invalid_credentials'],
  ['403', 403, 'forbidden'],
  ['429', 429, 'too_many_requests'],
  ['500', 500, 'internal_server_error'],
] as const)('a call is refused with %s and nothing is made', async (action, status, code) => {
  const shop = await startTestShop()
  shop.faults.add({ target: 'method', method: 'createPayment', do: action, times: 1 })
  const key = makeKeyed('k')
  expect(await call(shop, '/payments', paymentRequest(), key)).toMatchObject({
    status,
    body: { type: 'error', code },
  })
  expect(shop.book().payments).toEqual([])
  expect((await call(shop, '/payments', paymentRequest(), key)).status).toBe(200)
})

test('a refused 429 says when to come back', async () => {
  const shop = await startTestShop()
  shop.faults.add({ target: 'method', do: '429', retryAfter: 7 })
  const response = await fetch(`${shop.apiRoot}/v3/payments`, {
    headers: {
      authorization: `Basic ${Buffer.from(`${shop.shopId}:${shop.secretKey}`).toString('base64')}`,
    },
  })
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7'])
})

test.each(['accept-then-500', 'accept-then-reset'] as const)(
  '%s: the payment exists, the caller does not know, and the same key finds it',
  async (action) => {
    const shop = await startTestShop()
    shop.faults.add({ target: 'method', method: 'createPayment', do: action, times: 1 })
    const key = makeKeyed(randomUUID())
    const first = call(shop, '/payments', paymentRequest(), key)
    if (action === 'accept-then-500') expect((await first).status).toBe(500)
    else await expect(first).rejects.toThrow(/fetch failed/)
    const [made] = shop.book().payments
    const again = await call(shop, '/payments', paymentRequest(), key)
    expect(again).toMatchObject({ status: 200, body: { id: made?.id } })
    expect(shop.book().payments).toHaveLength(1)
  },
)

test('a cut connection leaves nothing behind', async () => {
  const shop = await startTestShop()
  shop.faults.add({ target: 'method', method: 'createRefund', do: 'reset', times: 1 })
  const id = await newPayment(shop)
  shop.pay(id)
  const body = { payment_id: id, amount: { value: '1.00', currency: 'RUB' } }
  await expect(call(shop, '/refunds', body)).rejects.toThrow(/fetch failed/)
  expect(shop.book().refunds).toEqual([])
  expect((await call(shop, '/refunds', body)).status).toBe(200)
})

test('an answer that never comes: the payment is there, and can be paid before the caller knows it', async () => {
  const { shop, events } = await startBoth()
  shop.faults.add({ target: 'method', method: 'createPayment', do: 'accept-then-timeout', times: 1 })
  const key = makeKeyed('k')
  const asking = call(shop, '/payments', paymentRequest(), key)
  await expect.poll(() => shop.book().payments.length).toBe(1)
  const id = String(shop.book().payments[0]?.id)
  shop.pay(id)
  await shop.settled()
  expect(events()).toEqual(['payment.succeeded'])
  await shop.advance(120)
  await expect(asking).rejects.toThrow(/fetch failed/)
  expect((await call(shop, '/payments', paymentRequest(), key)).body.id).toBe(id)
})

test('an answer that comes late', async () => {
  const shop = await startTestShop()
  shop.faults.add({
    target: 'method',
    method: 'createPayment',
    do: 'accept-then-delay',
    delayMs: 3_600_000,
    times: 1,
  })
  const asking = call(shop, '/payments', paymentRequest())
  await expect.poll(() => shop.book().payments.length).toBe(1)
  await shop.advance(3600)
  expect((await asking).body.id).toBe(shop.book().payments[0]?.id)
})

test('a refund that is declined takes no money, a pending one ends later', async () => {
  const { shop, events } = await startBoth()
  const id = await newPayment(shop)
  shop.pay(id)
  await shop.settled()
  const refund = () => call(shop, '/refunds', { payment_id: id, amount: { value: '99.00', currency: 'RUB' } })
  shop.faults.add({ target: 'method', method: 'createRefund', do: 'refund-canceled', times: 1 })
  expect((await refund()).body).toMatchObject({
    status: 'canceled',
    cancellation_details: { reason: 'insufficient_funds' },
  })
  shop.faults.add({ target: 'method', method: 'createRefund', do: 'refund-pending', times: 1 })
  const { body: pending } = await refund()
  expect(pending.status).toBe('pending')
  expect((await refund()).status).toBe(400)
  shop.settleRefund(pending.id, 'succeeded')
  await shop.settled()
  expect(events()).toEqual(['payment.succeeded', 'refund.succeeded'])
  expect((await call(shop, `/payments/${id}`)).body.refunded_amount.value).toBe('99.00')
})

test('rules are given, listed and taken back over HTTP', async () => {
  const shop = await startTestShop()
  const { body } = await control(shop, 'POST', '/faults', {
    target: 'method',
    method: 'listPayments',
    do: '500',
    share: 0.5,
    seed: 3,
  })
  expect(body.rule).toMatchObject({ id: 1, seed: 3, struck: 0 })
  const statuses: number[] = []
  for (let count = 0; count < 40; count += 1) statuses.push((await call(shop, '/payments')).status)
  const struck = statuses.filter((status) => status === 500).length
  expect(struck).toBeGreaterThan(8)
  expect(struck).toBeLessThan(32)
  expect((await control(shop, 'GET', '/faults')).body.rules).toMatchObject([{ id: 1, struck }])
  await control(shop, 'POST', '/faults', { target: 'webhook', do: 'lose' })
  expect((await control(shop, 'DELETE', '/faults/1')).body.rules).toMatchObject([{ id: 2 }])
  expect((await control(shop, 'DELETE', '/faults')).body).toEqual({ rules: [] })
  expect((await call(shop, '/payments')).status).toBe(200)
})

test.each([
  [{ target: 'webhook', do: 'explode' }],
  [{ target: 'nothing', do: 'lose' }],
  [{ target: 'webhook', do: 'lose', share: 2 }],
  [{ target: 'method', do: '429', kind: 'message' }],
  [[]],
])('a rule that makes no sense is refused: %j', async (rule) => {
  const reply = await control(await startTestShop(), 'POST', '/faults', rule)
  expect(reply).toMatchObject({ status: 400, body: { error: expect.any(String) } })
})
