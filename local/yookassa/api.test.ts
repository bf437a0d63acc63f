import { expect, test } from 'vitest'
import { call, newPayment, paymentRequest, startTestShop } from './test-shop.ts'

test('a payment is made, paid and read back in the shapes of the API', async () => {
  const shop = await startTestShop()
  const { status, body } = await call(shop, '/payments', paymentRequest())
  expect(status).toBe(200)
  expect(body).toEqual({
    id: expect.stringMatching(/^[\da-f]{8}-000f-5000-8[\da-f]{3}-[\da-f]{12}$/),
    status: 'pending',
    amount: { value: '99.00', currency: 'RUB' },
    description: '100 coins',
    recipient: { account_id: '100500', gateway_id: '1005001' },
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    confirmation: {
      type: 'redirect',
      return_url: 'https://t.me/some_bot',
      confirmation_url: `${shop.apiRoot}/pay/${body.id}`,
    },
    test: true,
    paid: false,
    refundable: false,
    metadata: { orderId: 'o-1' },
  })
  shop.pay(body.id)
  const { body: paid } = await call(shop, `/payments/${body.id}`)
  expect(paid).toMatchObject({
    status: 'succeeded',
    paid: true,
    refundable: true,
    refunded_amount: { value: '0.00', currency: 'RUB' },
    income_amount: { value: '95.53', currency: 'RUB' },
    payment_method: { type: 'bank_card' },
  })
  expect(paid.captured_at).toEqual(expect.any(String))
  expect(paid).not.toHaveProperty('confirmation')
})

test('a payment can be given up, and then not be paid', async () => {
  const shop = await startTestShop({ test: false })
  const id = await newPayment(shop)
  shop.cancel(id)
  expect((await call(shop, `/payments/${id}`)).body).toMatchObject({
    status: 'canceled',
    paid: false,
    test: false,
    cancellation_details: { party: 'payment_network' },
  })
  expect(() => shop.pay(id)).toThrow(/canceled already/)
})

test('without capture the money is only held', async () => {
  const shop = await startTestShop()
  const { capture: _capture, ...request } = paymentRequest()
  const { body } = await call(shop, '/payments', request)
  shop.pay(body.id)
  expect((await call(shop, `/payments/${body.id}`)).body).toMatchObject({
    status: 'waiting_for_capture',
    paid: true,
    refundable: false,
    expires_at: expect.any(String),
  })
})

test('a payment that nobody pays is closed after an hour', async () => {
  const shop = await startTestShop()
  const id = await newPayment(shop)
  await shop.advance(3599)
  expect((await call(shop, `/payments/${id}`)).body.status).toBe('pending')
  await shop.advance(2)
  await expect
    .poll(async () => (await call(shop, `/payments/${id}`)).body)
    .toMatchObject({ status: 'canceled', cancellation_details: { reason: 'expired_on_confirmation' } })
})

test('the same key and body get the same answer, another body is refused', async () => {
  const shop = await startTestShop()
  const key = { 'idempotence-key': 'order-1' }
  const first = await call(shop, '/payments', paymentRequest(), key)
  shop.pay(first.body.id)
  expect(await call(shop, '/payments', paymentRequest(), key)).toEqual(first)
  expect(shop.book().payments).toHaveLength(1)
  expect(await call(shop, '/payments', paymentRequest('98.00'), key)).toMatchObject({
    status: 400,
    body: {
      type: 'error',
      code: 'invalid_request',
      description: 'Idempotence key duplicated',
      parameter: 'Idempotence-Key',
    },
  })
  const refund = { payment_id: first.body.id, amount: { value: '10.00', currency: 'RUB' } }
  const refundKey = { 'idempotence-key': 'refund-1' }
  const once = await call(shop, '/refunds', refund, refundKey)
  expect(await call(shop, '/refunds', refund, refundKey)).toEqual(once)
  expect(shop.book().refunds).toHaveLength(1)
})

test('a refused request keeps no key', async () => {
  const shop = await startTestShop()
  const key = { 'idempotence-key': 'order-2' }
  expect((await call(shop, '/payments', paymentRequest('0.00'), key)).status).toBe(400)
  expect((await call(shop, '/payments', paymentRequest(), key)).status).toBe(200)
})

test('refunds in parts, never more than what is left', async () => {
  const shop = await startTestShop()
  const id = await newPayment(shop)
  const refund = (value: string) =>
    call(shop, '/refunds', { payment_id: id, amount: { value, currency: 'RUB' } })
  expect((await refund('1.00')).body).toMatchObject({ code: 'invalid_request', parameter: 'payment_id' })
  shop.pay(id)
  const { body: part } = await refund('40.50')
  expect(part).toEqual({
    id: expect.stringMatching(/-9[\da-f]{3}-/),
    payment_id: id,
    status: 'succeeded',
    created_at: expect.any(String),
    amount: { value: '40.50', currency: 'RUB' },
  })
  expect((await call(shop, `/payments/${id}`)).body).toMatchObject({
    status: 'succeeded',
    refundable: true,
    refunded_amount: { value: '40.50' },
  })
  expect(await refund('58.51')).toMatchObject({ status: 400, body: { parameter: 'amount.value' } })
  expect((await refund('58.50')).status).toBe(200)
  expect((await call(shop, `/payments/${id}`)).body).toMatchObject({
    refundable: false,
    refunded_amount: { value: '99.00' },
  })
  expect((await refund('0.01')).status).toBe(400)
  expect((await call(shop, `/refunds/${part.id}`)).body).toEqual(part)
  expect((await call(shop, `/refunds?payment_id=${id}`)).body.items).toHaveLength(2)
  expect((await call(shop, '/refunds?payment_id=other')).body).toEqual({ type: 'list', items: [] })
})

test('lists come newest first, page by page, and new ones do not shift the pages', async () => {
  const shop = await startTestShop()
  const ids: string[] = []
  for (let count = 0; count < 5; count += 1) ids.push(await newPayment(shop))
  shop.pay(ids[0] ?? '')
  const page = async (query: string) => (await call(shop, `/payments?${query}`)).body
  const idsOf = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id)
  const first = await page('limit=2')
  expect(idsOf(first)).toEqual([ids[4], ids[3]])
  await newPayment(shop)
  const second = await page(`limit=2&cursor=${first.next_cursor}`)
  expect(idsOf(second)).toEqual([ids[2], ids[1]])
  const third = await page(`limit=2&cursor=${second.next_cursor}`)
  expect(idsOf(third)).toEqual([ids[0]])
  expect(third).not.toHaveProperty('next_cursor')
  expect(idsOf(await page('status=succeeded'))).toEqual([ids[0]])
})

test('lists can begin at a time', async () => {
  const shop = await startTestShop()
  await newPayment(shop)
  await shop.advance(60)
  const id = await newPayment(shop)
  const { body } = await call(shop, `/payments/${id}`)
  const since = async (bound: string) =>
    (await call(shop, `/payments?${bound}=${encodeURIComponent(body.created_at)}`)).body.items.length
  expect(await since('created_at.gte')).toBe(1)
  expect(await since('created_at.gt')).toBe(0)
  expect(await since('created_at.lt')).toBe(1)
  expect(await since('created_at.lte')).toBe(2)
})

test.each([
  ['the limit', 'limit=101'],
  ['the limit', 'limit=0'],
  ['the cursor', 'cursor=nonsense'],
  ['the time', 'created_at.gte=yesterday'],
])('a list with a wrong %s is refused: %s', async (_name, query) => {
  expect((await call(await startTestShop(), `/payments?${query}`)).status).toBe(400)
})

test.each([
  ['of three decimals', { amount: { value: '10.999', currency: 'RUB' } }],
  ['with an exponent', { amount: { value: '1e3', currency: 'RUB' } }],
  ['with a comma', { amount: { value: '10,00', currency: 'RUB' } }],
  ['as a number', { amount: { value: 10, currency: 'RUB' } }],
  ['of another currency', { amount: { value: '10.00', currency: 'USD' } }],
  ['and no confirmation', { confirmation: undefined }],
  ['and a metadata of numbers', { metadata: { a: 1 } }],
])('a payment with an amount %s is refused', async (_name, change) => {
  const reply = await call(await startTestShop(), '/payments', { ...paymentRequest(), ...change })
  expect(reply).toMatchObject({ status: 400, body: { type: 'error', code: 'invalid_request' } })
})

test('refusals: no login, a wrong key, no idempotence key, unknown objects and paths', async () => {
  const shop = await startTestShop()
  expect((await fetch(`${shop.apiRoot}/v3/payments`)).status).toBe(401)
  const wrong = { authorization: `Basic ${Buffer.from('100500:wrong').toString('base64')}` }
  expect(await call(shop, '/payments', undefined, wrong)).toMatchObject({
    status: 401,
    body: { code: 'invalid_credentials' },
  })
  expect(await call(shop, '/payments', paymentRequest(), { 'idempotence-key': '' })).toMatchObject({
    status: 400,
    body: { parameter: 'Idempotence-Key' },
  })
  expect(await call(shop, '/payments/unknown')).toMatchObject({ status: 404, body: { code: 'not_found' } })
  expect((await call(shop, '/refunds/unknown')).status).toBe(404)
  expect((await call(shop, '/deals')).status).toBe(404)
  expect((await call(shop, '/payments', paymentRequest(), { 'content-type': 'text/plain' })).status).toBe(415)
})
