import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createYookassaClient } from '#shared/payments/yookassa-api.ts'
import { call } from '../../local/yookassa/test-shop.ts'
import { type MoneyHouse, openMoneyHouse } from '../../test/support/money-house.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler } from './handler.ts'
import type { Run } from './report.ts'
import { settlePayments, settleRefunds } from './yookassa-lines.ts'

let money: MoneyHouse
beforeAll(async () => {
  money = await openMoneyHouse([handler, topUp])
})
afterAll(() => money.close())
beforeEach(async () => {
  money.house.resourcesOf('reconcile').clock = () => Date.now() + 2 * 60_000
  money.shop.faults.clear()
  delete money.house.sim.state.faults.beforeMethod
  const { ownerSql } = money.house
  await ownerSql`update orders set state = 'canceled' where state = 'open'`
  await ownerSql`delete from provider_entries`
  await ownerSql`delete from provider_cursors`
  await ownerSql`delete from graphile_worker._private_jobs`
})
afterEach(() => money.booksClose())

const run = async () => {
  const reply = await money.house.call('reconcile', 'POST', '/', { as: 'cron', key: null })
  expect([reply.status, reply.body]).toEqual([200, expect.anything()])
  return reply.body.payments as { checked: number; credited: number; reversed: number; unmatched: number }
}

/** A person with a page to pay at; 100 coins for 99 roubles. */
const begin = async () => {
  const person = await money.house.person()
  const { orderId, url } = await money.order(person.telegramId, 'yookassa')
  return { ...person, orderId, chargeId: money.idOf(url) }
}
const beginMany = (count: number) => Promise.all(Array.from({ length: count }, begin))

/** Counts the calls of a method of YooKassa from now on, and makes each of them so slow. */
const watch = (method: string, delayMs = 1) => {
  const { id } = money.shop.faults.add({ target: 'method', method, do: 'delay', delayMs })
  return () => money.shop.faults.list().find((rule) => rule.id === id)?.struck ?? 0
}

/** The lists begin after everything that there is. */
const skipLists = () => money.house.ownerSql`
  insert into provider_cursors (provider, read_until) values ('yookassa', now() + interval '3 days')
  on conflict (provider) do update set read_until = excluded.read_until`

const stateOf = async (orderId: string) => {
  const [row] = await money.house.ownerSql<
    { state: string }[]
  >`select state from orders where id = ${orderId}`
  return row?.state
}
const entriesOf = (chargeId: string) => money.house.ownerSql<
  { direction: string; state: string; reason: string | null }[]
>`
  select direction, state, reason from provider_entries where charge_id = ${chargeId} order by direction`
const alertCount = async () =>
  (
    await money.house
      .ownerSql`select 1 from graphile_worker._private_jobs where payload->>'subject' is not null`
  ).length

const metrics = async (): Promise<string> => {
  const headers = { authorization: `Bearer ${money.house.metricsToken}` }
  return String((await money.house.call('reconcile', 'GET', '/metrics', { as: null, headers })).body)
}

/** A payment in the same shop that another program has opened, and that was paid. */
const sellElsewhere = async (metadata?: Record<string, string>): Promise<string> => {
  const { body } = await call(money.shop, '/payments', {
    amount: { value: '10.00', currency: 'RUB' },
    capture: true,
    confirmation: { type: 'redirect', return_url: 'https://shop.example' },
    ...(metadata ? { metadata } : {}),
  })
  money.shop.pay(body.id)
  return body.id
}

/** A run with so much time left at each look. */
const runWith = (remainingMs: () => number): Run => ({
  resources: money.house.resourcesOf('reconcile'),
  signal: new AbortController().signal,
  remainingMs,
  tally: { checked: 0, credited: 0, reversed: 0 },
  starsReadFrom: 0,
  hasNews: false,
  failures: [],
  incomplete: new Set(),
})

test('many who only look at the page, and a slow YooKassa: the lists are read all the same, and who paid is credited', async () => {
  const looking = await beginMany(24)
  const paid = await begin()
  money.shop.pay(paid.chargeId)
  const asked = watch('getPayment', 700)
  expect(await run()).toMatchObject({ credited: 1 })
  expect(await money.wallet(paid.id)).toEqual({ coins: 100, debt: 0 })
  const [cursor] = await money.house.ownerSql`
    select read_until from provider_cursors where provider = 'yookassa'`
  expect(cursor?.read_until).toBeInstanceOf(Date)
  // one for the paid one, and those that fit into 4 s
  expect(asked()).toBeLessThan(10)
  expect(await stateOf(looking[0]?.orderId ?? '')).toBe('open')
})

test('open orders have their turns: at most 20 in a run, and the others in the next', async () => {
  await beginMany(25)
  const asked = watch('getPayment')
  await money.house.ownerSql`update orders set updated_at = now() - interval '1 hour' where state = 'open'`
  await run()
  expect(asked()).toBe(20)
  const waiting = () => money.house.ownerSql`
    select 1 from orders where state = 'open' and updated_at < now() - interval '30 minutes'`
  expect(await waiting()).toHaveLength(5)
  await run()
  expect(await waiting()).toHaveLength(0)
  expect(asked()).toBe(40)
})

test('what YooKassa has closed is closed without being asked for', async () => {
  const { orderId, chargeId } = await begin()
  money.shop.cancel(chargeId)
  const asked = watch('getPayment')
  await run()
  expect([await stateOf(orderId), asked()]).toEqual(['canceled', 0])
})

test('an order whose payment YooKassa does not know is closed once it has run out', async () => {
  const { orderId } = await begin()
  await money.house.ownerSql`update orders set external_id = 'never-heard-of-1' where id = ${orderId}`
  expect(await run()).toMatchObject({ unmatched: 0 })
  expect(await stateOf(orderId)).toBe('open')
  await money.house.ownerSql`update orders set expires_at = now() - interval '1 minute' where id = ${orderId}`
  expect(await run()).toMatchObject({ unmatched: 0 })
  expect(await stateOf(orderId)).toBe('canceled')
})

test('a payment that no list shows any more is found by its order', async () => {
  const { id, orderId, chargeId } = await begin()
  money.shop.pay(chargeId)
  await skipLists()
  expect(await run()).toMatchObject({ credited: 1 })
  expect(await money.wallet(id)).toEqual({ coins: 100, debt: 0 })
  expect(await stateOf(orderId)).toBe('paid')
})

test('one that is refused leaves the poll: its line is what an operator sees', async () => {
  const { chargeId } = await begin()
  money.shop.pay(chargeId)
  money.shop.faults.add({ target: 'method', method: 'getPayment', do: 'alter', fields: { paid: false } })
  await skipLists()
  const { checked, unmatched } = await run()
  expect([checked, unmatched]).toEqual([1, 1])
  expect(await entriesOf(chargeId)).toMatchObject([{ state: 'unmatched', reason: 'not_paid' }])
  await skipLists()
  expect(await run()).toMatchObject({ checked: 0, unmatched: 1 })
  expect(await metrics()).toMatch(/kopeika_payments_unmatched\{.*} 1$/m)
  money.shop.faults.clear()
  await skipLists()
  expect(await run()).toMatchObject({ credited: 1, unmatched: 0 })
})

test.each(['400', '403'] as const)('a %s to one order concerns that order only', async (answer) => {
  const [bad, closed, open] = [await begin(), await begin(), await begin()]
  await money.house.ownerSql`
    update orders set updated_at = now() - interval '1 hour' where id = ${bad.orderId}`
  await skipLists()
  money.shop.cancel(closed.chargeId)
  money.shop.faults.add({ target: 'method', method: 'getPayment', do: answer, times: 1 })
  expect(await run()).toMatchObject({ checked: 3, unmatched: 1 })
  expect(await entriesOf(bad.chargeId)).toMatchObject([{ state: 'unmatched', reason: 'failed' }])
  expect([await stateOf(closed.orderId), await stateOf(open.orderId)]).toEqual(['canceled', 'open'])
})

test('a payment of ours that YooKassa will not speak of stops nothing, and is not given up', async () => {
  await money.house.ownerSql`
    insert into payments (provider, charge_id, state, reason, currency, amount, created_at)
    values ('yookassa', 'ours-alone-1', 'suspense', 'x', 'RUB', 9900, now() - interval '3 hours')`
  const { orderId, chargeId } = await begin()
  await money.house.ownerSql`update orders set updated_at = now() - interval '1 hour' where id = ${orderId}`
  money.shop.faults.add({ target: 'method', method: 'getPayment', do: '403', times: 1 })
  expect(await run()).toMatchObject({ unmatched: 0 })
  // the poll after it went on
  const [order] = await money.house
    .ownerSql`select updated_at > now() - interval '1 minute' as asked from orders where id = ${orderId}`
  expect(order?.asked).toBe(true)
  expect(await entriesOf('ours-alone-1')).toHaveLength(0)
  expect(await run()).toMatchObject({ unmatched: 1 })
  expect(await entriesOf('ours-alone-1')).toMatchObject([{ state: 'unmatched', reason: 'not_at_provider' }])
  money.shop.cancel(chargeId)
  await money.house.ownerSql`delete from provider_entries where external_id = 'ours-alone-1'`
  await money.house.ownerSql`delete from payments where charge_id = 'ours-alone-1'`
})

test('payments of other programs in the same shop, and their refunds, are none of ours', async () => {
  const foreign: string[] = []
  for (let count = 0; count < 110; count += 1) {
    // what others write into theirs is no order of ours
    foreign.push(await sellElsewhere(count % 2 ? { orderId: `web-${count}` } : undefined))
  }
  const ours = await begin()
  money.shop.pay(ours.chargeId)
  money.shop.refund(foreign[0] ?? '')
  const asked = watch('getPayment')
  expect(await run()).toMatchObject({ credited: 1, reversed: 0, unmatched: 0 })
  expect(asked()).toBe(1)
  expect([...(await entriesOf(foreign[0] ?? ''))]).toEqual([
    { direction: 'in', state: 'ignored', reason: 'not_ours' },
    { direction: 'out', state: 'ignored', reason: 'not_ours' },
  ])
  expect(await money.house.ownerSql`select 1 from provider_entries where state = 'ignored'`).toHaveLength(111)
  expect(await alertCount()).toBe(0)
  expect(await run()).toMatchObject({ credited: 0, unmatched: 0 })
  expect(asked()).toBe(1)
})

test('a refund of a payment of others that no list shows any more is asked for once', async () => {
  const foreign = await sellElsewhere()
  await run()
  await money.house.ownerSql`delete from provider_entries`
  money.shop.refund(foreign)
  const asked = watch('getPayment')
  // the list of payments shows nothing any more
  money.shop.faults.add({ target: 'method', method: 'listPayments', do: 'alter', fields: { items: [] } })
  await run()
  expect([...(await entriesOf(foreign))]).toEqual([
    { direction: 'out', state: 'ignored', reason: 'not_ours' },
  ])
  const { refunds } = money.shop.book()
  expect([asked(), await alertCount()]).toEqual([refunds.length, 0])
  await run()
  expect(asked()).toBe(refunds.length)
})

test('a page ends in time: each line looks at the clock', async () => {
  const paid = await beginMany(4)
  const resources = money.house.resourcesOf('reconcile')
  const list = async () => {
    const settings = { ...money.shop, timeoutMs: 5_000 }
    const client = createYookassaClient(settings)
    const createdAtGte = new Date(resources.clock() - 3_600_000)
    return {
      payments: (await client.listPayments({ createdAtGte })).items.slice(0, 4),
      refunds: (await client.listRefunds({ createdAtGte })).items.slice(0, 4),
    }
  }
  for (const { chargeId } of paid) money.shop.pay(chargeId)
  const { payments } = await list()
  // time for two of four
  let left = 9_000
  const short = runWith(() => {
    left -= 750
    return left
  })
  expect(await settlePayments(short, payments)).toBe(false)
  expect(short.tally.credited).toBe(2)
  expect(
    await settlePayments(
      runWith(() => 18_000),
      payments,
    ),
  ).toBe(true)
  for (const { chargeId } of paid) money.shop.refund(chargeId)
  const { refunds } = await list()
  left = 9_000
  const again = runWith(() => {
    left -= 750
    return left
  })
  expect(await settleRefunds(again, refunds)).toBe(false)
  expect(again.tally.reversed).toBe(2)
  expect(
    await settleRefunds(
      runWith(() => 18_000),
      refunds,
    ),
  ).toBe(true)
  for (const { id } of paid) expect(await money.wallet(id)).toEqual({ coins: 0, debt: 0 })
})

test('lists that were not read to their end are no success, and can be seen', async () => {
  await run()
  const before = await metrics()
  const successOf = (text: string) =>
    /^kopeika_reconcile_last_success_timestamp_seconds\{.*"pending".*$/m.exec(text)?.[0]
  const incompleteOf = (text: string) =>
    /^kopeika_reconcile_incomplete\{.*"yookassa".*} (\d)$/m.exec(text)?.[1]
  expect([successOf(before), incompleteOf(before)]).toEqual([expect.any(String), '0'])
  // Telegram has taken up nearly all of the time
  const now = performance.now.bind(performance)
  money.house.sim.state.faults.beforeMethod = (method) => {
    if (method === 'getStarTransactions')
      vi.spyOn(performance, 'now').mockImplementation(() => now() + 12_000)
    return undefined
  }
  try {
    expect(await run()).toMatchObject({ credited: 0 })
  } finally {
    vi.restoreAllMocks()
  }
  const [row] = await money.house.ownerSql`select report from reconcile_runs order by id desc limit 1`
  expect(row?.report).toMatchObject({ incomplete: true, incompleteParts: ['yookassa'] })
  const after = await metrics()
  expect([successOf(after), incompleteOf(after)]).toEqual([successOf(before), '1'])
  delete money.house.sim.state.faults.beforeMethod
  await run()
  expect(incompleteOf(await metrics())).toBe('0')
})
