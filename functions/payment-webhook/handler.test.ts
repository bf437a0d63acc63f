import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction } from '#shared/db/transaction.ts'
import { creditCharge } from '#shared/money/credit.ts'
import { syncYookassaPayment } from '#shared/money/yookassa.ts'
import { openHouse } from '../../test/support/house.ts'
import { type MoneyHouse, openMoneyHouse } from '../../test/support/money-house.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler } from './handler.ts'

const BONUS = 50

let money: MoneyHouse
beforeAll(async () => {
  money = await openMoneyHouse([handler, topUp, register])
})
afterEach(async () => {
  money.shop.faults.clear()
  await money.booksClose()
})
afterAll(() => money.close())

/** How often the tests' YooKassa is asked; a rule that delays by nothing counts. */
const countCalls = (method: string): (() => number) => {
  const { id } = money.shop.faults.add({ target: 'method', method, do: 'delay', delayMs: 0 })
  return () => money.shop.faults.list().find((rule) => rule.id === id)?.struck ?? 0
}

const opened = async () => {
  const person = await money.house.person()
  const { orderId, url } = await money.order(person.telegramId, 'yookassa')
  return { ...person, orderId, chargeId: money.idOf(url) }
}

const orderState = async (orderId: string): Promise<string> => {
  const [row] = await money.house.ownerSql`select state from orders where id = ${orderId}`
  return row?.state
}

describe('a payment', () => {
  test('is read back and credited; the answer is empty', async () => {
    const { id, orderId, chargeId } = await opened()
    expect(money.shop.book().payments.find((payment) => payment.id === chargeId)).toMatchObject({
      amount: { value: '99.00', currency: 'RUB' },
      metadata: { orderId },
    })
    money.shop.pay(chargeId)
    const reply = await money.notify('payment.succeeded', chargeId)
    expect([reply.status, reply.body]).toEqual([200, ''])
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 100, debt: 0 })
    const [row] = await money.house.ownerSql`
      select provider, state, amount, currency, coins, order_id, user_id, paid_at is not null as "hasTime"
      from payments where charge_id = ${chargeId}`
    expect(row).toEqual({
      provider: 'yookassa',
      state: 'credited',
      amount: 9900,
      currency: 'RUB',
      coins: 100,
      order_id: orderId,
      user_id: id,
      hasTime: true,
    })
    expect(await orderState(orderId)).toBe('paid')
    expect(await money.noticesOf(id)).toEqual([
      {
        userId: id,
        kind: 'payment-credited',
        params: expect.objectContaining({ amount: 9900, currency: 'RUB' }),
      },
    ])
  })

  test('is credited once: 50 notifications at once, and again', async () => {
    const { id, chargeId } = await opened()
    money.shop.pay(chargeId)
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => money.notify('payment.succeeded', chargeId)),
    )
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
    expect((await money.notify('payment.succeeded', chargeId)).status).toBe(200)
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 100, debt: 0 })
    expect(await money.noticesOf(id)).toHaveLength(1)
  })

  test('the same charge by a notification, by "I have paid" and by reconcile at once', async () => {
    const { id, telegramId, orderId, chargeId } = await opened()
    money.shop.pay(chargeId)
    const resources = money.house.resourcesOf('top-up')
    const [notified, checked, synced, credited] = await Promise.all([
      money.notify('payment.succeeded', chargeId),
      money.house.call('top-up', 'POST', `/orders/${orderId}/check`, { body: { telegramId } }),
      syncYookassaPayment(resources, chargeId, 'reconcile'),
      inTransaction(resources.sql, (tx) =>
        creditCharge(tx, resources, {
          provider: 'yookassa',
          chargeId,
          currency: 'RUB',
          amount: 9900,
          orderId,
          actor: 'reconcile',
        }),
      ),
    ])
    expect([notified.status, checked.status, checked.body.state]).toEqual([200, 200, 'paid'])
    expect(synced.taken?.paymentId).toBe(credited.paymentId)
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 100, debt: 0 })
  })

  test('the notification overtakes the answer to our own request', async () => {
    const { id, telegramId } = await money.house.person()
    money.shop.faults.add({ target: 'method', method: 'createPayment', do: 'accept-then-reset', times: 1 })
    const key = randomUUID()
    const ask = () =>
      money.house.call('top-up', 'POST', '/invoices', {
        body: { telegramId, pack: 'small', provider: 'yookassa' },
        key,
      })
    const lost = await ask()
    expect([lost.status, lost.body.code]).toEqual([503, 'unavailable'])
    const [order] = await money.house.ownerSql`select id, external_id from orders where user_id = ${id}`
    expect(order?.external_id).toBeNull()
    const payments = money.shop
      .book()
      .payments.filter((payment) => (payment.metadata as { orderId?: string }).orderId === order?.id)
    expect(payments).toHaveLength(1)
    const chargeId = String(payments[0]?.id)
    money.shop.pay(chargeId)
    expect((await money.notify('payment.succeeded', chargeId)).status).toBe(200)
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 100, debt: 0 })

    // the same Idempotence-Key: the payment that is there, not a second one
    const again = await ask()
    expect([again.status, money.idOf(again.body.url)]).toEqual([201, chargeId])
    expect(again.body.orderId).toBe(order?.id)
    expect(
      money.shop
        .book()
        .payments.filter((payment) => (payment.metadata as { orderId?: string }).orderId === order?.id),
    ).toHaveLength(1)
  })

  test('pending or canceled at YooKassa, whatever the notification says: no coins', async () => {
    const { id, orderId, chargeId } = await opened()
    expect((await money.notify('payment.succeeded', chargeId)).status).toBe(200)
    expect(await orderState(orderId)).toBe('open')
    money.shop.cancel(chargeId)
    expect((await money.notify('payment.succeeded', chargeId)).status).toBe(200)
    expect(await orderState(orderId)).toBe('canceled')
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
    expect(await money.house.ownerSql`select 1 from payments where charge_id = ${chargeId}`).toHaveLength(0)
  })

  test.each([
    ['another shop', { recipient: { account_id: '999' } }, 'shop_differs'],
    ['a test payment', { test: true }, 'test_payment'],
    ['not paid', { paid: false }, 'not_paid'],
    ['three decimals', { amount: { value: '99.000' } }, 'unreadable'],
    ['an exponent', { amount: { value: '1e3' } }, 'unreadable'],
    ['a comma', { amount: { value: '99,00' } }, 'unreadable'],
    ['a sum as a number', { amount: { value: 99 } }, 'unreadable'],
    ['an unknown status', { status: 'paid' }, 'unreadable'],
    ['another id', { id: '2d0a1b2c-000f-5000-8000-1b2c3d4e5f60' }, 'id_differs'],
  ])('%s at YooKassa: no coins, told once', async (_name, fields, reason) => {
    const { id, chargeId } = await opened()
    money.shop.pay(chargeId)
    money.shop.faults.add({ target: 'method', method: 'getPayment', do: 'alter', fields })
    expect((await money.notify('payment.succeeded', chargeId)).status).toBe(200)
    expect((await money.notify('payment.succeeded', chargeId)).status).toBe(200)
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
    expect(await money.auditOf(`yookassa:${chargeId}`)).toEqual(['payment-refused'])
    expect(await money.alertsOf(`yookassa:${chargeId}`)).toEqual([
      expect.objectContaining({
        kind: 'unmatched-entry',
        params: expect.objectContaining({ reason, chargeId }),
      }),
    ])
  })

  test.each([
    ['another amount', { amount: { value: '1.00' } }, 'amount_differs'],
    ['another currency', { amount: { currency: 'USD' } }, 'currency_differs'],
  ])(
    '%s at YooKassa: no coins, but the money waits for an operator, and nobody is asked to pay again',
    async (_name, fields, reason) => {
      const { id, telegramId, orderId, chargeId } = await opened()
      money.shop.pay(chargeId)
      money.shop.faults.add({ target: 'method', method: 'getPayment', do: 'alter', fields })
      expect((await money.notify('payment.succeeded', chargeId)).status).toBe(200)
      expect((await money.notify('payment.succeeded', chargeId)).status).toBe(200)
      expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
      const [row] = await money.house.ownerSql`
      select id, state, reason, user_id, order_id from payments where charge_id = ${chargeId}`
      expect(row).toMatchObject({ state: 'suspense', reason, user_id: id, order_id: orderId })
      expect(await money.alertsOf(`payment:${row?.id}`)).toEqual([
        expect.objectContaining({ kind: 'payment-suspense' }),
      ])
      const checked = await money.house.call('top-up', 'POST', `/orders/${orderId}/check`, {
        body: { telegramId },
      })
      expect(checked.body).toEqual({ orderId, state: 'paid', paymentId: row?.id, coins: 0 })
    },
  )

  test('of an order that we do not have waits without a payer; of somebody else it is none of ours', async () => {
    const { orderId, chargeId } = await opened()
    money.shop.pay(chargeId)
    await money.house.ownerSql`delete from orders where id = ${orderId}`
    expect((await money.notify('payment.succeeded', chargeId)).status).toBe(200)
    const [row] = await money.house.ownerSql`
      select id, state, reason, user_id from payments where charge_id = ${chargeId}`
    expect(row).toMatchObject({ state: 'suspense', reason: 'order_unknown', user_id: null })
    expect(await money.alertsOf(`payment:${row?.id}`)).toEqual([
      expect.objectContaining({ kind: 'payment-suspense' }),
    ])

    const other = await opened()
    money.shop.pay(other.chargeId)
    await money.house.ownerSql`update orders set external_id = null where id = ${other.orderId}`
    money.shop.faults.add({ target: 'method', method: 'getPayment', do: 'alter', fields: { metadata: null } })
    expect((await money.notify('payment.succeeded', other.chargeId)).status).toBe(200)
    expect(
      await money.house.ownerSql`select 1 from payments where charge_id = ${other.chargeId}`,
    ).toHaveLength(0)
  })

  test('of a person who has left waits in suspense', async () => {
    const { id, chargeId } = await opened()
    money.shop.pay(chargeId)
    await money.house.ownerSql`
      update users set erased_at = now(), telegram_id = null, username = null, first_name = null where id = ${id}`
    expect((await money.notify('payment.succeeded', chargeId)).status).toBe(200)
    const [row] = await money.house.ownerSql`select state, reason from payments where charge_id = ${chargeId}`
    expect(row).toEqual({ state: 'suspense', reason: 'payer_unknown' })
  })
})

describe('who may notify', () => {
  test.each([
    ['an address outside', '185.71.76.32'],
    ['nobody', undefined],
    ['one of theirs first', '185.71.76.5, 203.0.113.7'],
    ['one of theirs last', '203.0.113.7, 185.71.76.5'],
    ['two of theirs', '185.71.76.5, 185.71.76.5'],
    ['a name', 'yookassa.ru'],
    ['nonsense', '185.71.76.5;'],
  ])('403 from %s, and YooKassa is not asked', async (_name, forwardedFor) => {
    const { id, chargeId } = await opened()
    money.shop.pay(chargeId)
    const asked = countCalls('getPayment')
    const reply = await money.house.call('payment-webhook', 'POST', '/yookassa', {
      as: null,
      key: null,
      headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
      body: { event: 'payment.succeeded', object: { id: chargeId } },
    })
    expect([reply.status, reply.body.code]).toEqual([403, 'forbidden'])
    expect(asked()).toBe(0)
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
  })

  test.each(['185.71.76.31:443', '::ffff:185.71.76.5', '[::ffff:185.71.76.5]:443'])(
    '%s may',
    async (peer) => {
      const { id, chargeId } = await opened()
      money.shop.pay(chargeId)
      expect((await money.notify('payment.succeeded', chargeId, { 'x-forwarded-for': peer })).status).toBe(
        200,
      )
      expect((await money.wallet(id)).coins).toBe(BONUS + 100)
    },
  )

  test('404 where YooKassa is not configured', async () => {
    const house = await openHouse({ functions: [handler] })
    const reply = await house.call('payment-webhook', 'POST', '/yookassa', { as: null, key: null, body: {} })
    expect([reply.status, reply.body.code]).toEqual([404, 'not_found'])
    await house.close()
  })
})

describe('what comes in', () => {
  const post = (bytes: string | Buffer) =>
    money.house.call('payment-webhook', 'POST', '/yookassa', {
      as: null,
      key: null,
      headers: { 'x-forwarded-for': '185.71.76.5' },
      raw: { bytes, type: 'application/json' },
    })

  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no object', '{"event":"payment.succeeded"}'],
    ['an id that is a path', '{"event":"payment.succeeded","object":{"id":"../refunds/1"}}'],
    ['an id that is a number', '{"event":"payment.succeeded","object":{"id":1}}'],
    ['another event', '{"event":"payout.succeeded","object":{"id":"1"}}'],
    ['no UTF-8', Buffer.from([0xff, 0xfe, 0x00])],
  ])('%s: 200, counted, and YooKassa is not asked', async (_name, bytes) => {
    const asked = countCalls('getPayment')
    const count = async (): Promise<number> => {
      const counter = money.house.resourcesOf('payment-webhook').metrics.registry
      const metric = await counter.getSingleMetric('kopeika_payment_notifications_total')?.get()
      return metric?.values.find(({ labels }) => labels.outcome === 'malformed')?.value ?? 0
    }
    const before = await count()
    const reply = await post(bytes)
    expect([reply.status, reply.body]).toEqual([200, ''])
    expect(await count()).toBe(before + 1)
    expect(asked()).toBe(0)
  })

  test('an id that YooKassa does not know: 200, logged', async () => {
    const chargeId = randomUUID()
    for (const event of ['payment.succeeded', 'refund.succeeded']) {
      expect((await money.notify(event, chargeId)).status).toBe(200)
    }
    expect(money.house.logs.filter((line) => line.includes(chargeId)).length).toBeGreaterThanOrEqual(2)
  })

  test('too much: 413; other methods: 405', async () => {
    expect((await post(Buffer.alloc(64 * 1024 + 1, 32))).status).toBe(413)
    expect((await money.house.call('payment-webhook', 'GET', '/yookassa', { as: null })).status).toBe(405)
  })

  test('YooKassa away: 503 with a time to come back, and the next one is credited', async () => {
    const { id, chargeId } = await opened()
    money.shop.pay(chargeId)
    for (const fault of ['500', '429', 'reset'] as const) {
      const { id: rule } = money.shop.faults.add({ target: 'method', method: 'getPayment', do: fault })
      const reply = await money.notify('payment.succeeded', chargeId)
      expect([reply.status, Number(reply.headers.get('retry-after'))]).toEqual([503, 5])
      money.shop.faults.clear(rule)
    }
    money.shop.faults.add({ target: 'method', method: 'getPayment', do: '401', times: 1 })
    expect((await money.notify('payment.succeeded', chargeId)).status).toBe(502)
    expect((await money.notify('payment.succeeded', chargeId)).status).toBe(200)
    expect((await money.wallet(id)).coins).toBe(BONUS + 100)
    expect(money.house.logs.join('\n')).not.toContain(money.shop.secretKey)
  })

  test('the database away: 503', async () => {
    const house = await openHouse({
      functions: [handler],
      config: {
        databaseUrl: 'postgres://app:x@127.0.0.1:1/none',
        providers: money.house.resourcesOf('top-up').config.providers,
      },
    })
    const { chargeId } = await opened()
    money.shop.pay(chargeId)
    const reply = await house.call('payment-webhook', 'POST', '/yookassa', {
      as: null,
      key: null,
      headers: { 'x-forwarded-for': '185.71.76.5' },
      body: { event: 'payment.succeeded', object: { id: chargeId } },
    })
    expect(reply.status).toBe(503)
    await house.close()
  })
})

describe('a refund', () => {
  test('made in the cabinet of YooKassa takes the coins back, in parts, each once', async () => {
    const { id, chargeId, paymentId } = await money.payer('yookassa')
    const refunds = ['33.33', '33.33', undefined].map((amount) => money.shop.refund(chargeId, amount))
    for (const refund of [...refunds, ...refunds]) {
      expect((await money.notify('refund.succeeded', String(refund.id))).status).toBe(200)
    }
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
    const rows = await money.house.ownerSql`
      select amount, coins, origin, state from refunds where payment_id = ${paymentId} order by id`
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { amount: 3333, coins: 33, origin: 'outside', state: 'done' },
      { amount: 3333, coins: 34, origin: 'outside', state: 'done' },
      { amount: 3234, coins: 33, origin: 'outside', state: 'done' },
    ])
    const [payment] = await money.house.ownerSql`select state from payments where id = ${paymentId}`
    expect(payment?.state).toBe('refunded')
  })

  test('of coins that are spent becomes debt, with an alert', async () => {
    const { id, chargeId } = await money.payer('yookassa')
    await money.spend(id, 120)
    const refund = money.shop.refund(chargeId)
    await Promise.all(Array.from({ length: 10 }, () => money.notify('refund.succeeded', String(refund.id))))
    expect(await money.wallet(id)).toEqual({ coins: 0, debt: 70 })
    const [row] = await money.house.ownerSql`select id from refunds where external_id = ${String(refund.id)}`
    expect(await money.alertsOf(`refund:${row?.id}`)).toEqual([
      expect.objectContaining({ kind: 'refund-outside' }),
    ])
    expect((await money.noticesOf(id)).at(-1)).toMatchObject({
      kind: 'payment-refunded',
      params: { coins: 100, balance: 0, debt: 70 },
    })
  })

  test('of a payment that was never heard of: it comes in first, then goes', async () => {
    const { id, chargeId } = await opened()
    money.shop.pay(chargeId)
    const refund = money.shop.refund(chargeId)
    expect((await money.notify('refund.succeeded', String(refund.id))).status).toBe(200)
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
    const [payment] = await money.house
      .ownerSql`select state, coins from payments where charge_id = ${chargeId}`
    expect(payment).toEqual({ state: 'refunded', coins: 100 })
  })

  test.each([
    ['succeeded', BONUS, 'done'],
    ['canceled', BONUS + 100, 'failed'],
  ] as const)('of ours that was pending ends as YooKassa says: %s', async (status, coins, state) => {
    const { id, paymentId } = await money.payer('yookassa')
    money.shop.faults.add({ target: 'method', method: 'createRefund', do: 'refund-pending' })
    const reply = await money.house.call('top-up', 'POST', '/refunds', {
      body: { paymentId, reason: 'asked' },
    })
    expect([reply.status, reply.body.state]).toEqual([200, 'requested'])
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
    const [row] = await money.house
      .ownerSql`select external_id from refunds where id = ${reply.body.refundId}`
    money.shop.settleRefund(row?.external_id, status)
    const event = status === 'succeeded' ? 'refund.succeeded' : 'refund.canceled'
    expect((await money.notify(event, row?.external_id)).status).toBe(200)
    expect((await money.notify(event, row?.external_id)).status).toBe(200)
    expect(await money.wallet(id)).toEqual({ coins, debt: 0 })
    const [ended] = await money.house.ownerSql`select state from refunds where id = ${reply.body.refundId}`
    expect(ended?.state).toBe(state)
  })
})
