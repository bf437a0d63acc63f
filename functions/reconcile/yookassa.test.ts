import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { inTransaction } from '#shared/db/transaction.ts'
import { creditCharge } from '#shared/money/credit.ts'
import { requestRefund } from '#shared/money/request-refund.ts'
import { type MoneyHouse, openMoneyHouse } from '../../test/support/money-house.ts'
import { payUnheard } from '../../test/support/stars-book.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler } from './handler.ts'

let money: MoneyHouse
beforeAll(async () => {
  money = await openMoneyHouse([handler, topUp])
})
afterAll(() => money.close())

const MINUTE = 60_000
/** YooKassa's book cannot be made older: the function's clock goes ahead instead. */
const ahead = (ms: number): void => {
  money.house.resourcesOf('reconcile').clock = () => Date.now() + ms
}

beforeEach(async () => {
  ahead(2 * MINUTE)
  money.shop.faults.clear()
  await money.house.ownerSql`delete from graphile_worker._private_jobs`
})
afterEach(() => money.booksClose())

const reconcile = (as = 'client') => money.house.call('reconcile', 'POST', '/', { as, key: null })

const run = async (as?: string) => {
  const reply = await reconcile(as)
  expect([reply.status, reply.body]).toEqual([200, expect.anything()])
  return reply.body.payments as { checked: number; credited: number; reversed: number; unmatched: number }
}

/** A person with a page to pay at; 100 coins for 99 roubles. */
const begin = async () => {
  const person = await money.house.person()
  const { orderId, url } = await money.order(person.telegramId, 'yookassa')
  return { ...person, orderId, chargeId: money.idOf(url) }
}

const paymentOf = async (chargeId: string) => {
  const [row] = await money.house.ownerSql<{ id: string; state: string }[]>`
    select id, state from payments where charge_id = ${chargeId}`
  return row
}

const entriesOf = (chargeId: string) => money.house.ownerSql<
  { direction: string; state: string; reason: string | null }[]
>`
  select direction, state, reason from provider_entries where charge_id = ${chargeId} order by direction`

/** Nothing is left over for the next test's count. */
const forget = (chargeId: string) =>
  money.house.ownerSql`delete from provider_entries where charge_id = ${chargeId}`

test('a lost notification: credited once, named, and kept as matched', async () => {
  const { id, chargeId } = await begin()
  money.shop.pay(chargeId)
  expect(await run()).toMatchObject({ credited: 1, reversed: 0, unmatched: 0 })
  expect(await money.wallet(id)).toEqual({ coins: 100, debt: 0 })
  const payment = await paymentOf(chargeId)
  expect(await money.auditOf(`payment:${payment?.id}`)).toContain('payment-found')
  expect(await run('cron')).toMatchObject({ credited: 0, unmatched: 0 })
  expect([...(await entriesOf(chargeId))]).toEqual([{ direction: 'in', state: 'matched', reason: null }])
  expect(await money.auditOf(`payment:${payment?.id}`)).toEqual(['payment-found'])
})

test('the answer to our own request was lost as well: the list has it', async () => {
  const { id, orderId, chargeId } = await begin()
  await money.house.ownerSql`update orders set external_id = null where id = ${orderId}`
  money.shop.pay(chargeId)
  expect(await run('cron')).toMatchObject({ credited: 1, unmatched: 0 })
  expect(await money.wallet(id)).toEqual({ coins: 100, debt: 0 })
})

test('younger than a minute is left alone', async () => {
  ahead(0)
  const { id, chargeId } = await begin()
  money.shop.pay(chargeId)
  expect(await run('cron')).toMatchObject({ credited: 0 })
  expect(await money.wallet(id)).toEqual({ coins: 0, debt: 0 })
  ahead(2 * MINUTE)
  expect(await run('cron')).toMatchObject({ credited: 1 })
})

test('what YooKassa has closed is closed here; what is still open stays', async () => {
  const [closed, open] = [await begin(), await begin()]
  money.shop.cancel(closed.chargeId)
  await run('cron')
  const states = await money.house.ownerSql<{ id: string; state: string }[]>`
    select id, state from orders where id in (${closed.orderId}, ${open.orderId})`
  expect(Object.fromEntries(states.map(({ id, state }) => [id, state]))).toEqual({
    [closed.orderId]: 'canceled',
    [open.orderId]: 'open',
  })
})

test('a refund made in the cabinet, in parts: coins go back each time, what was spent is owed', async () => {
  const { id, chargeId } = await begin()
  money.shop.pay(chargeId)
  await run('cron')
  await money.spend(id, 80)
  money.shop.refund(chargeId, '33.00')
  expect(await run('cron')).toMatchObject({ reversed: 1, credited: 0 })
  expect(await money.wallet(id)).toEqual({ coins: 0, debt: 13 })
  money.shop.refund(chargeId)
  expect(await run('cron')).toMatchObject({ reversed: 1, unmatched: 0 })
  expect(await money.wallet(id)).toEqual({ coins: 0, debt: 80 })
  expect(await run()).toMatchObject({ reversed: 0, unmatched: 0 })
  expect((await paymentOf(chargeId))?.state).toBe('refunded')
})

test('refunded before we had heard of the payment', async () => {
  const { id, chargeId } = await begin()
  money.shop.pay(chargeId)
  money.shop.refund(chargeId)
  expect(await run('cron')).toMatchObject({ credited: 1, reversed: 1, unmatched: 0 })
  expect(await money.wallet(id)).toEqual({ coins: 0, debt: 0 })
})

test('a sum that is not that of its order waits for an operator, and its order is awaited no more', async () => {
  const { id, orderId, chargeId } = await begin()
  await money.house.ownerSql`update orders set amount = 10000 where id = ${orderId}`
  money.shop.pay(chargeId)
  expect(await run('cron')).toMatchObject({ credited: 0, unmatched: 0 })
  const payment = await paymentOf(chargeId)
  expect(payment?.state).toBe('suspense')
  expect(await money.wallet(id)).toEqual({ coins: 0, debt: 0 })
  expect(await run('cron')).toMatchObject({ credited: 0, unmatched: 0 })
  expect(await money.alertsOf(`payment:${payment?.id}`)).toHaveLength(1)
  const [order] = await money.house.ownerSql`select state from orders where id = ${orderId}`
  expect(order?.state).toBe('paid')
})

test('what cannot be believed is reported once, asked for again even when no list shows it, and credited once it fits', async () => {
  const { id, chargeId } = await begin()
  money.shop.pay(chargeId)
  money.shop.faults.add({ target: 'method', method: 'getPayment', do: 'alter', fields: { test: true } })
  expect(await run('cron')).toMatchObject({ credited: 0, unmatched: 1 })
  expect(await run('cron')).toMatchObject({ credited: 0, unmatched: 1 })
  expect(await entriesOf(chargeId)).toMatchObject([{ state: 'unmatched', reason: 'test_payment' }])
  expect(await money.wallet(id)).toEqual({ coins: 0, debt: 0 })
  expect(await money.alertsOf(`yookassa:${chargeId}`)).toHaveLength(1)
  expect(await money.alertsOf(`yookassa:in:${chargeId}`)).toHaveLength(0)
  money.shop.faults.clear()
  // two days later: the list begins after it
  await money.house.ownerSql`
    update provider_cursors set read_until = now() + interval '2 days' where provider = 'yookassa'`
  expect(await run('cron')).toMatchObject({ credited: 1, unmatched: 0 })
  expect(await money.wallet(id)).toEqual({ coins: 100, debt: 0 })
})

test('a payment that YooKassa does not know is reported once, and never taken back', async () => {
  const { id, orderId } = await begin()
  const chargeId = 'gone-0001'
  const { paymentId } = await inTransaction(money.house.appSql, (tx) =>
    creditCharge(tx, money.house.resourcesOf('reconcile'), {
      provider: 'yookassa',
      chargeId,
      currency: 'RUB',
      amount: 9900,
      orderId,
      actor: 'test',
    }),
  )
  await money.house
    .ownerSql`update payments set created_at = now() - interval '1 hour' where id = ${paymentId}`
  expect(await run('cron')).toMatchObject({ unmatched: 1, reversed: 0 })
  expect(await run('cron')).toMatchObject({ unmatched: 1, reversed: 0 })
  expect(await money.alertsOf(`payment:${paymentId}`)).toHaveLength(1)
  expect(await money.wallet(id)).toEqual({ coins: 100, debt: 0 })
  await forget(chargeId)
  await money.house.ownerSql`update payments set created_at = now() where id = ${paymentId}`
})

test('YooKassa away: 502 naming it, while Stars are credited all the same', async () => {
  const card = await begin()
  money.shop.pay(card.chargeId)
  const stars = await payUnheard(money.house)
  money.shop.faults.add({ target: 'method', do: '500' })
  const reply = await reconcile('cron')
  expect([reply.status, reply.body.code]).toEqual([502, 'upstream_failed'])
  expect(reply.body.detail).toContain('yookassa')
  expect(reply.body.detail).not.toContain('stars')
  expect(await money.wallet(card.id)).toEqual({ coins: 0, debt: 0 })
  expect(await money.wallet(stars.id)).toEqual({ coins: 100, debt: 0 })
  money.shop.faults.clear()
  expect(await run('cron')).toMatchObject({ credited: 1 })
  expect(await money.wallet(card.id)).toEqual({ coins: 100, debt: 0 })
})

test('a refund whose outcome was never learnt is brought to its end', async () => {
  const { id, chargeId } = await begin()
  money.shop.pay(chargeId)
  await run('cron')
  const payment = await paymentOf(chargeId)
  const refund = await inTransaction(money.house.appSql, (tx) =>
    requestRefund(tx, money.house.resourcesOf('reconcile'), {
      paymentId: payment?.id ?? '',
      reason: 'asked',
      actor: 'test',
      origin: 'operator',
    }),
  )
  expect(await money.wallet(id)).toEqual({ coins: 0, debt: 0 })
  await run('cron')
  const stateOf = async () => {
    const [row] = await money.house.ownerSql`select state from refunds where id = ${refund.id}`
    return row?.state
  }
  expect(await stateOf()).toBe('requested')
  await money.house
    .ownerSql`update refunds set created_at = now() - interval '2 minutes' where id = ${refund.id}`
  expect(await run('cron')).toMatchObject({ reversed: 0, unmatched: 0 })
  expect(await stateOf()).toBe('done')
  expect(money.shop.book().refunds.filter((one) => one.payment_id === chargeId)).toHaveLength(1)
  expect(await run()).toMatchObject({ reversed: 0, unmatched: 0 })
})
