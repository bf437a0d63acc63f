import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { findDrift } from '#shared/db/ledger-check.ts'
import type { DefinedFunction } from '#shared/http/define-function.ts'
import { addPerson } from '../../local/telegram/people.ts'
import { startYookassaSimulator } from '../../local/yookassa/server.ts'
import { openHouse, type Reply } from './house.ts'

/** The address that the tests' YooKassa sends from. */
const YOOKASSA_PEER = '185.71.76.5'

type Paid = {
  payload?: string | undefined
  amount?: number
  currency?: string
  chargeId?: string
  date?: number
  from?: object
}

/** Telegram's message about a payment. */
const paidMessage = (telegramId: number, paid: Paid) => ({
  message_id: 7,
  date: paid.date ?? Math.floor(Date.now() / 1000),
  chat: { id: telegramId, type: 'private' },
  from: { id: telegramId, is_bot: false, first_name: 'Ann', language_code: 'en', ...paid.from },
  successful_payment: {
    currency: paid.currency ?? 'XTR',
    total_amount: paid.amount ?? 50,
    ...(paid.payload === undefined ? {} : { invoice_payload: paid.payload }),
    telegram_payment_charge_id: paid.chargeId ?? `stx-${randomUUID()}`,
    provider_payment_charge_id: 'p1',
  },
})

/** A house with every way to pay: Stars, a provider token, and YooKassa (simulated, no test shop). For beforeAll. */
export const openMoneyHouse = async (
  functions: DefinedFunction[],
  options: { rateLimits?: boolean; redisUrl?: string } = {},
) => {
  const shop = await startYookassaSimulator({
    shopId: '100500',
    secretKey: 'live_secret_of_the_tests',
    test: false,
  })
  const house = await openHouse({
    functions,
    rateLimits: options.rateLimits ?? false,
    config: {
      ...(options.redisUrl === undefined ? {} : { redisUrl: options.redisUrl }),
      providers: {
        telegram: { token: '401643678:TEST:provider-token-of-the-tests', currency: 'RUB' },
        yookassa: {
          shopId: shop.shopId,
          secretKey: shop.secretKey,
          test: false,
          apiRoot: shop.apiRoot,
          returnUrl: 'https://t.me/kopeika_bot',
          networks: ['185.71.76.0/27'],
        },
      },
    },
  })

  const order = async (telegramId: number, provider = 'stars', body: object = {}) => {
    const reply = await house.call('top-up', 'POST', '/invoices', {
      body: { telegramId, pack: 'small', provider, link: provider !== 'stars', ...body },
    })
    expect(reply.status, JSON.stringify(reply.body)).toBe(201)
    return reply.body as { orderId: string; url: string; invoice: { payload: string } }
  }
  const pay = (telegramId: number, paid: Paid): Promise<Reply> =>
    house.call('top-up', 'POST', '/payments', { body: paidMessage(telegramId, paid) })
  /** The id of the payment that YooKassa has opened under this address. */
  const idOf = (url: string): string => url.split('/').at(-1) ?? ''
  const notify = (event: string, id: string, headers: Record<string, string> = {}): Promise<Reply> =>
    house.call('payment-webhook', 'POST', '/yookassa', {
      as: null,
      key: null,
      headers: { 'x-forwarded-for': YOOKASSA_PEER, ...headers },
      body: { type: 'notification', event, object: { id } },
    })

  /** A person who has paid the small pack (100 coins). */
  const payer = async (provider: 'stars' | 'telegram' | 'yookassa') => {
    const person = await house.person()
    const { url, invoice } = await order(person.telegramId, provider)
    if (provider === 'yookassa') {
      const chargeId = idOf(url)
      shop.pay(chargeId)
      expect((await notify('payment.succeeded', chargeId)).status).toBe(200)
      const [row] = await house.ownerSql`select id from payments where charge_id = ${chargeId}`
      return { ...person, chargeId, paymentId: row?.id as string }
    }
    // the simulator's own charge, so that it can be refunded there
    const chargeId = `stx-${randomUUID()}`
    const paid = provider === 'stars' ? {} : { currency: 'RUB', amount: 9900 }
    if (provider === 'stars') {
      house.sim.state.charges.set(chargeId, {
        chargeId,
        personId: person.telegramId,
        amount: 50,
        currency: 'XTR',
        payload: invoice.payload,
        refunded: false,
        paidAt: Math.floor(Date.now() / 1000),
      })
      addPerson(house.sim.state, { id: person.telegramId, firstName: 'Ann' })
    }
    const reply = await pay(person.telegramId, { payload: invoice.payload, chargeId, ...paid })
    return { ...person, chargeId, paymentId: reply.body.paymentId as string }
  }

  const wallet = async (userId: string) => {
    const [row] = await house.ownerSql<{ coins: number; debt: number }[]>`
      select coins, debt from user_balances where user_id = ${userId}`
    if (!row) throw new Error('No wallet.')
    return { ...row }
  }
  const spend = async (userId: string, coins: number): Promise<void> => {
    await house.ownerSql`update user_balances set coins = coins - ${coins} where user_id = ${userId}`
    await house.ownerSql`
      insert into transactions (user_id, amount, type, description, balance_after, actor)
      select ${userId}, ${-coins}, 'charge', 'spent', coins, 'test' from user_balances where user_id = ${userId}`
  }
  const noticesOf = async (userId: string) => {
    const rows = await house.ownerSql<{ payload: { kind: string; params: Record<string, unknown> } }[]>`
      select payload from graphile_worker._private_jobs where payload->>'userId' = ${userId} order by id`
    return rows.map(({ payload }) => payload)
  }
  const alertsOf = async (subject: string) => {
    const rows = await house.ownerSql<{ payload: { kind: string; params: Record<string, unknown> } }[]>`
      select payload from graphile_worker._private_jobs where payload->>'subject' = ${subject} order by id`
    return rows.map(({ payload }) => payload)
  }
  const auditOf = async (subject: string): Promise<string[]> => {
    const rows = await house.ownerSql<{ action: string }[]>`
      select action from audit_log where subject = ${subject} order by id`
    return rows.map(({ action }) => action)
  }
  /** I2, I3, I4, I6: to be asked after every test. */
  const booksClose = async (): Promise<void> => {
    expect(await findDrift(house.ownerSql)).toEqual([])
    const wrong = await house.ownerSql`
      select p.id from payments p
      left join lateral (
        select coalesce(sum(amount) filter (where state <> 'failed'), 0) as amount,
          coalesce(sum(coins) filter (where state <> 'failed'), 0) as coins
        from refunds where payment_id = p.id
      ) r on true
      where r.amount > p.amount or r.coins > p.coins
        or (p.state = 'credited') <> ((select count(*) from transactions t
          where t.type = 'top_up' and t.reference = 'payment:' || p.id) = 1 and p.state not in ('refunded', 'partly_refunded'))`
    expect(wrong).toEqual([])
  }
  const close = async (): Promise<void> => {
    await house.close()
    await shop.close()
  }
  return {
    house,
    shop,
    order,
    pay,
    idOf,
    notify,
    payer,
    wallet,
    spend,
    noticesOf,
    alertsOf,
    auditOf,
    booksClose,
    close,
  }
}

export type MoneyHouse = Awaited<ReturnType<typeof openMoneyHouse>>
