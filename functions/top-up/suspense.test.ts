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
afterEach(() => money.booksClose())
afterAll(() => money.close())

const resolve = (paymentId: string, body: object, options: { as?: string; key?: string } = {}) =>
  money.house.call('top-up', 'POST', `/payments/${paymentId}/resolve`, {
    body: { reason: 'the payload was cut', ...body },
    ...options,
  })
const refund = (paymentId: string, body: object = {}) =>
  money.house.call('top-up', 'POST', '/refunds', { body: { paymentId, reason: 'not ours', ...body } })

/** A payment in Stars that carries a payload of nobody. */
const waiting = async () => {
  const person = await money.house.person()
  const chargeId = `stx-${randomUUID()}`
  const { body } = await money.pay(person.telegramId, { payload: 'of another bot', chargeId })
  expect(body.coins).toBe(0)
  return { ...person, chargeId, paymentId: body.paymentId as string }
}

/** Money at YooKassa whose order is gone: nobody knows who paid. */
const waitingForNobody = async () => {
  const { telegramId } = await money.house.person()
  const { orderId, url } = await money.order(telegramId, 'yookassa')
  const chargeId = money.idOf(url)
  money.shop.pay(chargeId)
  await money.house.ownerSql`delete from orders where id = ${orderId}`
  await money.notify('payment.succeeded', chargeId)
  const [row] = await money.house.ownerSql`select id from payments where charge_id = ${chargeId}`
  return { chargeId, paymentId: row?.id as string }
}

describe('POST /payments/<id>/resolve', () => {
  test('credits what waited, once, and names who decided', async () => {
    const { id, paymentId } = await waiting()
    await money.house.ownerSql`update user_balances set debt = 120 where user_id = ${id}`
    const reply = await resolve(paymentId, { coins: 100 })
    expect([reply.status, reply.body]).toEqual([
      200,
      { paymentId, transactionId: expect.any(String), coins: 100 },
    ])
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 100 - 120, debt: 0 })
    const [payment] = await money.house.ownerSql`
      select state, reason, coins, user_id from payments where id = ${paymentId}`
    expect(payment).toEqual({ state: 'credited', reason: null, coins: 100, user_id: id })
    const [audit] = await money.house.ownerSql`
      select actor, details->>'reason' as reason from audit_log
      where subject = ${`payment:${paymentId}`} and action = 'payment-resolved'`
    expect(audit).toEqual({ actor: 'client', reason: 'the payload was cut' })
    expect((await money.noticesOf(id)).at(-1)).toMatchObject({
      kind: 'payment-credited',
      params: { debtPaid: 120 },
    })
    const again = await resolve(paymentId, { coins: 100 })
    expect([again.status, again.body.code]).toEqual([409, 'conflict'])
    // and it can be refunded like any other
    expect(
      (await money.house.ownerSql`select 1 from transactions where reference = ${`payment:${paymentId}`}`)
        .length,
    ).toBe(2)
  })

  test('20 at once: one', async () => {
    const { id, paymentId } = await waiting()
    const replies = await Promise.all(Array.from({ length: 20 }, () => resolve(paymentId, { coins: 7 })))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 7, debt: 0 })
  })

  test('to the person that the operator names, where nobody is known', async () => {
    const { paymentId } = await waitingForNobody()
    const nobody = await resolve(paymentId, { coins: 100 })
    expect([nobody.status, nobody.body.errors[0].path]).toEqual([400, 'userId'])
    expect((await resolve(paymentId, { coins: 100, userId: randomUUID() })).status).toBe(404)
    const { id } = await money.house.person()
    expect((await resolve(paymentId, { coins: 100, userId: id })).status).toBe(200)
    expect(await money.wallet(id)).toEqual({ coins: BONUS + 100, debt: 0 })
  })

  test('needs the scope admin, a payment that waits, and a reason', async () => {
    const { paymentId } = await waiting()
    expect((await resolve(paymentId, { coins: 1 }, { as: 'other-client' })).status).toBe(403)
    expect((await resolve(paymentId, { coins: 0 })).status).toBe(400)
    expect((await resolve(paymentId, { coins: 1, reason: '' })).status).toBe(400)
    expect((await resolve(randomUUID(), { coins: 1 })).body.code).toBe('payment_not_found')
    const paid = await money.payer('stars')
    expect((await resolve(paid.paymentId, { coins: 1 })).status).toBe(409)
  })
})

describe('a refund of what waits', () => {
  test('moves no coins, and only the whole', async () => {
    const { chargeId, paymentId } = await waitingForNobody()
    const part = await refund(paymentId, { amount: 100 })
    expect([part.status, part.body.errors[0].path]).toEqual([400, 'amount'])
    const reply = await refund(paymentId)
    expect(reply.body).toMatchObject({ coins: 0, debt: 0, amount: 9900, state: 'done' })
    expect(money.shop.book().refunds.filter((one) => one.payment_id === chargeId)).toHaveLength(1)
    const [payment] = await money.house.ownerSql`select state, reason from payments where id = ${paymentId}`
    expect(payment).toEqual({ state: 'refunded', reason: null })
    expect((await resolve(paymentId, { coins: 100 })).status).toBe(409)
  })

  test('is refused while it is resolved, and the other way round: one of both', async () => {
    const { id, chargeId, telegramId, paymentId } = await waiting()
    money.house.sim.state.charges.set(chargeId, {
      chargeId,
      personId: telegramId,
      amount: 50,
      currency: 'XTR',
      payload: '',
      refunded: false,
    })
    const [resolved, refunded] = await Promise.all([resolve(paymentId, { coins: 100 }), refund(paymentId)])
    const { coins, debt } = await money.wallet(id)
    // resolved first, the refund takes the coins; refunded first, there is nothing to resolve
    expect([200, 409]).toContain(resolved.status)
    expect(refunded.body.coins ?? 0).toBe(resolved.status === 200 && refunded.status === 200 ? 100 : 0)
    expect([coins, debt]).toEqual([BONUS + (resolved.status === 200 && refunded.status !== 200 ? 100 : 0), 0])
  })

  test('is not for the person to ask', async () => {
    const { id, paymentId } = await waiting()
    const reply = await refund(paymentId, { userId: id })
    expect([reply.status, reply.body.policy]).toEqual([409, 'not_refundable'])
  })
})
