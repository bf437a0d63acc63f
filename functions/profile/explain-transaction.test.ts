import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, openHouse, type Reply } from '../../test/support/house.ts'
import { handler as charge } from '../charge/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { handler } from './handler.ts'

/** Welcome bonus of the tariff in the repository. */
const BONUS = 50

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [handler, register, charge, transcriptSave] })
})
afterAll(() => house.close())

const explain = (userId: string, id: string): Promise<Reply> =>
  house.call('profile', 'GET', `/transactions/${id}?userId=${userId}`)

const listOf = async (userId: string, query = ''): Promise<Reply['body']['items']> =>
  (await house.call('profile', 'GET', `/transactions?userId=${userId}${query}`)).body.items

const NOTHING = {
  units: null,
  unitPrice: null,
  payment: null,
  refund: null,
  hold: null,
  avatar: null,
  transcript: null,
}

/** Moves coins as the functions do: balance and ledger row together. */
const move = async (
  userId: string,
  entry: {
    amount: number
    type: string
    reference?: string
    service?: string
    priceVersion?: string
    actor?: string
  },
): Promise<string> => {
  const { amount, type, reference = null, service = null, priceVersion = null, actor = 'test' } = entry
  const [row] = await house.ownerSql<{ id: string }[]>`
    with moved as (
      update user_balances set coins = coins + ${amount} where user_id = ${userId} returning user_id, coins
    ) insert into transactions (user_id, amount, type, description, balance_after, service, reference, price_version, actor)
      select user_id, ${amount}, ${type}, 'moved by a test', coins, ${service}, ${reference}, ${priceVersion}, ${actor}
      from moved returning id`
  return row?.id ?? ''
}

/** A credited payment of 50 Stars for 100 coins, and the ids of its rows. */
const pay = async (userId: string): Promise<{ paymentId: string; transactionId: string }> => {
  const paymentId = randomUUID()
  const transactionId = await move(userId, {
    amount: 100,
    type: 'top_up',
    reference: `payment:${paymentId}`,
    priceVersion: '2026-1',
  })
  await house.ownerSql`
    insert into payments (id, provider, charge_id, user_id, state, currency, amount, coins, transaction_id)
    values (${paymentId}, 'stars', ${`charge-${paymentId}`}, ${userId}, 'credited', 'XTR', 50, 100, ${transactionId})`
  return { paymentId, transactionId }
}

describe('GET /transactions', () => {
  test('names the cause and the actor, and filters by type', async () => {
    const { id } = await house.person()
    const { paymentId } = await pay(id)
    await house.call('charge', 'POST', '/', { body: { userId: id, service: 'message' } })
    expect(await listOf(id)).toMatchObject([
      { type: 'charge', reference: null, actor: 'client' },
      { type: 'top_up', reference: `payment:${paymentId}`, actor: 'test' },
      { type: 'bonus', reference: `bonus:${id}`, actor: 'client' },
    ])
    expect(await listOf(id, '&type=top_up')).toMatchObject([{ type: 'top_up' }])
    expect(await listOf(id, '&type=reversal')).toEqual([])
  })

  test('refuses a type that is none', async () => {
    const { id } = await house.person()
    const reply = await house.call('profile', 'GET', `/transactions?userId=${id}&type=gift`)
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_input'])
  })
})

describe('GET /transactions/<id>', () => {
  test('a bonus: the balance before and after', async () => {
    const { id } = await house.person()
    const [bonus] = await listOf(id)
    const reply = await explain(id, bonus.id)
    expect([reply.status, reply.body]).toEqual([
      200,
      { ...bonus, explanation: { ...NOTHING, kind: 'bonus', balanceBefore: 0 } },
    ])
  })

  test('a charge: service, units and the price of one', async () => {
    const { id } = await house.person()
    const charged = await house.call('charge', 'POST', '/', {
      body: { userId: id, service: 'image', units: 2 },
    })
    const { body } = await explain(id, charged.body.transactionId)
    expect(body).toMatchObject({
      service: 'image',
      priceVersion: '2026-1',
      balanceAfter: BONUS - 40,
      explanation: { ...NOTHING, kind: 'charge', balanceBefore: BONUS, units: 2, unitPrice: 20 },
    })
  })

  test('a charge at prices that are no longer in force: by the version that was kept', async () => {
    const { id } = await house.person()
    await house.ownerSql`
      insert into tariff_versions (version, content, content_hash)
      values ('2024-7', '{"services": {"image": {"coins": 8}}}', sha256('x'))`
    const row = { type: 'charge', service: 'image' } as const
    const old = await move(id, { ...row, amount: -24, priceVersion: '2024-7' })
    expect((await explain(id, old)).body.explanation).toMatchObject({ units: 3, unitPrice: 8 })
    const odd = await move(id, { ...row, amount: -9, priceVersion: '2024-7' })
    expect((await explain(id, odd)).body.explanation).toMatchObject({ units: null, unitPrice: null })
    const unknown = await move(id, { ...row, amount: -1, priceVersion: '1999-1' })
    expect((await explain(id, unknown)).body.explanation).toMatchObject({ units: null, unitPrice: null })
  })

  test('a top-up and its refund: the payment, what went back, what became debt', async () => {
    const { id } = await house.person()
    const { paymentId, transactionId } = await pay(id)
    const payment = { id: paymentId, provider: 'stars', amount: 50, currency: 'XTR', coins: 100 }
    expect((await explain(id, transactionId)).body.explanation).toMatchObject({
      ...NOTHING,
      kind: 'top_up',
      balanceBefore: BONUS,
      payment: { ...payment, state: 'credited', refundedAmount: 0 },
    })

    const refundId = randomUUID()
    const reversal = await move(id, { amount: -90, type: 'reversal', reference: `refund:${refundId}` })
    await house.ownerSql`
      insert into refunds (id, payment_id, amount, coins, debt_added, state, reason, actor, origin, transaction_id)
      values (${refundId}, ${paymentId}, 50, 100, 10, 'done', 'asked', 'dispatcher', 'self_service', ${reversal})`
    expect((await explain(id, reversal)).body.explanation).toMatchObject({
      kind: 'reversal',
      payment: { ...payment, refundedAmount: 50 },
      refund: { id: refundId, paymentId, origin: 'self_service', coins: 100, debtAdded: 10, state: 'done' },
    })
    // a refund that failed is not counted among what went back
    await house.ownerSql`update refunds set state = 'failed', failure = 'no' where id = ${refundId}`
    expect((await explain(id, transactionId)).body.explanation.payment.refundedAmount).toBe(0)
  })

  test('a hold that was captured in part', async () => {
    const { id } = await house.person()
    const held = await house.call('charge', 'POST', '/holds', { body: { userId: id, service: 'image' } })
    const { holdId } = held.body
    const captured = await house.call('charge', 'POST', `/holds/${holdId}/capture`, { body: { coins: 12 } })
    expect((await explain(id, captured.body.transactionId)).body).toMatchObject({
      amount: -12,
      reference: `hold:${holdId}`,
      explanation: {
        kind: 'charge',
        units: null,
        hold: { id: holdId, coins: 20, capturedCoins: 12, service: 'image' },
      },
    })
  })

  test('a transcript, and whether it is still there', async () => {
    const { id } = await house.person()
    const saved = await house.call('transcript-save', 'POST', '/', {
      body: { userId: id, text: 'Some words', format: 'text' },
    })
    const { transcript, transactionId } = saved.body
    const work = async () => (await explain(id, transactionId)).body.explanation.transcript
    expect(await work()).toEqual({ id: transcript.id, isKept: true })
    await house.call('transcript-save', 'DELETE', `/${transcript.id}?userId=${id}`)
    expect(await work()).toEqual({ id: transcript.id, isKept: false })
  })

  test('a cause of a kind that nobody knows explains nothing, and is no error', async () => {
    const { id } = await house.person()
    const references = ['lottery:7', `payment:${randomUUID()}`, `refund:${randomUUID()}`, 'payment:x']
    for (const reference of references) {
      const row = await move(id, { amount: 1, type: 'adjustment', reference, actor: 'operator' })
      const reply = await explain(id, row)
      expect([reply.status, reply.body.explanation]).toEqual([
        200,
        { ...NOTHING, kind: 'adjustment', balanceBefore: expect.any(Number) },
      ])
    }
  })

  test("another person's: neither the entry nor the payment behind it", async () => {
    const [{ id }, other] = [await house.person(), await house.person()]
    const { transactionId, paymentId } = await pay(other.id)
    const reply = await explain(id, transactionId)
    expect([reply.status, reply.body.code]).toEqual([404, 'not_found'])
    const mine = await move(id, { amount: 1, type: 'adjustment', reference: `payment:${paymentId}` })
    expect((await explain(id, mine)).body.explanation.payment).toBeNull()
  })

  test.each<[string, (id: string) => string, number, string]>([
    ['an unknown entry', (id) => `/transactions/${randomUUID()}?userId=${id}`, 404, 'not_found'],
    ['an id that is none', (id) => `/transactions/7?userId=${id}`, 400, 'invalid_input'],
    ['nobody named', () => `/transactions/${randomUUID()}`, 400, 'invalid_input'],
    [
      'an unknown person',
      () => `/transactions/${randomUUID()}?userId=${randomUUID()}`,
      404,
      'user_not_found',
    ],
    ['an unknown field', (id) => `/transactions/${randomUUID()}?userId=${id}&x=1`, 400, 'invalid_input'],
  ])('refuses %s', async (_, path, status, code) => {
    const { id } = await house.person()
    const reply = await house.call('profile', 'GET', path(id))
    expect([reply.status, reply.body.code]).toEqual([status, code])
  })
})
