import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import { answersOf, labelsOf, messageFrom, plainText, postUpdate, updateOf } from '../../test/support/chat.ts'
import { dataOf, type OperatorHouse, openOperatorHouse } from '../../test/support/operator-house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler as dispatcher } from './handler.ts'

let desk: OperatorHouse
beforeAll(async () => {
  desk = await openOperatorHouse([dispatcher, register, profile, topUp])
})
afterAll(() => desk?.house.close())

const lastAnswer = async (personId: number) => (await answersOf(desk.house, personId)).at(-1)

describe.each(['ru', 'en'] as const)("the operator's menu in %s", (language) => {
  test('opens with what waits, and every button leads back to it', async () => {
    const { chat } = await desk.operator(language)
    const menu = await chat.say('/admin')
    expect(menu.text).toBe(plainText(text(language, 'admin-menu', { suspense: 0, deadLetters: 0 })))
    for (const button of ['suspense', 'dead-letters', 'status'] as const) {
      const screen = await chat.press(menu, text(language, `admin-button-${button}`))
      expect(screen.message_id).toBe(menu.message_id)
      const back = await chat.press(screen, text(language, 'admin-button-menu'))
      expect(back.text).toBe(menu.text)
    }
  })

  test('asks whom to look for, and shows the card', async () => {
    const { chat, telegramId: operatorId } = await desk.operator(language)
    const { id, telegramId } = await desk.newcomer('en')
    const question = await chat.press(await chat.say('/admin'), text(language, 'admin-button-find'))
    expect(question.text).toBe(plainText(text(language, 'admin-find-ask')))
    const card = await chat.say(String(telegramId))
    expect(card.text).toContain(id)
    expect(card.text).toContain(language === 'ru' ? 'свободно: 50' : 'free: 50')
    expect(card.text).toContain(language === 'ru' ? 'Язык: английский' : 'Language: English')
    expect(labelsOf(card)).toEqual(
      (['credit', 'debit', 'history', 'payments', 'block', 'menu'] as const).map((button) =>
        text(language, `admin-button-${button}`),
      ),
    )
    expect(await desk.auditOf(`user:${id}`)).toEqual([
      {
        actor: `operator:${operatorId}`,
        action: 'viewed',
        details: expect.objectContaining({ what: 'card' }),
      },
    ])
  })

  test('shows the history page by page, and the payments', async () => {
    const { chat } = await desk.operator(language)
    const { id, telegramId } = await desk.newcomer()
    for (let n = 1; n <= 9; n++) {
      const body = { telegramId, coins: n, reason: `gift no. ${n}` }
      expect((await desk.house.call('top-up', 'POST', '/adjustments', { body })).status).toBe(200)
    }
    const card = await chat.say(`/admin ${telegramId}`)
    const newest = await chat.press(card, text(language, 'admin-button-history'))
    expect(newest.text).toContain('gift no. 9')
    expect(newest.text).not.toContain('gift no. 1\n')
    expect(newest.text).toContain(language === 'ru' ? 'кто: client' : 'by client')
    const older = await chat.press(newest, text(language, 'admin-button-older'))
    expect(older.text).toContain('gift no. 1')
    expect(labelsOf(older)).toEqual([
      text(language, 'admin-button-person'),
      text(language, 'admin-button-menu'),
    ])
    const again = await chat.press(older, text(language, 'admin-button-person'))
    const payments = await chat.press(again, text(language, 'admin-button-payments'))
    expect(payments.text).toContain(language === 'ru' ? 'ничего не платил' : 'has paid nothing')
    expect((await desk.auditOf(`user:${id}`)).map(({ details }) => details.what)).toEqual(
      expect.arrayContaining(['card', 'history', 'payments']),
    )
  })

  test('says when nobody is found', async () => {
    const { chat } = await desk.operator(language)
    for (const words of [
      '@nobody_has_this',
      '1',
      'stx-unknown',
      '０１２',
      '<b>&',
      "'; drop table users; --",
    ]) {
      const answer = await chat.say(`/admin ${words}`)
      expect(answer.text).toBe(
        language === 'ru'
          ? `По запросу «${words}» никого и ничего не нашлось.`
          : `Nobody and nothing was found for “${words}”.`,
      )
    }
  })

  test('finds the author of a forwarded message, and says when Telegram hides them', async () => {
    const { chat, telegramId: operatorId } = await desk.operator(language)
    const { id, telegramId } = await desk.newcomer()
    const answering = (forward_origin: object) =>
      messageFrom(
        operatorId,
        {
          text: '/admin',
          reply_to_message: { message_id: 5, text: 'Help me', forward_origin },
        },
        language,
      )
    await chat.awaitMessage(() =>
      postUpdate(desk.house, answering({ type: 'user', sender_user: { id: telegramId } })),
    )
    expect((await lastAnswer(operatorId))?.text).toContain(id)
    await chat.awaitMessage(() =>
      postUpdate(desk.house, answering({ type: 'hidden_user', sender_user_name: 'Somebody' })),
    )
    expect((await lastAnswer(operatorId))?.text).toBe(plainText(text(language, 'admin-find-hidden')))
  })
})

test('finds by every kind of name', async () => {
  const { chat } = await desk.operator()
  const { id, telegramId } = await desk.newcomer()
  await desk.house.ownerSql`update users set username = 'Anna_Pays' where id = ${id}`
  const [entry] = await desk.house.ownerSql`select id from transactions where user_id = ${id}`
  for (const words of [
    '@anna_pays',
    'Anna_Pays',
    'https://t.me/anna_pays',
    String(telegramId),
    id,
    id.toUpperCase(),
    String(entry?.id),
  ]) {
    expect((await chat.say(`/admin ${words}`)).text, words).toContain(id)
  }
})

test('several with one name: a choice', async () => {
  const { chat } = await desk.operator()
  const people = [await desk.newcomer(), await desk.newcomer()]
  for (const { id } of people)
    await desk.house.ownerSql`update users set username = 'same_name' where id = ${id}`
  const choice = await chat.say('/admin @same_name')
  expect(choice.text).toContain('2 people')
  const [first] = people
  const card = await chat.press(choice, String(first?.telegramId))
  expect(card.text).toContain(first?.id)
})

describe('everybody else', () => {
  test.each(['ru', 'en'] as const)('knows no such command, in %s', async (language) => {
    const { chat, telegramId } = await desk.newcomer(language)
    const unknown = await chat.say('/nonsense')
    for (const words of ['/admin', '/admin@kopeika_bot', '/ADMIN 1']) {
      const answer = await chat.say(words)
      expect([answer.text, labelsOf(answer)]).toEqual([unknown.text, labelsOf(unknown)])
    }
    expect(desk.operators).not.toContain(telegramId)
  })

  test("presses an operator's button in vain", async () => {
    const { chat: operator } = await desk.operator()
    const { chat, id, telegramId } = await desk.newcomer()
    const card = await operator.say(`/admin ${telegramId}`)
    const before = await answersOf(desk.house, telegramId)
    for (const data of [dataOf(card, '⛔ Block'), 'o:m', 'o:st']) {
      const press = updateOf({
        callback_query: {
          id: '1',
          from: { id: telegramId, first_name: 'Anna', language_code: 'en' },
          message: { message_id: 1, chat: { id: telegramId, type: 'private' } },
          data,
        },
      })
      expect((await postUpdate(desk.house, press)).status).toBe(200)
    }
    expect(await answersOf(desk.house, telegramId)).toEqual(before)
    expect((await desk.auditOf(`user:${id}`)).map(({ action }) => action)).toEqual(['viewed'])
    expect((await chat.say('/balance')).text).toContain('50')
  })

  test('who was taken off the list has lost it at once: commands, buttons, questions', async () => {
    const { chat, telegramId: operatorId } = await desk.operator()
    const { id, telegramId } = await desk.newcomer()
    const card = await chat.say(`/admin ${telegramId}`)
    await chat.press(card, text('en', 'admin-button-credit'))
    desk.operators.splice(desk.operators.indexOf(operatorId), 1)
    expect((await chat.say('100')).text).toBe(plainText(text('en', 'unknown-text')))
    const count = (await answersOf(desk.house, operatorId)).length
    const press = updateOf({
      callback_query: {
        id: '2',
        from: { id: operatorId, first_name: 'Anna', language_code: 'en' },
        message: { message_id: card.message_id, chat: { id: operatorId, type: 'private' } },
        data: dataOf(card, '⛔ Block'),
      },
    })
    expect((await postUpdate(desk.house, press)).status).toBe(200)
    expect((await answersOf(desk.house, operatorId)).length).toBe(count)
    expect((await chat.say('/admin')).text).toBe(plainText(text('en', 'unknown-command')))
    expect((await desk.auditOf(`user:${id}`)).map(({ action }) => action)).toEqual(['viewed'])
  })

  test('in a group an operator gets nothing but the hint, like anybody', async () => {
    const { telegramId } = await desk.operator()
    const before = await answersOf(desk.house, telegramId)
    const update = messageFrom(telegramId, {
      chat: { id: -1_001_234, type: 'supergroup' },
      text: '/admin',
    })
    expect((await postUpdate(desk.house, update)).status).toBe(200)
    expect(await answersOf(desk.house, telegramId)).toEqual(before)
  })
})
