import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findDrift } from '#shared/db/ledger-check.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { AppError } from '#shared/errors.ts'
import { labelsOf, messageFrom, plainText, postUpdate } from '../../test/support/chat.ts'
import { askFor, type OperatorHouse, openOperatorHouse } from '../../test/support/operator-house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler as dispatcher } from './handler.ts'
import { standIn } from './stand-in.testing.ts'

const BONUS = 50

let desk: OperatorHouse
beforeAll(async () => {
  desk = await openOperatorHouse([dispatcher, register, profile, topUp])
})
afterAll(async () => {
  expect(await findDrift(desk.house.appSql)).toEqual([])
  await desk?.house.close()
})

/** Money in Stars that fits no order, from somebody with an account. */
const waiting = async () => {
  const person = await desk.newcomer()
  const chargeId = `stx-${randomUUID()}`
  const paid = messageFrom(person.telegramId, {
    successful_payment: {
      currency: 'XTR',
      total_amount: 50,
      invoice_payload: 'of another bot',
      telegram_payment_charge_id: chargeId,
      provider_payment_charge_id: 'p',
    },
  })
  expect((await postUpdate(desk.house, paid)).status).toBe(200)
  const [row] = await desk.house.ownerSql<
    { id: string }[]
  >`select id from payments where charge_id = ${chargeId}`
  const { state } = desk.house.sim
  state.charges.set(chargeId, {
    chargeId,
    personId: person.telegramId,
    amount: 50,
    currency: 'XTR',
    payload: 'of another bot',
    refunded: false,
    paidAt: Math.floor(Date.now() / 1000),
  })
  return { ...person, chargeId, paymentId: row?.id ?? '' }
}

describe.each(['ru', 'en'] as const)('payments in %s', (language) => {
  const confirm = text(language, 'admin-button-confirm')

  test('suspense: listed, looked at, credited to the payer', async () => {
    const { chat, telegramId: operatorId } = await desk.operator(language)
    const { id, chargeId, paymentId } = await waiting()
    const list = await chat.press(await chat.say('/admin'), text(language, 'admin-button-suspense'))
    expect(list.text).toContain(language === 'ru' ? 'сначала старые' : 'the oldest first')
    const payment = await chat.say(`/admin ${chargeId}`)
    expect(payment.text).toContain(paymentId)
    expect(payment.text).toContain(language === 'ru' ? 'Без заказа' : 'In suspense')
    const question = await askFor(chat, language, payment, {
      button: 'resolve',
      answers: ['70', 'paid by hand'],
    })
    for (const word of ['Test', '50', '70', paymentId, 'paid by hand']) expect(question.text).toContain(word)
    const end = await chat.press(question, confirm)
    expect(end.text).toBe(plainText(text(language, 'admin-done-resolve', { coins: 70, name: 'Test' })))
    expect(await desk.coinsOf(id)).toBe(BONUS + 70)
    expect((await desk.auditOf(`payment:${paymentId}`)).map(({ actor, action }) => [actor, action])).toEqual([
      [`operator:${operatorId}`, 'viewed'],
      [`operator:${operatorId}`, 'payment-resolved'],
    ])
  })

  test('suspense: credited to somebody else, who is named first', async () => {
    const { chat } = await desk.operator(language)
    const { id, paymentId } = await waiting()
    const friend = await desk.newcomer()
    const payment = await chat.say(`/admin ${paymentId}`)
    const who = await chat.press(payment, text(language, 'admin-button-resolve-to'))
    expect(who.text).toBe(text(language, 'admin-ask-payee'))
    expect((await chat.say('@nobody_at_all')).text).toBe(
      plainText(text(language, 'admin-payee-wrong', { words: '@nobody_at_all' })),
    )
    await chat.say(String(friend.telegramId))
    await chat.say('100')
    const question = await chat.say('paid for a friend')
    expect(question.text).toContain(String(friend.telegramId))
    await chat.press(question, confirm)
    expect([await desk.coinsOf(id), await desk.coinsOf(friend.id)]).toEqual([BONUS, BONUS + 100])
  })

  test('suspense: the second operator is told that it is settled', async () => {
    const [first, second] = [await desk.operator(language), await desk.operator(language)]
    const { id, paymentId } = await waiting()
    const ready = async ({ chat }: typeof first) => {
      const payment = await chat.say(`/admin ${paymentId}`)
      return askFor(chat, language, payment, { button: 'resolve', answers: ['70', 'paid by hand'] })
    }
    const questions = [await ready(first), await ready(second)] as const
    await first.chat.press(questions[0], confirm)
    const late = await second.chat.press(questions[1], confirm)
    expect(late.text).toBe(plainText(text(language, 'admin-refused', { reason: 'not-waiting' })))
    expect(await desk.coinsOf(id)).toBe(BONUS + 70)
  })

  test('a refund: asked for, named, done, and the coins are gone', async () => {
    const { chat, telegramId: operatorId } = await desk.operator(language)
    const { id, paymentId, telegramId } = await waiting()
    await desk.house.call('top-up', 'POST', `/payments/${paymentId}/resolve`, {
      body: { coins: 100, reason: 'x' },
    })
    const card = await chat.say(`/admin ${telegramId}`)
    const payments = await chat.press(card, text(language, 'admin-button-payments'))
    const payment = await chat.press(payments, labelsOf(payments)[0] ?? '')
    const question = await askFor(chat, language, payment, { button: 'refund', answers: ['not wanted'] })
    for (const word of ['50', '100', 'Test', paymentId, 'not wanted']) expect(question.text).toContain(word)
    const end = await chat.press(question, confirm)
    const values = { state: 'done', amount: '50 ⭐', coins: 100, debt: 0 } as const
    expect(end.text).toBe(plainText(text(language, 'admin-done-refund', values)))
    expect(await desk.coinsOf(id)).toBe(BONUS)
    const audit = await desk.auditOf(`payment:${paymentId}`)
    expect(audit.find(({ action }) => action === 'refund-requested')).toMatchObject({
      actor: `operator:${operatorId}`,
      details: { reason: 'not wanted', origin: 'operator' },
    })
    const again = await chat.press(end, text(language, 'admin-button-payments'))
    expect(again.text).toContain(language === 'ru' ? 'Возвращён' : 'Refunded')
    expect(labelsOf(again)).not.toContain(text(language, 'admin-button-refund'))
  })

  test('there is no such payment', async () => {
    const { chat } = await desk.operator(language)
    expect((await chat.say(`/admin ${randomUUID()}`)).text).toContain(
      language === 'ru' ? 'не нашлось' : 'Nobody',
    )
  })
})

describe('what the function refuses', () => {
  const world = { failure: new AppError('conflict') }
  const refusing = standIn('top-up', {
    'POST /refunds': () => {
      throw world.failure
    },
  })
  let other: OperatorHouse
  beforeAll(async () => {
    other = await openOperatorHouse([dispatcher, register, profile, refusing.fn])
  })
  afterAll(() => other?.house.close())
  beforeEach(() => {
    refusing.calls.length = 0
  })

  const paymentOf = async (telegramId: number, userId: string, provider: string): Promise<string> => {
    const [row] = await other.house.ownerSql<{ id: string }[]>`
      insert into payments (provider, charge_id, state, currency, amount, coins, user_id, payer_id, paid_at, reason)
      values (${provider}, ${`c-${randomUUID()}`}, 'suspense', ${provider === 'stars' ? 'XTR' : 'RUB'}, 50, 0,
        ${userId}, ${userId}, now(), 'order_unknown')
      returning id`
    expect(telegramId).toBeGreaterThan(0)
    return row?.id ?? ''
  }

  describe.each(['ru', 'en'] as const)('in %s', (language) => {
    test.each([
      ['under-way', new AppError('conflict', { extra: { refundId: 'r' } })],
      ['nothing-left', new AppError('conflict', { extra: { left: 0 } })],
      ['provider-refused', new AppError('conflict', { extra: { failure: 'CHARGE_NOT_FOUND' } })],
      ['made-outside', new AppError('invalid_input')],
      ['payment-gone', new AppError('payment_not_found')],
      ['not-operator', new AppError('forbidden', { extra: { operator: 'unknown' } })],
    ] as const)('%s', async (reason, failure) => {
      const { chat, telegramId: operatorId } = await other.operator(language)
      const { id, telegramId } = await other.newcomer()
      const payment = await chat.say(`/admin ${await paymentOf(telegramId, id, 'stars')}`)
      const question = await askFor(chat, language, payment, { button: 'refund', answers: ['no'] })
      world.failure = failure
      const end = await chat.press(question, text(language, 'admin-button-confirm'))
      expect(end.text).toBe(plainText(text(language, 'admin-refused', { reason })))
      expect(refusing.calls.at(-1)?.body).toMatchObject({ amount: 50, operator: operatorId, reason: 'no' })
    })

    test('cards in Telegram are refunded at the processor', async () => {
      const { chat } = await other.operator(language)
      const { id, telegramId } = await other.newcomer()
      const payment = await chat.say(`/admin ${await paymentOf(telegramId, id, 'telegram')}`)
      const refused = await chat.press(payment, text(language, 'admin-button-refund'))
      expect(refused.text).toBe(plainText(text(language, 'admin-refused', { reason: 'made-outside' })))
      expect(refusing.calls).toEqual([])
    })
  })
})
