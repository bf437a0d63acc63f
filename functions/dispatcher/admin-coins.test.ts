import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findDrift } from '#shared/db/ledger-check.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { AppError } from '#shared/errors.ts'
import { answersOf, labelsOf, messageFrom, plainText, postUpdate, updateOf } from '../../test/support/chat.ts'
import { askFor, dataOf, type OperatorHouse, openOperatorHouse } from '../../test/support/operator-house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { MOST_COINS } from './admin-tasks.ts'
import { handler as dispatcher } from './handler.ts'
import { standIn } from './stand-in.testing.ts'

const BONUS = 50

let desk: OperatorHouse
beforeAll(async () => {
  desk = await openOperatorHouse([dispatcher, register, profile, topUp])
})
afterEach(async () => expect(await findDrift(desk.house.appSql)).toEqual([]))
afterAll(() => desk?.house.close())

const done = (
  language: 'ru' | 'en',
  values: { action: 'credit' | 'debit'; coins: number; balance: number; name?: string; debtPaid?: number },
) => plainText(text(language, 'admin-done-coins', { name: 'Anna', debtPaid: 0, ...values }))

describe.each(['ru', 'en'] as const)('coins by hand in %s', (language) => {
  const confirm = text(language, 'admin-button-confirm')

  test('asks for the amount, the reason, names everything, and gives', async () => {
    const { chat, telegramId: operatorId } = await desk.operator(language)
    const { id, telegramId } = await desk.newcomer()
    const card = await chat.say(`/admin ${telegramId}`)
    const amount = await chat.press(card, text(language, 'admin-button-credit'))
    expect(amount.text).toBe(
      plainText(text(language, 'admin-ask-coins', { action: 'credit', name: 'Anna', spendable: BONUS })),
    )
    const reason = await chat.say('100')
    expect(reason.text).toBe(plainText(text(language, 'admin-ask-reason', { action: 'credit' })))
    const question = await chat.say('sorry for the wait')
    expect(question.text).toBe(
      plainText(
        text(language, 'admin-confirm-coins', {
          action: 'credit',
          coins: 100,
          name: 'Anna',
          telegramId: String(telegramId),
          reason: 'sorry for the wait',
        }),
      ),
    )
    expect(await desk.coinsOf(id)).toBe(BONUS)
    const end = await chat.press(question, confirm)
    expect([end.message_id, end.text]).toEqual([
      question.message_id,
      done(language, { action: 'credit', coins: 100, balance: BONUS + 100 }),
    ])
    expect(await desk.coinsOf(id)).toBe(BONUS + 100)
    expect((await desk.auditOf(`user:${id}`)).at(-1)).toEqual({
      actor: `operator:${operatorId}`,
      action: 'coins-adjusted',
      details: {
        coins: 100,
        reason: 'sorry for the wait',
        transactionId: expect.any(String),
        debtPaid: 0,
        balance: BONUS + 100,
      },
    })
    const [entry] = await desk.house.ownerSql`
      select type, amount, description, actor from transactions where user_id = ${id} order by id desc limit 1`
    expect(entry).toEqual({
      type: 'adjustment',
      amount: 100,
      description: 'sorry for the wait',
      actor: `operator:${operatorId}`,
    })
    const [job] = await desk.house.ownerSql`
      select payload from graphile_worker._private_jobs where payload->>'userId' = ${id} order by id desc limit 1`
    expect(job?.payload).toMatchObject({ kind: 'coins-adjusted', params: { amount: 100 } })
  })

  test('takes what is free, and says so where that is too little', async () => {
    const { chat } = await desk.operator(language)
    const { id, telegramId } = await desk.newcomer()
    const card = await chat.say(`/admin ${telegramId}`)
    const question = await askFor(chat, language, card, { button: 'debit', answers: ['30', 'given twice'] })
    const end = await chat.press(question, confirm)
    expect(end.text).toBe(done(language, { action: 'debit', coins: 30, balance: BONUS - 30 }))
    const more = await askFor(chat, language, card, { button: 'debit', answers: ['21', 'given twice'] })
    const refused = await chat.press(more, confirm)
    expect(refused.text).toBe(plainText(text(language, 'admin-refused-short', { coins: 21, missing: 1 })))
    expect(await desk.coinsOf(id)).toBe(20)
  })

  test.each([
    '0',
    '-5',
    '+5',
    '1.5',
    '1e3',
    'ten',
    '٣٤',
    '５０',
    '0x10',
    String(MOST_COINS + 1),
    '9'.repeat(40),
    '9007199254740993',
  ])('takes %s for no amount, and asks on', async (words) => {
    const { chat } = await desk.operator(language)
    const { id, telegramId } = await desk.newcomer()
    await chat.press(await chat.say(`/admin ${telegramId}`), text(language, 'admin-button-credit'))
    const wrong = await chat.say(words)
    expect(wrong.text).toBe(plainText(text(language, 'admin-coins-wrong', { most: MOST_COINS })))
    expect((await chat.say('7')).text).toBe(
      plainText(text(language, 'admin-ask-reason', { action: 'credit' })),
    )
    expect((await chat.say('x'.repeat(501))).text).toBe(
      plainText(text(language, 'admin-reason-wrong', { most: 500 })),
    )
    expect(await desk.coinsOf(id)).toBe(BONUS)
  })

  test('words in place of the button do nothing; cancelled is cancelled', async () => {
    const { chat } = await desk.operator(language)
    const { id, telegramId } = await desk.newcomer()
    const card = await chat.say(`/admin ${telegramId}`)
    const question = await askFor(chat, language, card, { button: 'credit', answers: ['5', 'why not'] })
    expect((await chat.say('yes')).text).toBe(plainText(text(language, 'admin-confirm-press')))
    await chat.press(question, text(language, 'button-cancel'))
    await pressStale(chat.personId, question, language)
    expect(await desk.coinsOf(id)).toBe(BONUS)
  })

  test('somebody who has left meanwhile is named gone', async () => {
    const { chat } = await desk.operator(language)
    const { id, telegramId } = await desk.newcomer()
    const card = await chat.say(`/admin ${telegramId}`)
    const question = await askFor(chat, language, card, { button: 'credit', answers: ['5', 'why not'] })
    await desk.house.ownerSql`
      update users set telegram_id = null, username = null, first_name = null, erased_at = now() where id = ${id}`
    const gone = plainText(text(language, 'admin-refused', { reason: 'person-gone' }))
    expect((await chat.press(question, confirm)).text).toBe(gone)
    expect((await chat.press(card, text(language, 'admin-button-debit'))).text).toBe(gone)
    expect(await desk.coinsOf(id)).toBe(BONUS)
  })
})

const pressOf = (personId: number, message: { message_id: number }, data: string) =>
  updateOf({
    callback_query: {
      id: '77',
      from: { id: personId, is_bot: false, first_name: 'Anna', language_code: 'en' },
      message: { message_id: message.message_id, chat: { id: personId, type: 'private' } },
      data,
    },
  })

/** Presses the button of a question that is closed: nothing but a pop-up. */
const pressStale = async (
  personId: number,
  question: Parameters<typeof dataOf>[0],
  language: 'ru' | 'en' = 'en',
): Promise<void> => {
  const before = await answersOf(desk.house, personId)
  const popUp = await desk.popUpOf(personId, question, labelsOf(question)[0] ?? '')
  expect(popUp).toBe(text(language, 'admin-stale'))
  expect(await answersOf(desk.house, personId)).toEqual(before)
}

describe('once, whatever happens', () => {
  test('the press delivered 10 times at once, and pressed again later', async () => {
    const { chat, telegramId: operatorId } = await desk.operator()
    const { id, telegramId } = await desk.newcomer()
    const card = await chat.say(`/admin ${telegramId}`)
    const question = await askFor(chat, 'en', card, { button: 'credit', answers: ['5', 'once'] })
    const press = pressOf(operatorId, question, dataOf(question, text('en', 'admin-button-confirm')))
    const answers = await Promise.all(Array.from({ length: 10 }, () => postUpdate(desk.house, press)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
    await pressStale(operatorId, question)
    expect(await desk.coinsOf(id)).toBe(BONUS + 5)
  })

  test('words delivered twice answer one question, not two', async () => {
    const { chat, telegramId: operatorId } = await desk.operator()
    const { telegramId } = await desk.newcomer()
    await chat.press(await chat.say(`/admin ${telegramId}`), text('en', 'admin-button-credit'))
    const words = messageFrom(operatorId, { text: '12' })
    await postUpdate(desk.house, words)
    // as if our answer had been lost: Telegram delivers it again
    await desk.house.ownerSql`
      update telegram_updates set state = 'failed', handled_at = null, claimed_until = now() where update_id = ${words.update_id}`
    await postUpdate(desk.house, words)
    const [first, second] = (await answersOf(desk.house, operatorId)).slice(-2)
    expect(second?.text).toBe(first?.text)
    expect(second?.text).toBe(plainText(text('en', 'admin-ask-reason', { action: 'credit' })))
  })

  test('a newer question closes the older one', async () => {
    const { chat, telegramId: operatorId } = await desk.operator()
    const { id, telegramId } = await desk.newcomer()
    const card = await chat.say(`/admin ${telegramId}`)
    const older = await askFor(chat, 'en', card, { button: 'credit', answers: ['5', 'older'] })
    const newer = await askFor(chat, 'en', card, { button: 'credit', answers: ['6', 'newer'] })
    await pressStale(operatorId, older)
    await chat.press(newer, text('en', 'admin-button-confirm'))
    expect(await desk.coinsOf(id)).toBe(BONUS + 6)
  })

  test.each(['menu', 'history'] as const)('who turns to the %s is not asked any more', async (screen) => {
    const { chat } = await desk.operator()
    const { telegramId } = await desk.newcomer()
    const card = await chat.say(`/admin ${telegramId}`)
    await chat.press(card, text('en', 'admin-button-credit'))
    await chat.press(card, text('en', `admin-button-${screen}`))
    expect((await chat.say('12')).text).toBe(plainText(text('en', 'unknown-text')))
  })

  test('two operators take the last coins at once: one of them gets them', async () => {
    const [first, second] = [await desk.operator(), await desk.operator()]
    const { id, telegramId } = await desk.newcomer()
    const ready = async ({ chat }: typeof first) => {
      const card = await chat.say(`/admin ${telegramId}`)
      return askFor(chat, 'en', card, { button: 'debit', answers: [String(BONUS), 'all of it'] })
    }
    const questions = [await ready(first), await ready(second)] as const
    const confirm = text('en', 'admin-button-confirm')
    const ends = await Promise.all([
      first.chat.press(questions[0], confirm),
      second.chat.press(questions[1], confirm),
    ])
    expect(ends.map((end) => end.text).sort()).toEqual(
      [
        done('en', { action: 'debit', coins: BONUS, balance: 0 }),
        plainText(text('en', 'admin-refused-short', { coins: BONUS, missing: BONUS })),
      ].sort(),
    )
    expect(await desk.coinsOf(id)).toBe(0)
  })

  test('the own wallet may be changed, and stands in the log like any other', async () => {
    const { chat, id, telegramId } = await desk.operator()
    const card = await chat.say(`/admin ${telegramId}`)
    const question = await askFor(chat, 'en', card, { button: 'credit', answers: ['9', 'for a test'] })
    await chat.press(question, text('en', 'admin-button-confirm'))
    expect(await desk.coinsOf(id)).toBe(BONUS + 9)
    expect((await desk.auditOf(`user:${id}`)).at(-1)).toMatchObject({
      actor: `operator:${telegramId}`,
      action: 'coins-adjusted',
      details: { coins: 9 },
    })
  })

  test('what is given pays a debt first', async () => {
    const { chat } = await desk.operator()
    const { id, telegramId } = await desk.newcomer()
    const take = { telegramId, coins: -BONUS, reason: 'empty' }
    await desk.house.call('top-up', 'POST', '/adjustments', { body: take })
    await desk.house.ownerSql`update user_balances set debt = 30 where user_id = ${id}`
    const card = await chat.say(`/admin ${telegramId}`)
    const question = await askFor(chat, 'en', card, { button: 'credit', answers: ['100', 'good will'] })
    const end = await chat.press(question, text('en', 'admin-button-confirm'))
    expect(end.text).toBe(done('en', { action: 'credit', coins: 100, balance: 70, debtPaid: 30 }))
  })
})

describe('with the function away', () => {
  const world = { failure: undefined as AppError | undefined, calls: 0 }
  const away = standIn('top-up', {
    'POST /adjustments': () => {
      world.calls += 1
      if (world.failure) throw world.failure
      return { transactionId: 'x', coins: 5, debtPaid: 0, balance: { coins: 55, held: 0, debt: 0 } }
    },
  })
  let other: OperatorHouse
  beforeAll(async () => {
    other = await openOperatorHouse([dispatcher, register, profile, away.fn])
  })
  afterAll(() => other?.house.close())
  beforeEach(() => {
    away.calls.length = 0
  })

  test.each(['ru', 'en'] as const)(
    'says so, and the same button under the same key does it later, in %s',
    async (language) => {
      const { chat } = await other.operator(language)
      const { telegramId } = await other.newcomer()
      const card = await chat.say(`/admin ${telegramId}`)
      const question = await askFor(chat, language, card, { button: 'credit', answers: ['5', 'later'] })
      const confirm = text(language, 'admin-button-confirm')
      world.failure = new AppError('unavailable')
      const told = await chat.press(question, confirm)
      expect([told.message_id, told.text]).toEqual([
        question.message_id,
        plainText(text(language, 'admin-away')),
      ])
      expect(labelsOf(told)).toContain(confirm)
      for (const code of ['deadline', 'in_progress', 'upstream_failed'] as const) {
        world.failure = new AppError(code)
        const popUp = await other.popUpOf(chat.personId, told, confirm)
        expect(popUp).toBe(text(language, 'admin-away-pop-up'))
      }
      world.failure = undefined
      const end = await chat.press(question, confirm)
      expect(end.text).toBe(done(language, { action: 'credit', coins: 5, balance: 55 }))
      expect(away.calls).toHaveLength(5)
      expect(new Set(away.calls.map(({ key }) => key)).size).toBe(1)
    },
  )

  test.each([
    ['not-operator', new AppError('forbidden', { extra: { operator: 'unknown' } })],
    ['too-many-coins', new AppError('invalid_input')],
  ] as const)('explains a refusal: %s', async (reason, failure) => {
    const { chat } = await other.operator()
    const { telegramId } = await other.newcomer()
    const card = await chat.say(`/admin ${telegramId}`)
    const question = await askFor(chat, 'en', card, { button: 'credit', answers: ['5', 'no'] })
    world.failure = failure
    const end = await chat.press(question, text('en', 'admin-button-confirm'))
    expect(end.text).toBe(plainText(text('en', 'admin-refused', { reason })))
  })
})
