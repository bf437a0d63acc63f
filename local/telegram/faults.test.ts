import type { StarTransaction } from '@grammyjs/types'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Delivery, startDelivery } from './delivery.ts'
import type { Person } from './model.ts'
import { chargeBack, payInvoice } from './payments.ts'
import { createShiftedClock } from './shifted-clock.ts'
import { createTestBot, createTestWebhook, type TestBot, type TestWebhook } from './test-bot.ts'
import { emitUpdate } from './updates.ts'
import { createVirtualClock } from './virtual-clock.ts'

const SECOND = 1000
const INVOICE = {
  title: '100 coins',
  description: 'A pack',
  payload: 'order-1',
  currency: 'XTR',
  prices: [{ label: 'coins', amount: 50 }],
}

let bot: TestBot
let webhook: TestWebhook
let delivery: Delivery
let anna: Person

beforeEach(async () => {
  bot = createTestBot()
  webhook = createTestWebhook(bot.clock)
  delivery = startDelivery(bot.state, { fetch: webhook.fetch, retryCapSeconds: () => 90 })
  await bot.result('setWebhook', { url: 'http://127.0.0.1/hook' })
  anna = bot.person()
  await bot.clock.settle()
  webhook.received.length = 0
})

afterEach(() => delivery.stop())

const rules = () => bot.state.rules
const texts = () => webhook.received.map(({ update }) => update.message?.text)
const chargesSeen = () =>
  webhook.received.flatMap(
    ({ update }) => update.message?.successful_payment?.telegram_payment_charge_id ?? [],
  )
const listed = async (): Promise<StarTransaction[]> => (await bot.result('getStarTransactions')).transactions

/** Pays as the bot's answer lets it; answers the charge. */
const pay = async (invoice: Record<string, unknown> = INVOICE): Promise<string> => {
  webhook.answer = ({ pre_checkout_query: query }) =>
    query === undefined
      ? new Response()
      : Response.json({ method: 'answerPreCheckoutQuery', pre_checkout_query_id: query.id, ok: true })
  const link: string = await bot.result('createInvoiceLink', invoice)
  const record = bot.state.invoices.get(link.replace('https://t.me/$', ''))
  if (record === undefined) throw new Error('no invoice')
  const outcome = await payInvoice(bot.state, anna.id, record)
  if (outcome.outcome !== 'paid') throw new Error(`not paid: ${outcome.errorMessage}`)
  await bot.clock.settle()
  return outcome.chargeId
}

describe('the webhook', () => {
  test('loses a payment for ever; the charge stands in the list of transactions', async () => {
    rules().add({ target: 'webhook', kind: 'successful_payment', do: 'lose' })
    const chargeId = await pay()
    await bot.clock.advance(25 * 3600 * SECOND)
    expect(chargesSeen()).toEqual([])
    expect(bot.state.pending.size).toBe(0)
    expect((await listed()).map(({ id }) => id)).toEqual([chargeId])
  })

  test('loses only so many, and only of that kind', async () => {
    rules().add({ target: 'webhook', kind: 'text', do: 'lose', times: 2 })
    for (const text of ['a', 'b', 'c']) bot.say(anna, text)
    const chargeId = await pay()
    expect(texts()).toContain('c')
    expect(texts()).not.toContain('a')
    expect(chargesSeen()).toEqual([chargeId])
    expect(rules().list()).toMatchObject([{ struck: 2 }])
  })

  test('loses a share of them, the same ones for the same seed', async () => {
    const lostWith = async (seed: number) => {
      rules().clear()
      rules().add({ target: 'webhook', do: 'lose', share: 0.3, seed })
      webhook.received.length = 0
      const all = Array.from({ length: 50 }, (_, index) => `m${index}`)
      for (const text of all) bot.say(anna, text)
      await bot.clock.settle()
      for (let round = 0; round < 12; round += 1) await bot.clock.settle()
      return all.filter((text) => !texts().includes(text))
    }
    const lost = await lostWith(5)
    expect(lost.length).toBeGreaterThan(5)
    expect(lost.length).toBeLessThan(25)
    expect(await lostWith(5)).toEqual(lost)
    expect(await lostWith(6)).not.toEqual(lost)
  })

  test('duplicates: the same update_id twice, at once or later', async () => {
    rules().add({ target: 'webhook', do: 'duplicate', times: 1 })
    rules().add({ target: 'webhook', do: 'duplicate', times: 1, delayMs: 11 * SECOND })
    bot.say(anna, 'first')
    await bot.clock.settle()
    bot.say(anna, 'second')
    await bot.clock.settle()
    expect(texts()).toEqual(['first', 'first', 'second'])
    await bot.clock.advance(11 * SECOND)
    expect(texts()).toEqual(['first', 'first', 'second', 'second'])
    const ids = webhook.received.map(({ update }) => update.update_id)
    expect(new Set(ids).size).toBe(2)
    expect(bot.state.pending.size).toBe(0)
  })

  test('tells the same charge in a second update', async () => {
    rules().add({ target: 'webhook', kind: 'successful_payment', do: 'second-update' })
    const chargeId = await pay()
    expect(chargesSeen()).toEqual([chargeId, chargeId])
    const ids = webhook.received.slice(-2).map(({ update }) => update.update_id)
    expect(new Set(ids).size).toBe(2)
    expect((await listed()).length).toBe(1)
  })

  test('delays one queue; its order stands and other people go on', async () => {
    const boris = bot.person('Boris')
    await bot.clock.settle()
    webhook.received.length = 0
    rules().add({ target: 'webhook', do: 'delay', times: 1, delayMs: 5 * SECOND })
    bot.say(anna, 'late')
    bot.say(anna, 'behind')
    bot.say(boris, 'soon')
    await bot.clock.settle()
    expect(texts()).toEqual(['soon'])
    await bot.clock.advance(5 * SECOND)
    expect(texts()).toEqual(['soon', 'late', 'behind'])
  })

  test('reorders: one that is overtaken by those behind it', async () => {
    rules().add({ target: 'webhook', do: 'reorder', times: 1, delayMs: 5 * SECOND, seed: 1 })
    bot.say(anna, 'overtaken')
    bot.say(anna, 'second')
    await bot.clock.settle()
    expect(texts()).toEqual(['second'])
    await bot.clock.advance(5 * SECOND)
    expect(texts()).toEqual(['second', 'overtaken'])
    expect(bot.state.pending.size).toBe(0)
  })

  test('lies about what it tells', async () => {
    rules().add({
      target: 'webhook',
      kind: 'successful_payment',
      do: 'alter',
      fields: { message: { successful_payment: { total_amount: 1 } } },
    })
    await pay()
    expect(webhook.received.at(-1)?.update.message?.successful_payment).toMatchObject({
      total_amount: 1,
      currency: 'XTR',
    })
    expect((await listed())[0]?.amount).toBe(50)
  })

  test('a pre-checkout query that comes after its time is dead', async () => {
    rules().add({ target: 'webhook', kind: 'pre_checkout_query', do: 'delay', delayMs: 11 * SECOND })
    const paying = expect(pay()).rejects.toThrow(/did not answer in time/)
    await bot.clock.settle()
    await bot.clock.advance(11 * SECOND)
    await paying
    expect(webhook.received.at(-1)?.update.pre_checkout_query).toBeDefined()
    expect(await listed()).toEqual([])
  })

  test('an outage of 25 hours: what is too old never comes, what is new does', async () => {
    const chargeId = await pay()
    webhook.answer = () => new Response(null, { status: 502 })
    bot.say(anna, 'too old')
    emitUpdate(bot.state, 'callback_query', anna.id, {})
    await bot.clock.advance(25 * 3600 * SECOND)
    webhook.received.length = 0
    webhook.answer = () => new Response()
    bot.say(anna, 'new')
    await bot.clock.advance(3600 * SECOND)
    expect(texts()).toEqual(['new'])
    expect((await listed()).map(({ id }) => id)).toEqual([chargeId])
  })
})

test('after a leap in time nothing too old is delivered, though the webhook is up again', async () => {
  const base = createVirtualClock()
  const clock = createShiftedClock(base)
  const leaping = createTestBot({ clock })
  const hook = createTestWebhook(base)
  const leapingDelivery = startDelivery(leaping.state, { fetch: hook.fetch })
  await leaping.result('setWebhook', { url: 'http://127.0.0.1/hook' })
  hook.answer = () => new Response(null, { status: 502 })
  const person = leaping.person()
  await base.advance(3 * SECOND)
  expect(hook.received.length).toBeGreaterThan(1)
  hook.received.length = 0
  hook.answer = () => new Response()
  clock.advance(25 * 3600 * SECOND)
  leaping.say(person, 'new')
  await base.advance(SECOND)
  expect(hook.received.map(({ update }) => update.message?.text)).toEqual(['new'])
  await leapingDelivery.stop()
})

test('a chargeback shows in the list of transactions alone', async () => {
  const chargeId = await pay()
  webhook.received.length = 0
  chargeBack(bot.state, anna.id, chargeId)
  await bot.clock.settle()
  expect(webhook.received).toEqual([])
  expect((await listed()).map(({ id, receiver }) => [id, receiver !== undefined])).toEqual([
    [chargeId, false],
    [chargeId, true],
  ])
  expect(await bot.result('getMyStarBalance')).toEqual({ amount: 0 })
  const refund = { user_id: anna.id, telegram_payment_charge_id: chargeId }
  expect(await bot.call('refundStarPayment', refund)).toMatchObject({
    description: 'Bad Request: CHARGE_ALREADY_REFUNDED',
  })
})

test('a payment in roubles has the processor’s id and is no transaction of Stars', async () => {
  const chargeId = await pay({ ...INVOICE, currency: 'RUB', provider_token: '1:TEST:2' })
  expect(webhook.received.at(-1)?.update.message?.successful_payment).toMatchObject({
    currency: 'RUB',
    total_amount: 50,
    telegram_payment_charge_id: chargeId,
    provider_payment_charge_id: expect.stringMatching(/^[\da-f]{28}$/),
  })
  expect(await listed()).toEqual([])
  const refund = { user_id: anna.id, telegram_payment_charge_id: chargeId }
  expect(await bot.call('refundStarPayment', refund)).toMatchObject({
    description: 'Bad Request: CHARGE_NOT_FOUND',
  })
})
