import { describe, expect, test } from 'vitest'
import { call, control, newPayment, startTestShop, startTestWebhook } from './test-shop.ts'

test('a person pays, another gives up, the operator refunds: by the control API', async () => {
  const webhook = await startTestWebhook()
  const shop = await startTestShop()
  expect((await control(shop, 'POST', '/webhook', { url: webhook.url })).status).toBe(200)
  const [paid, given] = [await newPayment(shop), await newPayment(shop)]
  expect((await control(shop, 'POST', `/payments/${paid}/pay`)).body.payment.status).toBe('succeeded')
  expect((await control(shop, 'POST', `/payments/${given}/cancel`)).body.payment.status).toBe('canceled')
  const { body } = await control(shop, 'POST', `/payments/${paid}/refund`, { amount: '9.00' })
  expect(body.refund).toMatchObject({ payment_id: paid, amount: { value: '9.00' } })
  expect((await control(shop, 'POST', `/payments/${paid}/refund`)).body.refund.amount.value).toBe('90.00')
  await shop.settled()
  expect(webhook.received).toHaveLength(4)
  const { body: book } = await control(shop, 'GET', '/book')
  expect(book.payments).toMatchObject([
    { id: paid, refunded_amount: { value: '99.00' } },
    { id: given, status: 'canceled' },
  ])
  expect(book.refunds).toHaveLength(2)
  await control(shop, 'POST', `/payments/${given}/notify`, { fields: { status: 'succeeded' } })
  await shop.settled()
  expect(webhook.received.at(-1)).toMatchObject({ object: { id: given, status: 'succeeded' } })
})

test('the clock can be put forward', async () => {
  const shop = await startTestShop()
  const id = await newPayment(shop)
  expect((await control(shop, 'POST', '/clock', { advanceSeconds: 90_000 })).status).toBe(200)
  await expect.poll(async () => (await call(shop, `/payments/${id}`)).body.status).toBe('canceled')
})

test('a payment made while the clock is put back is an old one afterwards', async () => {
  const shop = await startTestShop()
  await control(shop, 'POST', '/clock', { advanceSeconds: -90_000 })
  const id = await newPayment(shop)
  shop.pay(id)
  await control(shop, 'POST', '/clock', { advanceSeconds: 90_000 })
  const { body } = await call(shop, `/payments/${id}`)
  const ageSeconds = (Date.now() - Date.parse(body.captured_at)) / 1000
  expect(ageSeconds).toBeGreaterThan(89_990)
  expect(body.status).toBe('succeeded')
})

test.each([
  ['an unknown payment', 'POST', '/payments/none/pay', {}, 404],
  ['a refund before the payment', 'POST', '/payments/ID/refund', {}, 400],
  ['a refund of nothing', 'POST', '/payments/ID/refund', { amount: '0.00' }, 400],
  ['an unknown field', 'POST', '/payments/ID/pay', { really: true }, 400],
  ['no such route', 'GET', '/nothing', {}, 404],
  ['another method', 'GET', '/clock', {}, 405],
  ['an unknown rule', 'DELETE', '/faults/9', {}, 404],
  ['a month back', 'POST', '/clock', { advanceSeconds: -30 * 86_400 }, 400],
] as const)('bad input is refused: %s', async (_name, method, path, body, status) => {
  const shop = await startTestShop()
  const id = await newPayment(shop)
  const reply = await control(shop, method, path.replace('ID', id), body)
  expect([reply.status, typeof reply.body.error]).toEqual([status, 'string'])
})

describe('the pay page', () => {
  const open = async (url: string, init: RequestInit = {}) => {
    const response = await fetch(url, { redirect: 'manual', ...init })
    return { response, html: await response.text() }
  }
  const press = (url: string, what: string, headers: Record<string, string> = {}) =>
    open(url, { method: 'POST', body: new URLSearchParams({ do: what }), headers })

  test('shows the price in the language of the person, pays, and leads back', async () => {
    const shop = await startTestShop()
    const id = await newPayment(shop)
    const url = `${shop.apiRoot}/pay/${id}`
    const english = await open(url)
    expect(english.html).toMatch(/lang="en".*RUB\s?99\.00.*100 coins.*Pay.*Cancel/s)
    expect(english.response.headers.get('content-security-policy')).toContain("default-src 'none'")
    // with `no-referrer` a browser would send its own form as another site's
    expect(english.response.headers.get('referrer-policy')).toBe('same-origin')
    const russian = await open(url, { headers: { 'accept-language': 'ru-RU,ru;q=0.9,en;q=0.8' } })
    expect(russian.html).toMatch(/lang="ru".*99,00\s₽.*Оплатить.*Отменить/s)
    expect((await open(`${url}?lang=ru`)).html).toContain('Оплатить')
    const paid = await press(url, 'pay')
    expect([paid.response.status, paid.response.headers.get('location')]).toEqual([
      303,
      'https://t.me/some_bot',
    ])
    expect(shop.book().payments).toMatchObject([{ status: 'succeeded' }])
    const after = await open(url)
    expect(after.html).toContain('Paid')
    expect(after.html).not.toContain('<form')
    expect((await press(url, 'cancel')).response.status).toBe(200)
    expect(shop.book().payments).toMatchObject([{ status: 'succeeded' }])
  })

  test('gives up; escapes what the shop wrote; knows no others', async () => {
    const shop = await startTestShop()
    const { body } = await call(shop, '/payments', {
      amount: { value: '1.00', currency: 'RUB' },
      confirmation: { type: 'redirect', return_url: 'https://t.me/b?a="><script>' },
      description: '<script>alert(1)</script>',
    })
    const url = `${shop.apiRoot}/pay/${body.id}`
    expect((await open(url)).html).not.toContain('<script>')
    await press(url, 'cancel')
    expect((await open(url)).html).toContain('canceled')
    expect((await open(url)).html).not.toContain('"><script>')
    expect((await open(`${shop.apiRoot}/pay/none`)).response.status).toBe(404)
  })

  test('other sites cannot pay in a person’s name', async () => {
    const shop = await startTestShop()
    const id = await newPayment(shop)
    const foreign = await press(`${shop.apiRoot}/pay/${id}`, 'pay', { origin: 'https://evil.example' })
    expect(foreign.response.status).toBe(403)
    expect(shop.book().payments).toMatchObject([{ status: 'pending' }])
  })
})
