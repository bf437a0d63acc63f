import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import { answersOf, labelsOf, messageFrom, plainText, postUpdate } from '../../test/support/chat.ts'
import { askFor, type OperatorHouse, openOperatorHouse } from '../../test/support/operator-house.ts'
import { handler as charge } from '../charge/handler.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler as dispatcher } from './handler.ts'

const CONTACT = 'support@example.com'

let desk: OperatorHouse
beforeAll(async () => {
  desk = await openOperatorHouse([dispatcher, register, profile, topUp, charge])
})
afterAll(() => desk?.house.close())

describe.each(['ru', 'en'] as const)('blocking in %s', (language) => {
  const confirm = text(language, 'admin-button-confirm')
  const closed = plainText(text(language, 'account-blocked', { contact: CONTACT }))

  test('shuts a person out of chat and functions, and lets them in again', async () => {
    const { chat, telegramId: operatorId } = await desk.operator(language)
    const person = await desk.newcomer(language)
    const { id, telegramId } = person
    const shown = await person.chat.say('/balance')

    const card = await chat.say(`/admin ${telegramId}`)
    const question = await askFor(chat, language, card, {
      button: 'block',
      answers: ['paid with a stolen card'],
    })
    expect(question.text).toContain('paid with a stolen card')
    expect(question.text).toContain(String(telegramId))
    const end = await chat.press(question, confirm)
    const name = language === 'ru' ? 'Аня' : 'Anna'
    expect(end.text).toBe(plainText(text(language, 'admin-done-access', { action: 'block', name })))
    expect((await desk.auditOf(`user:${id}`)).at(-1)).toEqual({
      actor: `operator:${operatorId}`,
      action: 'account-blocked',
      details: { reason: 'paid with a stolen card' },
    })

    expect((await person.chat.say('/balance')).text).toBe(closed)
    expect((await person.chat.say('hello')).text).toBe(closed)
    expect((await person.chat.press(shown, labelsOf(shown)[0] ?? '')).text).toBe(closed)
    // help and the small print stay open
    expect((await person.chat.say('/paysupport')).text).toContain(CONTACT)
    expect((await person.chat.say('/terms')).text).not.toBe(closed)
    const body = { userId: id, coins: 1, description: 'work' }
    const refused = await desk.house.call('charge', 'POST', '/', { body })
    expect([refused.status, refused.body.code, refused.body.account]).toEqual([403, 'forbidden', 'blocked'])
    const hold = await desk.house.call('charge', 'POST', '/holds', { body })
    expect([hold.status, hold.body.account]).toEqual([403, 'blocked'])
    const invoice = { userId: id, pack: 'small', provider: 'stars' }
    expect((await desk.house.call('top-up', 'POST', '/invoices', { body: invoice })).status).toBe(403)

    const blocked = await chat.press(end, text(language, 'admin-button-person'))
    expect(blocked.text).toContain('paid with a stolen card')
    const open = await askFor(chat, language, blocked, { button: 'unblock', answers: ['it was a mistake'] })
    const opened = await chat.press(open, confirm)
    expect(opened.text).toBe(plainText(text(language, 'admin-done-access', { action: 'unblock', name })))
    expect((await person.chat.say('/balance')).text).not.toBe(closed)
    expect((await desk.house.call('charge', 'POST', '/', { body })).status).toBe(200)
  })

  test('a checkout is refused, and what was paid all the same is credited', async () => {
    const person = await desk.newcomer(language)
    const { id, telegramId } = person
    const order = await desk.house.call('top-up', 'POST', '/invoices', {
      body: { userId: id, pack: 'small', provider: 'stars' },
    })
    const payload = order.body.invoice?.payload
    await desk.house.call('register', 'POST', '/suspensions', {
      body: { userId: id, suspended: true, reason: 'x' },
    })
    const query = {
      id: '1',
      from: { id: telegramId, is_bot: false, first_name: 'A', language_code: language },
      currency: 'XTR',
      total_amount: 50,
      invoice_payload: payload,
    }
    const verdict = await desk.house.call('top-up', 'POST', '/pre-checkout', { body: query, key: null })
    expect(verdict.body).toEqual({ ok: false, errorMessage: text(language, 'precheckout-suspended') })
    const paid = messageFrom(
      telegramId,
      {
        successful_payment: {
          currency: 'XTR',
          total_amount: 50,
          invoice_payload: payload,
          telegram_payment_charge_id: `stx-${telegramId}`,
          provider_payment_charge_id: 'p',
        },
      },
      language,
    )
    expect((await postUpdate(desk.house, paid)).status).toBe(200)
    expect(await desk.coinsOf(id)).toBe(150)
  })

  test('two operators block one person: the second is told', async () => {
    const [first, second] = [await desk.operator(language), await desk.operator(language)]
    const { telegramId } = await desk.newcomer()
    const ready = async ({ chat }: typeof first) =>
      askFor(chat, language, await chat.say(`/admin ${telegramId}`), { button: 'block', answers: ['spam'] })
    const questions = [await ready(first), await ready(second)] as const
    await first.chat.press(questions[0], confirm)
    const late = await second.chat.press(questions[1], confirm)
    expect(late.text).toBe(plainText(text(language, 'admin-refused', { reason: 'blocked-already' })))
  })

  test('operators cannot be blocked; who is not blocked cannot be unblocked', async () => {
    const [first, second] = [await desk.operator(language), await desk.operator(language)]
    const card = await first.chat.say(`/admin ${second.telegramId}`)
    const question = await askFor(first.chat, language, card, { button: 'block', answers: ['a coup'] })
    const refused = await first.chat.press(question, confirm)
    expect(refused.text).toBe(plainText(text(language, 'admin-refused', { reason: 'is-operator' })))
    expect(labelsOf(refused)).toEqual([text(language, 'admin-button-menu')])

    const person = await desk.newcomer()
    const { chat } = first
    const blocked = { userId: person.id, suspended: true, reason: 'x' }
    await desk.house.call('register', 'POST', '/suspensions', { body: blocked })
    const shown = await chat.say(`/admin ${person.telegramId}`)
    const open = await askFor(chat, language, shown, { button: 'unblock', answers: ['sorry'] })
    await desk.house.call('register', 'POST', '/suspensions', { body: { ...blocked, suspended: false } })
    const late = await chat.press(open, confirm)
    expect(late.text).toBe(plainText(text(language, 'admin-refused', { reason: 'not-blocked' })))
  })
})

test('in a group a blocked person is passed over like anybody who says nothing to the bot', async () => {
  const { id, telegramId } = await desk.newcomer()
  await desk.house.call('register', 'POST', '/suspensions', {
    body: { userId: id, suspended: true, reason: 'x' },
  })
  const before = await answersOf(desk.house, telegramId)
  const logged = desk.house.logs.length
  const words = messageFrom(telegramId, { chat: { id: -1_001_999, type: 'supergroup' }, text: 'hello' })
  expect((await postUpdate(desk.house, words)).status).toBe(200)
  expect(await answersOf(desk.house, telegramId)).toEqual(before)
  expect(desk.house.logs.slice(logged).filter((line) => line.includes('"level":50'))).toEqual([])
})
