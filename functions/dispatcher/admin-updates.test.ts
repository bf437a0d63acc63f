import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import { labelsOf, messageFrom, plainText } from '../../test/support/chat.ts'
import { type OperatorHouse, openOperatorHouse } from '../../test/support/operator-house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as dispatcher } from './handler.ts'

let desk: OperatorHouse
beforeAll(async () => {
  desk = await openOperatorHouse([dispatcher, register, profile])
})
afterAll(() => desk?.house.close())

/** A dead letter: a command of somebody that was given up. */
const deadLetter = async (content: Record<string, unknown> = { text: '/balance' }) => {
  const person = await desk.newcomer()
  const update = messageFrom(person.telegramId, content)
  await desk.house.ownerSql`
    insert into telegram_updates (update_id, kind, telegram_id, body, state, attempts, claimed_until, last_error, handled_at)
    values (${update.update_id}, 'message', ${person.telegramId}, ${desk.house.ownerSql.json(update as never)}, 'dead', 5, now(),
      'TypeError: x is not a function', now())`
  return { ...person, updateId: update.update_id }
}
const stateOf = async (updateId: number) => {
  const [row] = await desk.house.ownerSql`
    select state, body is null as "isEmpty" from telegram_updates where update_id = ${updateId}`
  return row
}

describe.each(['ru', 'en'] as const)('dead letters in %s', (language) => {
  test('listed, looked at, handled again: its person gets the answer', async () => {
    const { chat, telegramId: operatorId } = await desk.operator(language)
    const { chat: theirs, updateId, telegramId } = await deadLetter()
    const list = await chat.press(await chat.say('/admin'), text(language, 'admin-button-dead-letters'))
    const label = labelsOf(list).find((one) => one.includes(String(updateId))) ?? ''
    const letter = await chat.press(list, label)
    for (const word of [String(updateId), String(telegramId), 'TypeError', '/balance'])
      expect(letter.text).toContain(word)
    const answer = theirs.awaitMessage(async () => undefined)
    const end = await chat.press(letter, text(language, 'admin-button-replay'))
    expect(end.text).toBe(
      plainText(text(language, 'admin-update-replayed', { updateId: String(updateId), outcome: 'done' })),
    )
    expect((await answer).text).toContain('50')
    expect(await stateOf(updateId)).toEqual({ state: 'done', isEmpty: true })
    expect((await desk.auditOf(`update:${updateId}`)).map(({ actor, action }) => [actor, action])).toEqual([
      [`operator:${operatorId}`, 'viewed'],
      [`operator:${operatorId}`, 'update-replayed'],
    ])
    const again = await chat.press(end, text(language, 'admin-button-dead-letters'))
    expect(labelsOf(again).some((one) => one.includes(String(updateId)))).toBe(false)
  })

  test('one that fails again says so, and stays', async () => {
    const { chat } = await desk.operator(language)
    const { updateId } = await deadLetter()
    // of a shape that is put aside for an operator each time
    await desk.house.ownerSql`
      update telegram_updates set body = jsonb_set(body, '{message,chat}', '{}') where update_id = ${updateId}`
    const list = await chat.press(await chat.say('/admin'), text(language, 'admin-button-dead-letters'))
    const label = labelsOf(list).find((one) => one.includes(String(updateId))) ?? ''
    const end = await chat.press(await chat.press(list, label), text(language, 'admin-button-replay'))
    expect(end.text).toBe(
      plainText(text(language, 'admin-update-replayed', { updateId: String(updateId), outcome: 'failed' })),
    )
    expect(await stateOf(updateId)).toEqual({ state: 'dead', isEmpty: false })
    await desk.house.ownerSql`
      update telegram_updates set state = 'done', body = null where update_id = ${updateId}`
  })

  test('discarded with a reason, after a question; gone for the next', async () => {
    const [first, second] = [await desk.operator(language), await desk.operator(language)]
    const { updateId } = await deadLetter()
    const open = async ({ chat }: typeof first) => {
      const list = await chat.press(await chat.say('/admin'), text(language, 'admin-button-dead-letters'))
      return chat.press(list, labelsOf(list).find((one) => one.includes(String(updateId))) ?? '')
    }
    const letters = [await open(first), await open(second)] as const
    const ask = async ({ chat }: typeof first, letter: (typeof letters)[number]) =>
      chat.press(letter, text(language, 'admin-button-discard')).then(() => chat.say('spam of a robot'))
    const questions = [await ask(first, letters[0]), await ask(second, letters[1])] as const
    expect(questions[0].text).toContain(String(updateId))
    expect(await stateOf(updateId)).toEqual({ state: 'dead', isEmpty: false })
    const confirm = text(language, 'admin-button-confirm')
    const end = await first.chat.press(questions[0], confirm)
    expect(end.text).toBe(plainText(text(language, 'admin-done-discard', { updateId: String(updateId) })))
    expect(await stateOf(updateId)).toEqual({ state: 'done', isEmpty: true })
    expect((await desk.auditOf(`update:${updateId}`)).at(-1)).toEqual({
      actor: `operator:${first.telegramId}`,
      action: 'update-discarded',
      details: { reason: 'spam of a robot' },
    })
    const gone = plainText(text(language, 'admin-refused', { reason: 'no-dead-letter' }))
    expect((await second.chat.press(questions[1], confirm)).text).toBe(gone)
    expect((await second.chat.press(letters[1], text(language, 'admin-button-replay'))).text).toBe(gone)
  })
})
