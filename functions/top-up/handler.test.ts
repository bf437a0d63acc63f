import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { payloadOf } from '#shared/money/signed-payload.ts'
import { BotApiError } from '../../local/telegram/api-error.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

let house: House

beforeAll(async () => {
  house = await openHouse({ functions: [handler, register] })
})
afterAll(() => house.close())

const BONUS = 50

const order = async (telegramId: number, body: Record<string, unknown> = {}) => {
  const reply = await house.call('top-up', 'POST', '/invoices', {
    body: { telegramId, pack: 'small', provider: 'stars', link: false, ...body },
  })
  expect(reply.status).toBe(201)
  return reply.body as {
    orderId: string
    url?: string
    invoice: { payload: string; prices: { amount: number }[] }
  }
}

type Paid = {
  payload?: string | undefined
  amount?: number
  currency?: string
  chargeId?: string
  from?: object
}

const paidMessage = (telegramId: number, paid: Paid) => ({
  message_id: 7,
  date: 1_790_000_000,
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

const pay = (telegramId: number, paid: Paid, key?: string) =>
  house.call('top-up', 'POST', '/payments', {
    body: paidMessage(telegramId, paid),
    ...(key === undefined ? {} : { key }),
  })

const wallet = async (userId: string) => {
  const [row] = await house.ownerSql<{ coins: number; debt: number; ledger: number }[]>`
    select coins, debt, (select coalesce(sum(amount), 0)::bigint from transactions t where t.user_id = b.user_id) as ledger
    from user_balances b where user_id = ${userId}`
  if (!row) throw new Error('No wallet.')
  // the books close after every step of every test
  expect(row.coins).toBe(row.ledger)
  return row
}

const noticesOf = (userId: string) => house.ownerSql<{ payload: { kind: string; params: object } }[]>`
  select payload from graphile_worker._private_jobs where payload->>'userId' = ${userId} order by id`

const metric = async (name: string): Promise<number> => {
  const reply = await house.call('top-up', 'GET', '/metrics', {
    as: null,
    headers: { authorization: `Bearer ${house.metricsToken}` },
  })
  const lines = String(reply.body).split('\n')
  return lines
    .filter((line) => line.startsWith(name))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

describe('GET /packs', () => {
  test('lists what is on sale', async () => {
    const reply = await house.call('top-up', 'GET', '/packs')
    expect(reply.status).toBe(200)
    expect(reply.body.items).toContainEqual({
      id: 'small',
      coins: 100,
      title: { ru: 'Малый', en: 'Small' },
      prices: { XTR: 50, RUB: 9900 },
    })
  })

  test('needs a caller with the scope', async () => {
    expect((await house.call('top-up', 'GET', '/packs', { as: null })).status).toBe(401)
    expect((await house.call('top-up', 'GET', '/packs', { as: 'limited-client' })).status).toBe(403)
    expect((await house.call('top-up', 'GET', '/nothing')).status).toBe(404)
    const wrong = await house.call('top-up', 'DELETE', '/packs')
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET'])
  })
})

describe('POST /invoices', () => {
  const invoice = (body: unknown, options = {}) =>
    house.call('top-up', 'POST', '/invoices', { body, ...options })

  test('gives the order, a link, and what a chat needs', async () => {
    const { telegramId, id } = await house.person()
    const reply = await invoice({ userId: id, pack: 'small', provider: 'stars' })
    expect(reply.status).toBe(201)
    expect(reply.body).toMatchObject({
      provider: 'stars',
      invoice: { title: '100 coins', currency: 'XTR', prices: [{ label: '100 coins', amount: 50 }] },
    })
    expect(reply.body.invoice.payload.length).toBeLessThanOrEqual(128)
    const slug = /^https:\/\/t\.me\/(?:\$|invoice\/)([\w-]+)$/.exec(reply.body.url)?.[1] ?? ''
    expect(house.sim.state.invoices.get(slug)).toMatchObject({
      payload: reply.body.invoice.payload,
      currency: 'XTR',
      amount: 50,
    })
    const [row] = await house.ownerSql`
      select pack, coins, currency, amount, price_version, url, expires_at - created_at = interval '1 day' as "lives1d"
      from orders where id = ${reply.body.orderId}`
    expect(row).toMatchObject({ pack: 'small', coins: 100, amount: 50, url: reply.body.url, lives1d: true })
    expect(telegramId).toBeGreaterThan(0)
  })

  test('speaks the language of the person', async () => {
    const { telegramId } = await house.person()
    await house.ownerSql`
      update user_states set state_data = '{"settings":{"language":"ru"}}'
      where user_id = (select id from users where telegram_id = ${telegramId})`
    expect((await order(telegramId)).invoice).toMatchObject({ title: '100 монет' })
  })

  test.each([
    ['an unknown pack', { pack: 'huge' }, 404, 'pack_not_found'],
    ['an unknown person', { telegramId: 1 }, 404, 'user_not_found'],
    ['a provider that is not configured', { provider: 'yookassa' }, 400, 'invalid_input'],
    ['cards, which are not configured', { provider: 'telegram' }, 400, 'invalid_input'],
    ['a provider that does not exist', { provider: 'cash' }, 400, 'invalid_input'],
    ['an unknown field', { coins: 1 }, 400, 'invalid_input'],
    ['two ids', { userId: randomUUID() }, 400, 'invalid_input'],
  ])('refuses %s', async (_name, change, status, code) => {
    const { telegramId } = await house.person()
    const reply = await invoice({ telegramId, pack: 'small', provider: 'stars', ...change })
    expect([reply.status, reply.body.code]).toEqual([status, code])
    if ('provider' in change && change.provider !== 'cash')
      expect(reply.body.detail).toContain('configured: stars')
  })

  test('needs a key, JSON, and a small body', async () => {
    const { telegramId } = await house.person()
    const body = { telegramId, pack: 'small', provider: 'stars' }
    expect((await invoice(body, { key: null })).status).toBe(400)
    const text = { raw: { bytes: JSON.stringify(body), type: 'text/plain' } }
    expect((await house.call('top-up', 'POST', '/invoices', text)).status).toBe(415)
    const large = { raw: { bytes: Buffer.alloc(1024 * 1024 + 1, 32), type: 'application/json' } }
    expect((await house.call('top-up', 'POST', '/invoices', large)).status).toBe(413)
  })

  test('the same call 20 times at once makes one order with one link', async () => {
    const { telegramId, id } = await house.person()
    const options = { key: randomUUID() }
    const body = { telegramId, pack: 'small', provider: 'stars' }
    const replies = await Promise.all(Array.from({ length: 20 }, () => invoice(body, options)))
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(replies.map((reply) => JSON.stringify(reply.body))).size).toBe(1)
    expect(replies.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(19)
    expect(await house.ownerSql`select 1 from orders where user_id = ${id}`).toHaveLength(1)
    const other = await invoice({ ...body, pack: 'large' }, options)
    expect([other.status, other.body.code]).toEqual([422, 'key_reused'])
  })

  test('Telegram away: 503, and the same call later gives the link to the same order', async () => {
    const { telegramId, id } = await house.person()
    const options = { key: randomUUID() }
    const body = { telegramId, pack: 'small', provider: 'stars' }
    house.sim.state.faults.beforeMethod = () => new BotApiError(500, 'Internal Server Error')
    const away = await invoice(body, options)
    expect([away.status, away.body.code]).toEqual([503, 'unavailable'])
    house.sim.state.faults.beforeMethod = () => new BotApiError(400, 'Bad Request: PAYLOAD_INVALID')
    expect((await invoice(body, options)).status).toBe(502)
    delete house.sim.state.faults.beforeMethod
    const reply = await invoice(body, options)
    expect(reply.status).toBe(201)
    expect(reply.body.url).toMatch(/^https:\/\/t\.me\//)
    expect(await house.ownerSql`select 1 from orders where user_id = ${id}`).toHaveLength(1)
  })
})

describe('POST /pre-checkout', () => {
  const ask = (query: Record<string, unknown>) =>
    house.call('top-up', 'POST', '/pre-checkout', {
      key: null,
      body: {
        id: '1',
        from: { id: 77, is_bot: false, first_name: 'B', language_code: 'en' },
        currency: 'XTR',
        total_amount: 50,
        ...query,
      },
    })

  test('an open invoice may be paid, by anybody, without a key, and nothing changes', async () => {
    const { telegramId } = await house.person()
    const { invoice } = await order(telegramId)
    const reply = await ask({ invoice_payload: invoice.payload })
    expect([reply.status, reply.body]).toEqual([200, { ok: true }])
    expect(await house.ownerSql`select 1 from users where telegram_id = 77`).toHaveLength(0)
  })

  test('refuses with a reason in the language of who pays', async () => {
    const { telegramId } = await house.person()
    const { invoice, orderId } = await order(telegramId)
    const refusal = async (query: Record<string, unknown>) => {
      const reply = await ask({ invoice_payload: invoice.payload, ...query })
      expect([reply.status, reply.body.ok]).toEqual([200, false])
      return reply.body.errorMessage as string
    }
    expect(await refusal({ total_amount: 49 })).toContain('price')
    expect(await refusal({ currency: 'RUB' })).toContain('price')
    expect(await refusal({ invoice_payload: 'what is this' })).toContain('do not know')
    expect(await refusal({ invoice_payload: undefined })).toContain('do not know')
    expect(await refusal({ invoice_payload: `${invoice.payload.slice(0, -2)}xx` })).toContain('do not know')
    const russian = { id: 78, language_code: 'ru' }
    expect(await refusal({ total_amount: 49, from: russian })).toContain('Цена')

    // an invoice of an order that a restore lost: the signature is ours, the order is not there
    await house.ownerSql`delete from orders where id = ${orderId}`
    expect(await refusal({})).toContain('do not know')
  })

  test('refuses an expired invoice', async () => {
    const { telegramId } = await house.person()
    const { orderId } = await order(telegramId)
    const resources = house.resourcesOf('top-up')
    const late = payloadOf(resources, { id: orderId, expiresAt: new Date(Date.now() - 1_000) })
    const reply = await ask({ invoice_payload: late })
    expect(reply.body).toEqual({ ok: false, errorMessage: expect.stringContaining('out of date') })
  })

  test.each([
    ['no person', { from: undefined }],
    ['an amount that is no whole number', { total_amount: 1.5 }],
    ['no currency', { currency: undefined }],
  ])('400 for %s', async (_name, query) => {
    expect((await ask({ invoice_payload: 'x', ...query })).status).toBe(400)
  })
})

describe('POST /payments', () => {
  test('credits the pack and queues the receipt', async () => {
    const { telegramId, id } = await house.person()
    const { orderId, invoice } = await order(telegramId)
    const reply = await pay(telegramId, { payload: invoice.payload, chargeId: `stx-${id}` })
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({
      paymentId: expect.any(String),
      transactionId: expect.any(String),
      coins: 100,
    })
    expect(await wallet(id)).toMatchObject({ coins: BONUS + 100, debt: 0 })
    const [entry] = await house.ownerSql`
      select type, amount, description, reference, price_version, actor from transactions
      where id = ${reply.body.transactionId}`
    const [tariffVersion] = await house.ownerSql`select price_version from orders where id = ${orderId}`
    expect(entry).toEqual({
      type: 'top_up',
      amount: 100,
      description: 'Top-up: Small',
      reference: `payment:${reply.body.paymentId}`,
      price_version: tariffVersion?.price_version,
      actor: 'client',
    })
    const notices = await noticesOf(id)
    expect(notices.map(({ payload }) => payload)).toEqual([
      {
        userId: id,
        kind: 'payment-credited',
        params: expect.objectContaining({
          coins: 100,
          amount: 50,
          currency: 'XTR',
          balance: 150,
          debtPaid: 0,
        }),
      },
    ])
    await house.settled()
  })

  test('one charge is one credit: 50 deliveries at once under 50 keys, and again', async () => {
    const { telegramId, id } = await house.person()
    const { invoice } = await order(telegramId)
    const paid = { payload: invoice.payload, chargeId: `stx-${randomUUID()}` }
    const replies = await Promise.all(Array.from({ length: 50 }, () => pay(telegramId, paid)))
    const again = await pay(telegramId, paid)
    expect(new Set([...replies, again].map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set([...replies, again].map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(await wallet(id)).toMatchObject({ coins: BONUS + 100 })
    expect(await noticesOf(id)).toHaveLength(1)
  })

  test('one key is one credit: 20 at once, replayed; other input is refused', async () => {
    const { telegramId, id } = await house.person()
    const { invoice } = await order(telegramId)
    const key = randomUUID()
    const paid = { payload: invoice.payload, chargeId: `stx-${randomUUID()}` }
    const replies = await Promise.all(Array.from({ length: 20 }, () => pay(telegramId, paid, key)))
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
    expect(replies.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(19)
    expect(await wallet(id)).toMatchObject({ coins: BONUS + 100 })
    const other = await pay(telegramId, { ...paid, amount: 51 }, key)
    expect([other.status, other.body.code]).toEqual([422, 'key_reused'])
  })

  test('an invoice paid twice is credited twice', async () => {
    const { telegramId, id } = await house.person()
    const { invoice } = await order(telegramId)
    const [first, second] = await Promise.all([
      pay(telegramId, { payload: invoice.payload }),
      pay(telegramId, { payload: invoice.payload }),
    ])
    expect(first?.body.paymentId).not.toBe(second?.body.paymentId)
    expect(await wallet(id)).toMatchObject({ coins: BONUS + 200 })
  })

  test('a stranger who pays a forwarded invoice gets an account and the coins', async () => {
    const { telegramId, id } = await house.person()
    const { invoice } = await order(telegramId)
    const stranger = telegramId + 1
    const reply = await pay(stranger, {
      payload: invoice.payload,
      from: { username: 'x'.repeat(99), first_name: 7, language_code: 'ru' },
    })
    expect(reply.body.coins).toBe(100)
    const [user] = await house.ownerSql`
      select id, username, first_name from users where telegram_id = ${stranger}`
    expect(user).toMatchObject({ username: 'x'.repeat(64), first_name: null })
    expect(await wallet(user?.id)).toMatchObject({ coins: BONUS + 100 })
    expect(await wallet(id)).toMatchObject({ coins: BONUS })
    const [entry] =
      await house.ownerSql`select description from transactions where id = ${reply.body.transactionId}`
    expect(entry?.description).toBe('Пополнение: Малый')
  })

  test.each([
    [30, 30],
    [150, 150],
    // the coins that were free pay too
    [250, 150],
  ])('a debt of %i is paid first, with %i', async (debt, debtPaid) => {
    const { telegramId, id } = await house.person()
    await house.ownerSql`update user_balances set debt = ${debt} where user_id = ${id}`
    const { invoice } = await order(telegramId)
    const reply = await pay(telegramId, { payload: invoice.payload })
    expect(reply.body.coins).toBe(100)
    expect(await wallet(id)).toMatchObject({ coins: BONUS + 100 - debtPaid, debt: debt - debtPaid })
    const rows = await house.ownerSql`
      select type, amount from transactions where reference = ${`payment:${reply.body.paymentId}`} order by id`
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { type: 'top_up', amount: 100 },
      { type: 'debt_payment', amount: -debtPaid },
    ])
    const [notice] = await noticesOf(id)
    expect(notice?.payload.params).toMatchObject({ debtPaid, balance: BONUS + 100 - debtPaid })
  })

  test('coins and price of the order hold when it has expired, whatever the tariff says', async () => {
    const { telegramId, id } = await house.person()
    const { orderId, invoice } = await order(telegramId)
    await house.ownerSql`
      update orders set coins = 777, pack = 'gone', price_version = 'old', expires_at = now() - interval '2 days' where id = ${orderId}`
    const reply = await pay(telegramId, { payload: invoice.payload })
    expect(reply.body.coins).toBe(777)
    const [entry] = await house.ownerSql`
      select description, price_version from transactions where id = ${reply.body.transactionId}`
    expect(entry).toEqual({ description: 'Top-up: gone', price_version: 'old' })
    expect(await wallet(id)).toMatchObject({ coins: BONUS + 777 })
  })

  test.each([
    ['payload_missing', () => ({ payload: undefined })],
    ['payload_unknown', () => ({ payload: 'some other bot' })],
    ['payload_forged', (payload: string) => ({ payload: `${payload.slice(0, -2)}xx` })],
    ['amount_differs', (payload: string) => ({ payload, amount: 1 })],
    ['provider_differs', (payload: string) => ({ payload, currency: 'RUB', amount: 9900 })],
  ])('%s: kept in suspense, told to the payer and to the operator', async (reason, paid) => {
    const { telegramId, id } = await house.person()
    const { orderId, invoice } = await order(telegramId)
    const before = await metric('kopeika_payments_suspense_total')
    const chargeId = `stx-${randomUUID()}`
    const reply = await pay(telegramId, { ...paid(invoice.payload), chargeId })
    expect([reply.status, reply.body]).toEqual([
      200,
      { paymentId: expect.any(String), transactionId: null, coins: 0 },
    ])
    const { paymentId } = reply.body
    const [row] = await house.ownerSql`
      select state, reason, order_id, user_id, charge_id from payments where id = ${paymentId}`
    expect(row).toEqual({
      state: 'suspense',
      reason,
      // known from a payload of ours; of another provider's order nothing was paid
      order_id: reason === 'amount_differs' ? orderId : null,
      user_id: id,
      charge_id: chargeId,
    })
    expect(await wallet(id)).toMatchObject({ coins: BONUS })
    expect((await noticesOf(id)).map(({ payload }) => payload.kind)).toEqual(['payment-suspense'])
    const audit = await house.ownerSql`
      select actor, action, details->>'reason' as reason from audit_log where subject = ${`payment:${paymentId}`}`
    expect(audit.map((entry) => ({ ...entry }))).toEqual([
      { actor: 'client', action: 'payment-suspense', reason },
    ])
    expect(await metric('kopeika_payments_suspense_total')).toBe(before + 1)
    const alerts = await house.ownerSql`
      select payload from graphile_worker._private_jobs where payload->>'subject' = ${`payment:${paymentId}`}`
    expect(alerts.map(({ payload }) => payload.kind)).toEqual(['payment-suspense'])
    expect(house.logs.some((line) => line.includes('"level":"error"') && line.includes(paymentId))).toBe(true)

    const again = await pay(telegramId, { ...paid(invoice.payload), chargeId })
    expect(again.body).toEqual(reply.body)
    expect(await noticesOf(id)).toHaveLength(1)
    expect(await metric('kopeika_payments_suspense_total')).toBe(before + 1)
  })

  test('a wallet without room keeps the payment waiting', async () => {
    const { telegramId, id } = await house.person()
    const { invoice } = await order(telegramId)
    const full = Number.MAX_SAFE_INTEGER
    await house.ownerSql`
      insert into transactions (user_id, amount, type, description, balance_after, actor)
      values (${id}, ${full - BONUS}, 'adjustment', 'test', ${full}, 'test')`
    await house.ownerSql`update user_balances set coins = ${full} where user_id = ${id}`
    const reply = await pay(telegramId, { payload: invoice.payload })
    expect([reply.status, reply.body.coins]).toEqual([200, 0])
    const [row] = await house.ownerSql`select state, reason from payments where id = ${reply.body.paymentId}`
    expect(row).toEqual({ state: 'suspense', reason: 'balance_full' })
  })

  test('a transaction that breaks leaves nothing, and the same key works afterwards', async () => {
    const { telegramId, id } = await house.person()
    const { invoice } = await order(telegramId)
    const key = randomUUID()
    const stranger = telegramId + 1
    const chargeId = `stx-${randomUUID()}`
    // the last statement of the work fails
    await house.ownerSql`
      create function break_jobs() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$`
    await house.ownerSql`
      create trigger break_jobs before insert on graphile_worker._private_jobs for each row execute function break_jobs()`
    const broken = await pay(stranger, { payload: invoice.payload, chargeId }, key)
    expect([broken.status, broken.body.code]).toEqual([500, 'internal'])
    expect(JSON.stringify(broken.body)).not.toContain('broken')
    await house.ownerSql`drop trigger break_jobs on graphile_worker._private_jobs`
    await house.ownerSql`drop function break_jobs()`
    expect(await house.ownerSql`select 1 from payments where charge_id = ${chargeId}`).toHaveLength(0)
    expect(await house.ownerSql`select 1 from users where telegram_id = ${stranger}`).toHaveLength(0)

    const reply = await pay(stranger, { payload: invoice.payload, chargeId }, key)
    expect([reply.status, reply.body.coins]).toEqual([200, 100])
    expect(await wallet(id)).toMatchObject({ coins: BONUS })
  })

  test('a payment made in a group is credited to who paid', async () => {
    const { telegramId, id } = await house.person()
    const { invoice } = await order(telegramId)
    const body = {
      ...paidMessage(telegramId, { payload: invoice.payload }),
      chat: { id: -1_001_234_567_890, type: 'supergroup', title: 'Friends' },
    }
    const reply = await house.call('top-up', 'POST', '/payments', { body })
    expect(reply.body.coins).toBe(100)
    expect(await wallet(id)).toMatchObject({ coins: BONUS + 100 })
  })

  test('news of an old charge does not bring back the account of a person who has left', async () => {
    const { telegramId, id } = await house.person()
    const { invoice } = await order(telegramId)
    const paid = { payload: invoice.payload, chargeId: `stx-${randomUUID()}` }
    const first = await pay(telegramId, paid)
    await house.ownerSql`
      update users set erased_at = now(), telegram_id = null, username = null, first_name = null where id = ${id}`
    expect((await pay(telegramId, paid)).body).toEqual(first.body)
    expect(await house.ownerSql`select 1 from users where telegram_id = ${telegramId}`).toHaveLength(0)
  })

  test.each([0, -5, 1e21, '100', 1.5, null])('400 for an amount of %j', async (amount) => {
    const body = paidMessage(99, {})
    const payment = { ...body.successful_payment, total_amount: amount }
    const reply = await house.call('top-up', 'POST', '/payments', {
      body: { ...body, successful_payment: payment },
    })
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_input'])
  })

  test.each([
    ['no payment', { successful_payment: undefined }],
    ['no payer', { from: undefined }],
    [
      'an amount of nothing',
      { successful_payment: { currency: 'XTR', total_amount: 0, telegram_payment_charge_id: 'a' } },
    ],
    ['no charge id', { successful_payment: { currency: 'XTR', total_amount: 5 } }],
  ])('400 for %s', async (_name, change) => {
    const body = { ...paidMessage(99, {}), ...change }
    expect((await house.call('top-up', 'POST', '/payments', { body })).status).toBe(400)
  })

  test('needs a key and the scope', async () => {
    const body = paidMessage(99, {})
    expect((await house.call('top-up', 'POST', '/payments', { body, key: null })).status).toBe(400)
    expect((await house.call('top-up', 'POST', '/payments', { body, as: null })).status).toBe(401)
    expect((await house.call('top-up', 'POST', '/payments', { body, as: 'limited-client' })).status).toBe(403)
  })

  test.each(['/payments', '/refunded-payments'])(
    '%s takes the word of our own functions and of operators: a program that may top up cannot say that it was paid',
    async (path) => {
      const { telegramId } = await house.person()
      const { successful_payment, ...message } = paidMessage(telegramId, {})
      const body =
        path === '/payments'
          ? { ...message, successful_payment }
          : { ...message, refunded_payment: { ...successful_payment, invoice_payload: 'x' } }
      const reply = await house.call('top-up', 'POST', path, { body, as: 'other-client' })
      expect([reply.status, reply.body.code]).toEqual([403, 'forbidden'])
      expect((await house.call('top-up', 'POST', path, { body, as: 'dispatcher' })).status).toBe(200)
    },
  )
})
