import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type MoneyHouse, openMoneyHouse } from '../../test/support/money-house.ts'
import { handler as webhook } from '../payment-webhook/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

const BONUS = 50

let money: MoneyHouse
beforeAll(async () => {
  money = await openMoneyHouse([handler, webhook, register])
})
afterEach(async () => {
  money.shop.faults.clear()
  await money.booksClose()
})
afterAll(() => money.close())

const invoice = (body: object, key = randomUUID()) =>
  money.house.call('top-up', 'POST', '/invoices', { body: { pack: 'small', ...body }, key })

test('GET /packs names the ways to pay, each with its currency', async () => {
  const { body } = await money.house.call('top-up', 'GET', '/packs')
  expect(body.providers).toEqual([
    { id: 'stars', currency: 'XTR' },
    { id: 'telegram', currency: 'RUB' },
    { id: 'yookassa', currency: 'RUB' },
  ])
})

describe('POST /invoices', () => {
  test('telegram: a link and an invoice in roubles', async () => {
    const { telegramId } = await money.house.person()
    const { status, body } = await invoice({ telegramId, provider: 'telegram' })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      provider: 'telegram',
      url: expect.stringMatching(/^https:\/\/t\.me\//),
      invoice: { currency: 'RUB', prices: [{ amount: 9900 }] },
    })
  })

  test('yookassa: an address to pay at and no invoice, also where no link is asked for', async () => {
    const { telegramId } = await money.house.person()
    const { status, body } = await invoice({ telegramId, provider: 'yookassa', link: false })
    expect(status).toBe(201)
    expect(body).toEqual({
      orderId: expect.any(String),
      provider: 'yookassa',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/pay\//),
    })
    const [order] = await money.house
      .ownerSql`select external_id, url, state from orders where id = ${body.orderId}`
    expect(order).toEqual({ external_id: money.idOf(body.url), url: body.url, state: 'open' })
  })

  test('the same call 20 times at once opens one payment at YooKassa', async () => {
    const { telegramId } = await money.house.person()
    const before = money.shop.book().payments.length
    const key = randomUUID()
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => invoice({ telegramId, provider: 'yookassa' }, key)),
    )
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(replies.map(({ body }) => body.url)).size).toBe(1)
    expect(money.shop.book().payments.length).toBe(before + 1)
  })

  test.each([
    ['500', 503],
    ['429', 503],
    ['reset', 503],
    ['400', 502],
    ['401', 502],
  ] as const)('YooKassa says %s: %i, and later there is a link', async (fault, status) => {
    const { telegramId } = await money.house.person()
    money.shop.faults.add({ target: 'method', method: 'createPayment', do: fault, times: 1 })
    const key = randomUUID()
    expect((await invoice({ telegramId, provider: 'yookassa' }, key)).status).toBe(status)
    expect((await invoice({ telegramId, provider: 'yookassa' }, key)).body.url).toContain('/pay/')
  })

  test('an answer without an address to pay at is none', async () => {
    const { telegramId } = await money.house.person()
    const fields = { confirmation: { confirmation_url: 'javascript:alert(1)' } }
    money.shop.faults.add({ target: 'method', method: 'createPayment', do: 'alter', fields, times: 1 })
    expect((await invoice({ telegramId, provider: 'yookassa' })).status).toBe(502)
  })
})

describe('payments through a provider token', () => {
  test('are credited once, with the processor’s id kept: 50 at once', async () => {
    const { id, telegramId } = await money.house.person()
    const { invoice: sent } = await money.order(telegramId, 'telegram')
    const paid = {
      payload: sent.payload,
      chargeId: `card-${randomUUID()}`,
      currency: 'RUB',
      amount: 9900,
      date: 1_790_000_000,
    }
    const replies = await Promise.all(Array.from({ length: 50 }, () => money.pay(telegramId, paid)))
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 100, debt: 0 })
    const [row] = await money.house.ownerSql`
      select provider, processor_charge_id, paid_at from payments where charge_id = ${paid.chargeId}`
    expect(row).toEqual({
      provider: 'telegram',
      processor_charge_id: 'p1',
      paid_at: new Date(1_790_000_000_000),
    })
  })

  test.each([
    ['provider_differs', 'stars', { currency: 'RUB', amount: 9900 }],
    ['currency_differs', 'telegram', { currency: 'USD', amount: 9900 }],
    ['amount_differs', 'telegram', { currency: 'RUB', amount: 9901 }],
  ])('%s: kept in suspense', async (reason, provider, paid) => {
    const { id, telegramId } = await money.house.person()
    const { invoice: sent } = await money.order(telegramId, provider)
    const { body } = await money.pay(telegramId, { payload: sent.payload, ...paid })
    const [row] = await money.house.ownerSql`select state, reason from payments where id = ${body.paymentId}`
    expect(row).toEqual({ state: 'suspense', reason })
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
    expect(await money.alertsOf(`payment:${body.paymentId}`)).toEqual([
      expect.objectContaining({ kind: 'payment-suspense', params: expect.objectContaining({ reason }) }),
    ])
  })

  test('pre-checkout judges them by their own currency', async () => {
    const { telegramId } = await money.house.person()
    const { invoice: sent } = await money.order(telegramId, 'telegram')
    const ask = async (over: object) => {
      const body = {
        id: '1',
        from: { id: telegramId, language_code: 'en' },
        currency: 'RUB',
        total_amount: 9900,
        invoice_payload: sent.payload,
        ...over,
      }
      return (await money.house.call('top-up', 'POST', '/pre-checkout', { key: null, body })).body
    }
    expect(await ask({})).toEqual({ ok: true })
    expect(await ask({ total_amount: 9899 })).toMatchObject({ ok: false })
    expect(await ask({ currency: 'XTR' })).toMatchObject({ ok: false })
  })
})

test('pre-checkout answers in time when the database does not: not ok, in words', async () => {
  const { telegramId } = await money.house.person()
  const { invoice: sent } = await money.order(telegramId)
  const { resolve: unlock, promise: locked } = Promise.withResolvers<void>()
  const { resolve: isLocked, promise: ready } = Promise.withResolvers<void>()
  const lock = money.house.ownerSql.begin(async (tx) => {
    await tx`lock table orders in access exclusive mode`
    isLocked()
    await locked
  })
  await ready
  const startedAt = performance.now()
  const reply = await money.house.call('top-up', 'POST', '/pre-checkout', {
    key: null,
    body: {
      id: '1',
      from: { id: telegramId, language_code: 'ru' },
      currency: 'XTR',
      total_amount: 50,
      invoice_payload: sent.payload,
    },
  })
  const tookMs = performance.now() - startedAt
  unlock()
  await lock
  expect([reply.status, reply.body]).toEqual([
    200,
    { ok: false, errorMessage: expect.stringContaining('Сейчас не получается') },
  ])
  expect(tookMs).toBeLessThan(2_000)
})

describe('POST /orders/<id>/check', () => {
  const check = (orderId: string, body: object = {}) =>
    money.house.call('top-up', 'POST', `/orders/${orderId}/check`, { body })

  test('asks YooKassa: open, then paid, credited at once', async () => {
    const { id, telegramId } = await money.house.person()
    const { orderId, url } = await money.order(telegramId, 'yookassa')
    expect((await check(orderId, { telegramId })).body).toEqual({ orderId, state: 'open' })
    money.shop.pay(money.idOf(url))
    const paid = await check(orderId, { telegramId })
    expect(paid.body).toEqual({ orderId, state: 'paid', paymentId: expect.any(String), coins: 100 })
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 100, debt: 0 })
    expect((await check(orderId)).body).toEqual(paid.body)
  })

  test('canceled there, expired here', async () => {
    const { telegramId } = await money.house.person()
    const canceled = await money.order(telegramId, 'yookassa')
    money.shop.cancel(money.idOf(canceled.url))
    expect((await check(canceled.orderId, { telegramId })).body.state).toBe('canceled')
    const stars = await money.order(telegramId)
    expect((await check(stars.orderId, { telegramId })).body.state).toBe('open')
    await money.house
      .ownerSql`update orders set expires_at = now() - interval '1 second' where id = ${stars.orderId}`
    expect((await check(stars.orderId, { telegramId })).body.state).toBe('expired')
    // money that comes all the same is taken
    expect((await money.pay(telegramId, { payload: stars.invoice.payload })).body.coins).toBe(100)
    expect((await check(stars.orderId, { telegramId })).body).toMatchObject({ state: 'paid', coins: 100 })
  })

  test('404 for no order, 403 for that of another person, 503 while YooKassa is away', async () => {
    const { telegramId } = await money.house.person()
    const { orderId } = await money.order(telegramId, 'yookassa')
    expect((await check(randomUUID(), { telegramId })).body.code).toBe('order_not_found')
    const stranger = await money.house.person()
    expect((await check(orderId, { userId: stranger.id })).status).toBe(403)
    money.shop.faults.add({ target: 'method', method: 'getPayment', do: '500', times: 1 })
    expect((await check(orderId, { telegramId })).status).toBe(503)
    expect((await check(orderId, { telegramId })).status).toBe(200)
  })
})

describe('GET /payments', () => {
  const list = async (query: string) =>
    (await money.house.call('top-up', 'GET', `/payments?${query}`)).body as {
      items: Record<string, unknown>[]
      nextCursor: string | null
    }

  test('newest first, in pages, each with what can go back', async () => {
    const { id, telegramId, paymentId } = await money.payer('stars')
    const { invoice: sent } = await money.order(telegramId, 'telegram')
    const card = await money.pay(telegramId, { payload: sent.payload, currency: 'RUB', amount: 9900 })
    const lost = await money.pay(telegramId, { payload: 'lost' })
    const first = await list(`userId=${id}&limit=2`)
    expect(first.items.map((item) => [item.paymentId, item.provider, item.state])).toEqual([
      [lost.body.paymentId, 'stars', 'suspense'],
      [card.body.paymentId, 'telegram', 'credited'],
    ])
    for (const { refundable } of first.items) {
      expect(refundable).toEqual({ ok: false, amount: 0, coins: 0, reason: 'not_refundable', until: null })
    }
    const second = await list(`telegramId=${telegramId}&limit=2&cursor=${first.nextCursor}`)
    expect(second).toEqual({
      items: [
        {
          paymentId,
          provider: 'stars',
          state: 'credited',
          amount: 50,
          currency: 'XTR',
          coins: 100,
          refundedAmount: 0,
          createdAt: expect.any(String),
          refundable: { ok: true, amount: 50, coins: 100, reason: null, until: expect.any(String) },
        },
      ],
      nextCursor: null,
    })
  })

  test('what is left of a part, what was spent, what is late', async () => {
    const { id, paymentId } = await money.payer('yookassa')
    await money.house.call('top-up', 'POST', '/refunds', {
      body: { paymentId, amount: 4950, reason: 'half' },
    })
    const refundable = async () => (await list(`userId=${id}`)).items[0]
    expect(await refundable()).toMatchObject({
      state: 'partly_refunded',
      refundedAmount: 4950,
      refundable: { ok: true, amount: 4950, coins: 50 },
    })
    await money.spend(id, 60)
    expect(await refundable()).toMatchObject({ refundable: { ok: false, reason: 'spent' } })
    await money.house
      .ownerSql`update payments set paid_at = now() - interval '15 days' where id = ${paymentId}`
    expect(await refundable()).toMatchObject({ refundable: { ok: false, reason: 'too_late' } })
    await money.house.call('top-up', 'POST', '/refunds', { body: { paymentId, reason: 'rest' } })
    expect(await refundable()).toMatchObject({
      state: 'refunded',
      refundable: { ok: false, reason: 'not_refundable', until: null },
    })
  })
})
