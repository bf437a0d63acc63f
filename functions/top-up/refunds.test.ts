import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { touchRefund } from '#shared/db/refunds.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { postTransaction } from '#shared/db/wallets.ts'
import { findStaleRefunds, recordOutsideRefund, settleRefund } from '#shared/money/refund.ts'
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
  money.house.sim.faults.clear()
  await money.booksClose()
})
afterAll(() => money.close())

type Options = { key?: string; as?: string }
const refund = (body: object, options: Options = {}) =>
  money.house.call('top-up', 'POST', '/refunds', { body: { reason: 'asked', ...body }, ...options })

const refundsOf = async (paymentId: string) => {
  const rows = await money.house.ownerSql`
    select amount, coins, debt_added, state, origin from refunds where payment_id = ${paymentId} order by id`
  return rows.map((row) => ({ ...row }))
}
const stateOf = async (paymentId: string): Promise<string> => {
  const [row] = await money.house.ownerSql`select state from payments where id = ${paymentId}`
  return row?.state
}
const refundedAtYookassa = (chargeId: string): unknown[] =>
  money.shop.book().refunds.filter((one) => one.payment_id === chargeId)

describe('POST /refunds', () => {
  test.each(['stars', 'yookassa'] as const)('%s: the whole payment, by the operator', async (provider) => {
    const { id, chargeId, paymentId } = await money.payer(provider)
    const reply = await refund({ paymentId })
    const [amount, currency] = provider === 'stars' ? [50, 'XTR'] : [9900, 'RUB']
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({
      refundId: expect.any(String),
      paymentId,
      coins: 100,
      debt: 0,
      amount,
      currency,
      state: 'done',
    })
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
    expect(await stateOf(paymentId)).toBe('refunded')
    const [entry] = await money.house.ownerSql`
      select type, amount, description, actor from transactions where reference = ${`refund:${reply.body.refundId}`}`
    expect(entry).toEqual({
      type: 'reversal',
      amount: -100,
      description: 'Payment refunded',
      actor: 'client',
    })
    if (provider === 'stars') expect(money.house.sim.state.charges.get(chargeId)?.refunded).toBe(true)
    else expect(refundedAtYookassa(chargeId)).toHaveLength(1)
    expect(await money.auditOf(`payment:${paymentId}`)).toEqual(['refund-requested', 'refund-done'])
    expect((await money.noticesOf(id)).filter(({ kind }) => kind === 'payment-refunded')).toEqual([
      {
        userId: id,
        kind: 'payment-refunded',
        params: { amount, currency, coins: 100, balance: BONUS, debt: 0, paymentId },
      },
    ])
  })

  test('twice: once; under the same key: the first answer', async () => {
    const { id, paymentId } = await money.payer('stars')
    const key = randomUUID()
    const first = await refund({ paymentId }, { key })
    const again = await refund({ paymentId }, { key })
    expect([again.status, again.body]).toEqual([200, first.body])
    const other = await refund({ paymentId })
    expect([other.status, other.body.code, other.body.left]).toEqual([409, 'conflict', 0])
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
  })

  test('20 at once under keys of their own: one', async () => {
    const { id, chargeId, paymentId } = await money.payer('yookassa')
    const replies = await Promise.all(Array.from({ length: 20 }, () => refund({ paymentId })))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 409]))
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
    expect(refundedAtYookassa(chargeId)).toHaveLength(1)
  })

  test('how refunds ended is counted', async () => {
    const count = async (): Promise<Record<string, number>> => {
      const { registry } = money.house.resourcesOf('top-up').metrics
      const values = (await registry.getSingleMetric('kopeika_refunds_total')?.get())?.values ?? []
      return Object.fromEntries(
        values.map(({ labels, value }) => [`${labels.provider} ${labels.state}`, value]),
      )
    }
    const before = await count()
    const { paymentId } = await money.payer('yookassa')
    money.shop.faults.add({ target: 'method', method: 'createRefund', do: '400', times: 1 })
    expect((await refund({ paymentId })).status).toBe(409)
    expect((await refund({ paymentId })).status).toBe(200)
    const after = await count()
    for (const label of ['yookassa failed', 'yookassa done']) {
      expect(after[label]).toBe((before[label] ?? 0) + 1)
    }
  })

  test('parts add up to the pack exactly, and never to more', async () => {
    const { id, chargeId, paymentId } = await money.payer('yookassa')
    const coins: number[] = []
    for (const amount of [3333, 3333, 3233]) {
      const reply = await refund({ paymentId, amount })
      expect(reply.status).toBe(200)
      coins.push(reply.body.coins)
    }
    expect(coins).toEqual([33, 34, 32])
    expect(await stateOf(paymentId)).toBe('partly_refunded')
    const tooMuch = await refund({ paymentId, amount: 2 })
    expect([tooMuch.status, tooMuch.body.left]).toEqual([409, 1])
    expect((await refund({ paymentId })).body).toMatchObject({ amount: 1, coins: 1, state: 'done' })
    expect(await stateOf(paymentId)).toBe('refunded')
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
    expect(refundedAtYookassa(chargeId)).toHaveLength(4)
  })

  test.each([
    ['no such payment', { paymentId: randomUUID() }, 404, 'payment_not_found'],
    ['an id that is none', { paymentId: 'x' }, 400, 'invalid_input'],
    ['an amount of nothing', { paymentId: randomUUID(), amount: 0 }, 400, 'invalid_input'],
    ['an amount that is no whole number', { paymentId: randomUUID(), amount: 1.5 }, 400, 'invalid_input'],
    ['no reason', { paymentId: randomUUID(), reason: ' ' }, 400, 'invalid_input'],
    ['an unknown field', { paymentId: randomUUID(), coins: 5 }, 400, 'invalid_input'],
  ])('refuses %s', async (_name, body, status, code) => {
    const reply = await refund(body)
    expect([reply.status, reply.body.code]).toEqual([status, code])
  })

  test('a part of Stars, which go back whole: 400', async () => {
    const { id, paymentId } = await money.payer('stars')
    const reply = await refund({ paymentId, amount: 10 })
    expect([reply.status, reply.body.errors[0].path]).toEqual([400, 'amount'])
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 100, debt: 0 })
  })

  test('the operator needs the scope admin; a person asks for the own payment only', async () => {
    const { id, telegramId, paymentId } = await money.payer('stars')
    const plain = await refund({ paymentId }, { as: 'other-client' })
    expect([plain.status, plain.body.code]).toEqual([403, 'forbidden'])
    const stranger = await money.house.person()
    const foreign = await refund({ paymentId, userId: stranger.id }, { as: 'other-client' })
    expect([foreign.status, foreign.body.code]).toEqual([403, 'forbidden'])
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 100, debt: 0 })
    const own = await refund({ paymentId, telegramId }, { as: 'other-client' })
    expect([own.status, own.body.state]).toEqual([200, 'done'])
    expect(await refundsOf(paymentId)).toEqual([expect.objectContaining({ origin: 'self_service' })])
  })

  test('the policy holds for the person, not for the operator', async () => {
    const late = await money.payer('stars')
    await money.house.ownerSql`
      update payments set paid_at = now() - interval '14 days' where id = ${late.paymentId}`
    const tooLate = await refund({ paymentId: late.paymentId, userId: late.id })
    expect([tooLate.status, tooLate.body.code, tooLate.body.policy]).toEqual([409, 'conflict', 'too_late'])
    expect((await refund({ paymentId: late.paymentId })).status).toBe(200)

    const spender = await money.payer('yookassa')
    await money.spend(spender.id, BONUS + 1)
    const spent = await refund({ paymentId: spender.paymentId, userId: spender.id })
    expect([spent.status, spent.body.policy]).toEqual([409, 'spent'])
    expect(await money.wallet(spender.id)).toEqual({ coins: 99, debt: 0 })
    const byOperator = await refund({ paymentId: spender.paymentId })
    expect(byOperator.body).toMatchObject({ coins: 100, debt: 1, state: 'done' })
    expect(await money.wallet(spender.id)).toEqual({ coins: 0, debt: 1 })
  })

  test('coins that are held count as spent for the person, and become debt for the operator', async () => {
    const { id, paymentId } = await money.payer('stars')
    await money.house.ownerSql`
      insert into holds (user_id, coins, state, description, actor, expires_at)
      values (${id}, 120, 'active', 'work', 'test', now() + interval '1 hour')`
    await money.house.ownerSql`update user_balances set held = 120 where user_id = ${id}`
    expect((await refund({ paymentId, userId: id })).body.policy).toBe('spent')
    expect((await refund({ paymentId })).body).toMatchObject({ coins: 100, debt: 70 })
    expect(await money.wallet(id)).toEqual({ coins: 120, debt: 70 })
  })

  test('a debt is paid by the next payment, and its refund reverses what it brought', async () => {
    const { id, telegramId, paymentId } = await money.payer('stars')
    await money.spend(id, 150)
    expect((await refund({ paymentId })).body).toMatchObject({ coins: 100, debt: 100 })
    const { invoice } = await money.order(telegramId)
    const next = await money.pay(telegramId, { payload: invoice.payload })
    expect(next.body.coins).toBe(100)
    expect(await money.wallet(id)).toEqual({ coins: 0, debt: 0 })
  })

  test('against charges at the same time: nobody spends what goes back', async () => {
    const { id, paymentId } = await money.payer('stars')
    const sql = money.house.resourcesOf('top-up').sql
    const charge = () =>
      inTransaction(sql, (tx) =>
        postTransaction(tx, { userId: id, amount: -10, type: 'charge', description: 'work', actor: 'test' }),
      )
    const [reply, ...charges] = await Promise.all([
      refund({ paymentId }),
      ...Array.from({ length: 15 }, () =>
        charge().then(
          () => 1,
          () => 0,
        ),
      ),
    ])
    const spent = charges.reduce<number>((sum, one) => sum + one, 0) * 10
    expect(reply.body.coins).toBe(100)
    const { coins, debt } = await money.wallet(id)
    expect(coins - debt).toBe(BONUS - spent)
    expect(Math.min(coins, debt)).toBe(0)
  })
})

describe('what the provider says', () => {
  test('refused: the coins are back, and the person and the operator hear of it', async () => {
    const { id, chargeId, paymentId } = await money.payer('yookassa')
    await money.spend(id, 80)
    money.shop.faults.add({ target: 'method', method: 'createRefund', do: '400', times: 1 })
    const key = randomUUID()
    const reply = await refund({ paymentId }, { key })
    expect([reply.status, reply.body.code, reply.body.failure]).toEqual([
      409,
      'conflict',
      '400 invalid_request',
    ])
    expect(await money.wallet(id)).toEqual({ coins: 70, debt: 0 })
    expect(await stateOf(paymentId)).toBe('credited')
    expect((await refund({ paymentId }, { key })).status).toBe(409)
    expect((await money.noticesOf(id)).at(-1)).toMatchObject({
      kind: 'refund-failed',
      params: { amount: 9900, coins: 100, balance: 70 },
    })
    const [row] = await money.house.ownerSql`
      select id, transaction_id, returned_transaction_id from refunds where payment_id = ${paymentId}`
    expect(row?.returned_transaction_id).not.toBeNull()
    expect(await money.alertsOf(`refund:${row?.id}`)).toEqual([
      expect.objectContaining({ kind: 'refund-failed' }),
    ])
    // the next one is another refund
    expect((await refund({ paymentId })).body).toMatchObject({ state: 'done', debt: 30 })
    expect(refundedAtYookassa(chargeId)).toHaveLength(1)
    expect(await money.wallet(id)).toEqual({ coins: 0, debt: 30 })
  })

  test('refused after the debt was paid: what was paid for it comes back too', async () => {
    const { id, telegramId, paymentId } = await money.payer('yookassa')
    await money.spend(id, 120)
    money.shop.faults.add({ target: 'method', method: 'createRefund', do: 'refund-pending', times: 1 })
    const pending = await refund({ paymentId })
    expect(pending.body).toMatchObject({ state: 'requested', debt: 70 })
    expect(await money.wallet(id)).toEqual({ coins: 0, debt: 70 })
    const { invoice } = await money.order(telegramId)
    await money.pay(telegramId, { payload: invoice.payload })
    expect(await money.wallet(id)).toEqual({ coins: 30, debt: 0 })
    const [row] = await money.house
      .ownerSql`select external_id from refunds where id = ${pending.body.refundId}`
    money.shop.settleRefund(row?.external_id, 'canceled')
    const settled = await settleRefund(money.house.resourcesOf('top-up'), pending.body.refundId, 'reconcile')
    expect(settled).toMatchObject({ state: 'failed', failure: 'insufficient_funds' })
    // as if nothing had been asked for: 150 - 120 + 100
    expect(await money.wallet(id)).toEqual({ coins: 130, debt: 0 })
  })

  test.each(['accept-then-reset', 'accept-then-500'] as const)(
    'unknown (%s): stays requested, and the same call again finds the refund that was made',
    async (fault) => {
      const { id, chargeId, paymentId } = await money.payer('yookassa')
      money.shop.faults.add({ target: 'method', method: 'createRefund', do: fault, times: 1 })
      const key = randomUUID()
      const lost = await refund({ paymentId }, { key })
      expect([lost.status, lost.body.code]).toEqual([503, 'unavailable'])
      expect(Number(lost.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await refundsOf(paymentId)).toEqual([expect.objectContaining({ state: 'requested' })])
      // the coins are gone already, so that they can't be spent meanwhile; nobody else starts another
      expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
      const other = await refund({ paymentId })
      expect([other.status, other.body.refundId !== undefined]).toEqual([409, true])
      const again = await refund({ paymentId }, { key })
      expect([again.status, again.body.state]).toEqual([200, 'done'])
      expect(refundedAtYookassa(chargeId)).toHaveLength(1)
      expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
    },
  )

  test('unknown, and the key has been forgotten at YooKassa by the time reconcile asks: one refund all the same', async () => {
    const { chargeId, paymentId } = await money.payer('yookassa')
    money.shop.faults.add({ target: 'method', method: 'createRefund', do: 'accept-then-reset', times: 1 })
    expect((await refund({ paymentId, amount: 100 })).status).toBe(503)
    await money.house.ownerSql`
      update refunds set created_at = now() - interval '2 days' where payment_id = ${paymentId}`
    const resources = money.house.resourcesOf('top-up')
    const [id = ''] = await findStaleRefunds(resources.sql, 60, 10)
    money.shop.faults.add({ target: 'method', method: 'createRefund', do: '500' })
    expect(await settleRefund(resources, id, 'reconcile')).toMatchObject({ state: 'done', paymentId })
    expect(refundedAtYookassa(chargeId)).toHaveLength(1)
    expect(await findStaleRefunds(resources.sql, 60, 10)).not.toContain(id)
  })

  test('Stars that were given back already count as done', async () => {
    const { id, chargeId, paymentId } = await money.payer('stars')
    const charge = money.house.sim.state.charges.get(chargeId)
    if (!charge) throw new Error('No charge.')
    money.house.sim.state.charges.set(chargeId, { ...charge, refunded: true })
    const reply = await refund({ paymentId })
    expect([reply.status, reply.body.state]).toEqual([200, 'done'])
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
  })

  test('Stars of a charge that Telegram does not know: refused, the coins are back', async () => {
    const { id, chargeId, paymentId } = await money.payer('stars')
    money.house.sim.state.charges.delete(chargeId)
    const reply = await refund({ paymentId })
    expect([reply.status, reply.body.failure]).toEqual([409, expect.stringContaining('CHARGE_NOT_FOUND')])
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 100, debt: 0 })
  })

  test.each(['500', '429', '401'] as const)('Telegram says %s: unknown, asked again', async (fault) => {
    const { paymentId } = await money.payer('stars')
    money.house.sim.faults.add({ target: 'method', method: 'refundStarPayment', do: fault, times: 1 })
    const key = randomUUID()
    expect([502, 503]).toContain((await refund({ paymentId }, { key })).status)
    expect(await refundsOf(paymentId)).toEqual([expect.objectContaining({ state: 'requested' })])
    expect((await refund({ paymentId }, { key })).body.state).toBe('done')
  })

  test('a refund of ours, of which the provider tells before it answers: confirmed by it, once', async () => {
    const { id, chargeId, paymentId } = await money.payer('yookassa')
    money.shop.faults.add({ target: 'method', method: 'createRefund', do: 'accept-then-reset', times: 1 })
    const key = randomUUID()
    expect((await refund({ paymentId }, { key })).status).toBe(503)
    const [made] = refundedAtYookassa(chargeId) as { id: string }[]
    expect((await money.notify('refund.succeeded', made?.id ?? '')).status).toBe(200)
    expect((await refund({ paymentId }, { key })).body.state).toBe('done')
    expect(await refundsOf(paymentId)).toEqual([
      { amount: 9900, coins: 100, debt_added: 0, state: 'done', origin: 'operator' },
    ])
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
  })

  test('one made outside while ours is under way is told from it once ours has ended', async () => {
    const { id, chargeId, paymentId } = await money.payer('yookassa')
    const outside = money.shop.refund(chargeId, '10.00')
    money.shop.faults.add({ target: 'method', method: 'createRefund', do: 'reset', times: 1 })
    const key = randomUUID()
    expect((await refund({ paymentId }, { key })).status).toBe(503)
    // the whole is under way: there is no room for a tenth more, and it is not ours
    expect((await money.notify('refund.succeeded', String(outside.id))).status).toBe(503)
    // YooKassa has no 99.00 left
    expect((await refund({ paymentId }, { key })).status).toBe(409)
    expect((await money.notify('refund.succeeded', String(outside.id))).status).toBe(200)
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 90, debt: 0 })
    expect((await refund({ paymentId })).body).toMatchObject({ amount: 8900, coins: 90, state: 'done' })
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
  })

  test('one made outside was taken for ours, which is then made too: both are booked', async () => {
    const { id, chargeId, paymentId } = await money.payer('yookassa')
    const resources = money.house.resourcesOf('top-up')
    money.shop.faults.add({ target: 'method', method: 'createRefund', do: 'accept-then-delay', delayMs: 300 })
    const under = refund({ paymentId, amount: 990 })
    await expect.poll(() => refundedAtYookassa(chargeId).length).toBe(1)
    const outside = money.shop.refund(chargeId, '9.90')
    await inTransaction(resources.sql, (tx) =>
      recordOutsideRefund(tx, resources, {
        provider: 'yookassa',
        chargeId,
        externalId: String(outside.id),
        amount: 990,
        actor: 'reconcile',
      }),
    )
    expect((await under).status).toBe(200)
    expect(await refundsOf(paymentId)).toEqual([
      { amount: 990, coins: 10, debt_added: 0, state: 'done', origin: 'operator' },
      { amount: 990, coins: 10, debt_added: 0, state: 'done', origin: 'outside' },
    ])
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 80, debt: 0 })
  })
})

describe('payments through a provider token', () => {
  test('are refunded at the processor, and recorded', async () => {
    const { id, paymentId } = await money.payer('telegram')
    const refused = await refund({ paymentId })
    expect([refused.status, refused.body.errors[0].path]).toEqual([400, 'outside'])
    expect(refused.body.detail).toContain('payment processor')
    const self = await refund({ paymentId, userId: id })
    expect([self.status, self.body.policy]).toEqual([409, 'not_refundable'])
    const key = randomUUID()
    const part = await refund({ paymentId, amount: 4950, outside: true }, { key })
    expect(part.body).toMatchObject({ coins: 50, amount: 4950, state: 'done' })
    expect((await refund({ paymentId, amount: 4950, outside: true }, { key })).body).toEqual(part.body)
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 50, debt: 0 })
    expect((await refund({ paymentId, outside: true })).body).toMatchObject({ coins: 50, amount: 4950 })
    expect((await refund({ paymentId, outside: true })).status).toBe(409)
    expect(await stateOf(paymentId)).toBe('refunded')
  })

  test('"outside" is for them alone, and for the operator', async () => {
    const stars = await money.payer('stars')
    expect((await refund({ paymentId: stars.paymentId, outside: true })).status).toBe(400)
    const card = await money.payer('telegram')
    expect((await refund({ paymentId: card.paymentId, userId: card.id, outside: true })).status).toBe(400)
    const plain = await refund({ paymentId: card.paymentId, outside: true }, { as: 'other-client' })
    expect(plain.status).toBe(403)
  })
})

describe('POST /refunded-payments', () => {
  const tell = (chargeId: string, over: object = {}) =>
    money.house.call('top-up', 'POST', '/refunded-payments', {
      body: {
        message_id: 9,
        date: 1_790_000_000,
        from: { id: 1 },
        refunded_payment: {
          currency: 'XTR',
          total_amount: 50,
          invoice_payload: 'x',
          telegram_payment_charge_id: chargeId,
          ...over,
        },
      },
    })

  test('one made outside takes the coins back once, however often it is told', async () => {
    const { id, chargeId, paymentId } = await money.payer('stars')
    await money.spend(id, 100)
    const replies = await Promise.all(Array.from({ length: 10 }, () => tell(chargeId)))
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(replies[0]?.body).toEqual({ refundId: expect.any(String), coins: 100 })
    expect(await money.wallet(id)).toEqual({ coins: 0, debt: 50 })
    expect(await refundsOf(paymentId)).toEqual([
      { amount: 50, coins: 100, debt_added: 50, state: 'done', origin: 'outside' },
    ])
    expect(await money.alertsOf(`refund:${replies[0]?.body.refundId}`)).toHaveLength(1)
    expect(await money.auditOf(`payment:${paymentId}`)).toEqual(['refund-outside'])
  })

  test('one of ours is confirmed by it', async () => {
    const { id, chargeId, paymentId } = await money.payer('stars')
    const { body } = await refund({ paymentId })
    expect((await tell(chargeId)).body).toEqual({ refundId: body.refundId, coins: 100 })
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
  })

  test('of a payment that is not known: nothing, and reconcile will see to it', async () => {
    expect((await tell(`stx-${randomUUID()}`)).body).toEqual({ refundId: null, coins: 0 })
  })

  test.each([
    ['no charge id', { telegram_payment_charge_id: undefined }],
    ['an amount as text', { total_amount: '50' }],
    ['no currency', { currency: 'stars' }],
  ])('400 for %s', async (_name, over) => {
    expect((await tell('x', over)).status).toBe(400)
  })
})

describe('what a review has found', () => {
  test('a refund that YooKassa has taken on, and that cannot be read for a while, stays under way', async () => {
    const { id, chargeId, paymentId } = await money.payer('yookassa')
    money.shop.faults.add({
      target: 'method',
      method: 'createRefund',
      do: 'alter',
      fields: { status: 'pending' },
    })
    const asked = await refund({ paymentId })
    expect(asked.body.state).toBe('requested')
    money.shop.faults.clear()
    for (const fault of ['400', '401'] as const) {
      money.shop.faults.add({ target: 'method', method: 'getRefund', do: fault, times: 1 })
      await expect(
        settleRefund(money.house.resourcesOf('top-up'), asked.body.refundId, 'reconcile'),
      ).rejects.toMatchObject({ code: 'unavailable' })
    }
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
    const settled = await settleRefund(money.house.resourcesOf('top-up'), asked.body.refundId, 'reconcile')
    expect(settled.state).toBe('done')
    expect(refundedAtYookassa(chargeId)).toHaveLength(1)
  })

  test('a refund that was refused, and is paid out after all, takes the coins back once more', async () => {
    const { id, chargeId, paymentId } = await money.payer('yookassa')
    money.shop.faults.add({
      target: 'method',
      method: 'createRefund',
      do: 'alter',
      fields: { status: 'pending' },
    })
    const { refundId } = (await refund({ paymentId })).body
    money.shop.faults.clear()
    money.shop.faults.add({
      target: 'method',
      method: 'getRefund',
      do: 'alter',
      fields: { status: 'canceled' },
      times: 1,
    })
    expect((await settleRefund(money.house.resourcesOf('top-up'), refundId, 'reconcile')).state).toBe(
      'failed',
    )
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 100, debt: 0 })

    const [paidOut] = money.shop.book().refunds.filter((one) => one.payment_id === chargeId)
    for (let time = 0; time < 2; time += 1) {
      expect((await money.notify('refund.succeeded', String(paidOut?.id))).status).toBe(200)
    }
    expect(await money.wallet(id)).toEqual({ coins: BONUS, debt: 0 })
    expect(await stateOf(paymentId)).toBe('refunded')
    expect((await refundsOf(paymentId)).map(({ state, origin }) => [state, origin])).toEqual([
      ['failed', 'operator'],
      ['done', 'outside'],
    ])
  })

  test('money that an operator credited to somebody else goes back to who paid, and only the operator sends it', async () => {
    const [payer, other] = [await money.house.person(), await money.house.person()]
    const chargeId = `stx-${randomUUID()}`
    const { body } = await money.pay(payer.telegramId, { payload: 'of nobody', chargeId })
    const { paymentId } = body
    await money.house.call('top-up', 'POST', `/payments/${paymentId}/resolve`, {
      body: { coins: 100, userId: other.id, reason: 'a present' },
    })
    for (const userId of [payer.id, other.id]) {
      expect((await refund({ paymentId, userId })).status).toBe(403)
    }
    const { body: list } = await money.house.call('top-up', 'GET', `/payments?userId=${other.id}`)
    expect(list.items[0].refundable).toMatchObject({ ok: false, reason: 'not_refundable' })

    const asked: unknown[] = []
    money.house.sim.state.faults.beforeMethod = (method, fields) => {
      if (method === 'refundStarPayment') asked.push(fields.user_id)
      return undefined
    }
    await refund({ paymentId })
    delete money.house.sim.state.faults.beforeMethod
    expect(asked).toEqual([payer.telegramId])
  })

  test('20 refunds that stay open keep no other from its turn', async () => {
    const rows = await money.house.ownerSql<{ id: string }[]>`
      insert into payments (provider, charge_id, state, reason, currency, amount)
      select 'stars', 'stuck-' || n || ${randomUUID()}, 'suspense', 'test', 'XTR', 50 from generate_series(1, 21) n returning id`
    await money.house.ownerSql`
      insert into refunds (payment_id, amount, coins, state, reason, actor, created_at, updated_at)
      select id, 50, 0, 'requested', 'asked', 'test', now() - interval '1 hour', now() - interval '1 hour'
      from payments where id in ${money.house.ownerSql(rows.map(({ id }) => id))}`
    const first = await findStaleRefunds(money.house.appSql, 60, 20)
    for (const id of first) await touchRefund(money.house.appSql, id)
    const [next] = await findStaleRefunds(money.house.appSql, 60, 20)
    expect(first).not.toContain(next)
    await money.house.ownerSql`delete from refunds where reason = 'asked' and actor = 'test'`
    await money.house.ownerSql`delete from payments where reason = 'test'`
  })
})
