import type { StarTransaction } from '@grammyjs/types'
import { beforeEach, describe, expect, test } from 'vitest'
import type { InvoiceRecord, Person } from './model.ts'
import { payInvoice } from './payments.ts'
import { createTestBot, type TestBot } from './test-bot.ts'

let bot: TestBot
let anna: Person

beforeEach(() => {
  bot = createTestBot()
  anna = bot.person('Anna')
})

const INVOICE = {
  title: '100 coins',
  description: 'A pack',
  payload: 'order-1',
  currency: 'XTR',
  prices: [{ label: 'coins', amount: 50 }],
}

const sendInvoice = async (): Promise<InvoiceRecord> => {
  await bot.result('sendInvoice', { chat_id: anna.id, ...INVOICE })
  const [invoice] = [...bot.state.invoices.values()].slice(-1)
  if (invoice === undefined) throw new Error('no invoice')
  return invoice
}

const lastQueryId = (): string => {
  const queries = [...bot.state.pending.values()].flatMap(({ update }) => update.pre_checkout_query ?? [])
  return queries.at(-1)?.id ?? ''
}

const answer = (fields: Record<string, unknown>) =>
  bot.call('answerPreCheckoutQuery', { pre_checkout_query_id: lastQueryId(), ...fields })

const pay = async (payer: Person, invoice: InvoiceRecord): Promise<string> => {
  const paying = payInvoice(bot.state, payer.id, invoice)
  await answer({ ok: true })
  const outcome = await paying
  if (outcome.outcome !== 'paid') throw new Error(`not paid: ${outcome.errorMessage}`)
  return outcome.chargeId
}

const transactions = async (fields = {}): Promise<StarTransaction[]> =>
  (await bot.result('getStarTransactions', fields)).transactions

test('one invoice paid twice, and by another person: three charges', async () => {
  const boris = bot.person('Boris')
  const invoice = await sendInvoice()
  const charges = [await pay(anna, invoice), await pay(anna, invoice), await pay(boris, invoice)]
  expect(new Set(charges).size).toBe(3)
  const paid = [...bot.state.pending.values()].flatMap(
    ({ update }) => update.message?.successful_payment ?? [],
  )
  expect(paid.map((payment) => payment.telegram_payment_charge_id)).toEqual(charges)
  expect(paid[0]).toMatchObject({ currency: 'XTR', total_amount: 50, invoice_payload: 'order-1' })
  expect(bot.state.people.get(anna.id)?.stars).toBe(9900)
  expect(bot.state.people.get(boris.id)?.stars).toBe(9950)
  expect(await bot.result('getMyStarBalance')).toEqual({ amount: 150 })
})

test('a link can be paid by somebody who has never written', async () => {
  const link: string = await bot.result('createInvoiceLink', INVOICE)
  const slug = link.replace('https://t.me/$', '')
  const invoice = bot.state.invoices.get(slug)
  expect(invoice).toMatchObject({ payload: 'order-1', amount: 50 })
})

test('a query that nobody answers in 10 seconds expires, and its answer then is too old', async () => {
  const invoice = await sendInvoice()
  const paying = payInvoice(bot.state, anna.id, invoice)
  await bot.clock.advance(10_000)
  expect(await paying).toMatchObject({ outcome: 'expired' })
  expect(await answer({ ok: true })).toMatchObject({
    error_code: 400,
    description: expect.stringContaining('too old'),
  })
  expect(await transactions()).toEqual([])
})

test('a refused payment takes nothing and shows why', async () => {
  const invoice = await sendInvoice()
  const paying = payInvoice(bot.state, anna.id, invoice)
  expect(await answer({ ok: false })).toMatchObject({ error_code: 400 })
  await answer({ ok: false, error_message: 'Sold out' })
  expect(await paying).toEqual({ outcome: 'refused', errorMessage: 'Sold out' })
  expect(bot.state.people.get(anna.id)?.stars).toBe(10_000)
})

test('a purse that is too small is filled', async () => {
  bot.state.people.set(anna.id, { ...anna, stars: 10 })
  await pay(anna, await sendInvoice())
  expect(bot.state.people.get(anna.id)?.stars).toBe(9960)
})

describe('refunds', () => {
  test('give the stars back once; the second time is refused', async () => {
    const chargeId = await pay(anna, await sendInvoice())
    const refund = () =>
      bot.call('refundStarPayment', { user_id: anna.id, telegram_payment_charge_id: chargeId })
    expect(await refund()).toEqual({ ok: true, result: true })
    expect(await refund()).toMatchObject({
      error_code: 400,
      description: 'Bad Request: CHARGE_ALREADY_REFUNDED',
    })
    expect(bot.state.people.get(anna.id)?.stars).toBe(10_000)
    const messages = [...bot.state.pending.values()].flatMap(
      ({ update }) => update.message?.refunded_payment ?? [],
    )
    expect(messages).toMatchObject([{ telegram_payment_charge_id: chargeId, total_amount: 50 }])
    const listed = await transactions()
    expect(
      listed.map(({ id, source, receiver }) => [id, source !== undefined, receiver !== undefined]),
    ).toEqual([
      [chargeId, true, false],
      [chargeId, false, true],
    ])
  })

  test('know only the payer', async () => {
    const boris = bot.person('Boris')
    const chargeId = await pay(anna, await sendInvoice())
    const fields = { user_id: boris.id, telegram_payment_charge_id: chargeId }
    expect(await bot.call('refundStarPayment', fields)).toMatchObject({
      description: 'Bad Request: CHARGE_NOT_FOUND',
    })
  })
})

test('transactions are listed in order, page by page', async () => {
  const invoice = await sendInvoice()
  const charges: string[] = []
  for (let count = 0; count < 5; count += 1) charges.push(await pay(anna, invoice))
  const ids = async (fields = {}) => (await transactions(fields)).map(({ id }) => id)
  expect(await ids({ limit: 2 })).toEqual(charges.slice(0, 2))
  expect(await ids({ offset: 2, limit: 2 })).toEqual(charges.slice(2, 4))
  expect(await ids({ offset: 4, limit: 100 })).toEqual(charges.slice(4))
  expect(await ids({ offset: 5 })).toEqual([])
  expect(await bot.call('getStarTransactions', { limit: 101 })).toMatchObject({ error_code: 400 })
})

test.each([
  ['a provider token', { provider_token: 'x' }],
  [
    'two prices',
    {
      prices: [
        { label: 'a', amount: 1 },
        { label: 'b', amount: 1 },
      ],
    },
  ],
  ['a price of zero', { prices: [{ label: 'a', amount: 0 }] }],
  ['a payload over 128 bytes', { payload: 'я'.repeat(65) }],
  ['no title', { title: '' }],
  ['a currency of another provider without its token', { currency: 'RUB' }],
  ['a period that is not 30 days', { subscription_period: 86_400 }],
])('an invoice link with %s is refused', async (_name, change) => {
  expect(await bot.call('createInvoiceLink', { ...INVOICE, ...change })).toMatchObject({ error_code: 400 })
})
