import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import { AppError } from '#shared/errors.ts'
import { connectWebhook, labelsOf, meet, plainText } from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as dispatcher } from './handler.ts'
import { standIn } from './stand-in.testing.ts'

const CONTACT = 'support@example.com'
const DAYS = 14

const paymentOf = (n: number, refundable: Record<string, unknown> = {}) => ({
  paymentId: `0198f1c2-7d3e-7a4b-8c5d-00000000000${n}`,
  provider: 'stars',
  state: 'credited',
  amount: 50,
  currency: 'XTR',
  coins: 100,
  refundedAmount: 0,
  createdAt: '2026-03-05T11:05:00.000Z',
  refundable: {
    ok: true,
    amount: 50,
    coins: 100,
    reason: null,
    until: '2026-03-19T11:05:00.000Z',
    ...refundable,
  },
})

/** What top-up says now; a test changes it. */
const world = {
  payments: [] as unknown[],
  listFailure: undefined as AppError | undefined,
  refund: (): unknown => ({}),
}

const topUp = standIn('top-up', {
  'GET /payments': () => {
    if (world.listFailure) throw world.listFailure
    return { items: world.payments, nextCursor: null }
  },
  'POST /refunds': () => world.refund(),
})

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [dispatcher, register, profile, topUp.fn] })
  await connectWebhook(house)
})
afterAll(() => house?.close())
beforeEach(() => {
  Object.assign(world, {
    payments: [paymentOf(1)],
    listFailure: undefined,
    refund: () => ({ refundId: 'r', coins: 100, debt: 0, amount: 50, currency: 'XTR', state: 'done' }),
  })
  topUp.calls.length = 0
})

describe.each(['ru', 'en'] as const)('/paysupport in %s', (language) => {
  const refundLabel = language === 'ru' ? 'Вернуть 50 ⭐' : 'Refund 50 ⭐'

  it('tells how to get help and offers what can be refunded right away', async () => {
    world.payments = [paymentOf(1), paymentOf(2, { ok: false, reason: 'too_late' }), paymentOf(3)]
    const chat = await meet(house, language)
    const support = await chat.say('/paysupport')
    expect(support.text).toContain(CONTACT)
    expect(support.text).toContain(plainText(text(language, 'refunds-title')))
    expect(labelsOf(support)).toHaveLength(4)
    expect(labelsOf(support)[0]).toContain(refundLabel)
  })

  it('says when there is nothing to refund', async () => {
    world.payments = [paymentOf(1, { ok: false, reason: 'spent' })]
    const chat = await meet(house, language)
    const support = await chat.say('/paysupport')
    expect(support.text).toContain(text(language, 'refunds-none'))
    expect(labelsOf(support)).toEqual([text(language, 'button-terms'), text(language, 'button-menu')])
  })

  it('answers also when payments cannot be listed', async () => {
    world.listFailure = new AppError('unavailable')
    const chat = await meet(house, language)
    expect((await chat.say('/paysupport')).text).toBe(
      plainText(text(language, 'paysupport', { contact: CONTACT })),
    )
  })

  it('asks first, then refunds what was agreed to, in one message', async () => {
    const chat = await meet(house, language)
    const support = await chat.say('/paysupport')
    const question = await chat.press(support, refundLabel)
    expect(question.message_id).toBe(support.message_id)
    expect(question.text).toContain(language === 'ru' ? 'Со счёта спишем 100 монет.' : 'We take 100 coins')
    expect(question.text).toContain(language === 'ru' ? '19 марта 2026' : '19 March 2026')
    expect(topUp.calls.filter(({ route }) => route === 'POST /refunds')).toEqual([])

    const done = await chat.press(question, text(language, 'button-refund', { amount: '50 ⭐' }))
    expect(done.message_id).toBe(support.message_id)
    expect(done.text).toBe(
      text(language, 'refund-accepted', { state: 'done', amount: '50 ⭐', coins: 100, debt: 0 }),
    )
    const [person] = await house.ownerSql<{ id: string }[]>`
      select id from users where telegram_id = ${chat.personId}`
    expect(topUp.calls.at(-1)).toMatchObject({
      body: { paymentId: paymentOf(1).paymentId, amount: 50, userId: person?.id },
      key: expect.stringMatching(/^update:\d+:/),
    })
  })

  it('refunds a part where only a part is unspent', async () => {
    world.payments = [{ ...paymentOf(1, { amount: 5_000, coins: 50 }), currency: 'RUB', amount: 9_900 }]
    world.refund = () => ({ coins: 50, debt: 0, amount: 5_000, currency: 'RUB', state: 'requested' })
    const chat = await meet(house, language)
    const question = await chat.press(await chat.say('/paysupport'), language === 'ru' ? 'Вернуть' : 'Refund')
    const done = await chat.press(question, language === 'ru' ? 'Да, вернуть' : 'Yes, refund')
    expect(topUp.calls.at(-1)?.body).toMatchObject({ amount: 5_000 })
    expect(done.text).toContain(language === 'ru' ? 'мы напишем вам' : 'we will write to you')
  })

  it.each([
    ['too late', new AppError('conflict', { extra: { policy: 'too_late' } }), 'too_late'],
    ['spent', new AppError('conflict', { extra: { policy: 'spent' } }), 'spent'],
    [
      'of a kind that is not refunded here',
      new AppError('conflict', { extra: { policy: 'not_refundable' } }),
      'not_refundable',
    ],
    ['refunded already', new AppError('conflict', { extra: { left: 0 } }), 'already'],
    ['being refunded', new AppError('conflict', { extra: { refundId: 'r' } }), 'already'],
    ['refunded in part meanwhile', new AppError('conflict', { extra: { left: 7 } }), 'changed'],
    [
      'refused by the provider',
      new AppError('conflict', { extra: { failure: 'CHARGE_NOT_FOUND' } }),
      'provider',
    ],
    ['not the same any more', new AppError('invalid_input'), 'changed'],
    ['gone', new AppError('payment_not_found'), 'changed'],
    ["another person's", new AppError('forbidden'), 'not_refundable'],
  ] as const)('explains a refusal: %s', async (_, failure, reason) => {
    const chat = await meet(house, language)
    const question = await chat.press(await chat.say('/paysupport'), refundLabel)
    world.refund = () => {
      throw failure
    }
    const refused = await chat.press(question, text(language, 'button-refund', { amount: '50 ⭐' }))
    expect(refused.message_id).toBe(question.message_id)
    expect(refused.text).toBe(text(language, 'refund-refused', { reason, days: DAYS, contact: CONTACT }))
  })

  it.each([
    ['too_late', { ok: false, reason: 'too_late' }, 'too_late'],
    ['spent', { ok: false, reason: 'spent', amount: 0, coins: 0 }, 'spent'],
  ] as const)('does not ask when it is no longer to be had: %s', async (_, now, reason) => {
    const chat = await meet(house, language)
    const support = await chat.say('/paysupport')
    world.payments = [paymentOf(1, now)]
    const refused = await chat.press(support, refundLabel)
    expect(refused.text).toBe(text(language, 'refund-refused', { reason, days: DAYS, contact: CONTACT }))
  })

  it('does not ask about one that is refunded already', async () => {
    const chat = await meet(house, language)
    const support = await chat.say('/paysupport')
    world.payments = [
      { ...paymentOf(1, { ok: false, reason: 'not_refundable' }), state: 'refunded', refundedAmount: 50 },
    ]
    const refused = await chat.press(support, refundLabel)
    expect(refused.text).toBe(
      text(language, 'refund-refused', { reason: 'already', days: DAYS, contact: CONTACT }),
    )
  })
})
