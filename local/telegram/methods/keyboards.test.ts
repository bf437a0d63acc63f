import { beforeEach, expect, test } from 'vitest'
import type { Person } from '../model.ts'
import { createTestBot, type TestBot } from '../test-bot.ts'

let bot: TestBot
let anna: Person

beforeEach(() => {
  bot = createTestBot()
  anna = bot.person('Anna')
})

const refusal = async (method: string, fields: Record<string, unknown>) => {
  const body = await bot.call(method, fields)
  return body.ok ? 'accepted' : `${body.error_code} ${body.description}`
}

const send = (reply_markup: unknown) =>
  bot.result('sendMessage', { chat_id: anna.id, text: 'x', reply_markup })

const personNow = () => bot.state.people.get(anna.id)

test('a keyboard keeps what the bot says of it, and loses buttons without words', async () => {
  const wishes = { resize_keyboard: true, one_time_keyboard: true, input_field_placeholder: 'Choose' }
  await send({ keyboard: [['Yes', ''], [{ text: '' }], [{ text: 'No' }]], ...wishes })
  expect(personNow()?.keyboard).toEqual({ keyboard: [[{ text: 'Yes' }], [{ text: 'No' }]], ...wishes })
})

test('a message with a keyboard below is edited by nobody, one that takes it away is', async () => {
  const edit = (message_id: number) => refusal('editMessageText', { chat_id: anna.id, message_id, text: 'y' })
  for (const markup of [{ keyboard: [['Yes']] }, { force_reply: true }]) {
    const { message_id } = await send(markup)
    expect(await edit(message_id)).toBe("400 Bad Request: message can't be edited")
  }
  expect(await edit((await send({ remove_keyboard: true })).message_id)).toBe('accepted')
})

test('an edit takes no keyboard but one under the message', async () => {
  const { message_id } = await send(undefined)
  const reply_markup = { keyboard: [['Yes']] }
  const fields = { chat_id: anna.id, message_id, text: 'y', reply_markup }
  expect(await refusal('editMessageText', fields)).toBe('400 Bad Request: inline keyboard expected')
  expect(await refusal('editMessageReplyMarkup', fields)).toBe('400 Bad Request: inline keyboard expected')
})

test('an answer that is asked for is waited for until the person writes', async () => {
  const { message_id } = await send({ force_reply: true, input_field_placeholder: 'A name' })
  expect(personNow()?.forceReply).toEqual({ messageId: message_id, placeholder: 'A name' })
  bot.say(anna, 'Anna')
  expect(personNow()?.forceReply).toBeUndefined()
})

test.each([
  ['a long placeholder', { keyboard: [['a']], input_field_placeholder: 'x'.repeat(65) }],
  [
    'a page of another machine without https',
    { keyboard: [[{ text: 'a', web_app: { url: 'http://a.b' } }]] },
  ],
])('refused: %s', async (_name, reply_markup) => {
  const fields = { chat_id: anna.id, text: 'x', reply_markup }
  expect(await refusal('sendMessage', fields)).toMatch(/^400 Bad Request: /)
  expect(personNow()?.keyboard).toBeUndefined()
})

test('a chat has its own menu button, or the one of every chat', async () => {
  const app = (text: string) => ({ type: 'web_app', text, web_app: { url: 'https://a.b/' } })
  const ofAnna = () => bot.result('getChatMenuButton', { chat_id: anna.id })
  expect(await ofAnna()).toEqual({ type: 'commands' })
  await bot.result('setChatMenuButton', { menu_button: app('All') })
  expect(await ofAnna()).toEqual(app('All'))
  await bot.result('setChatMenuButton', { chat_id: anna.id, menu_button: JSON.stringify(app('Anna')) })
  expect(await ofAnna()).toEqual(app('Anna'))
  expect(await bot.result('getChatMenuButton')).toEqual(app('All'))
  await bot.result('setChatMenuButton', { chat_id: anna.id, menu_button: { type: 'default' } })
  expect(await ofAnna()).toEqual(app('All'))
})

test.each([
  [
    'no words',
    { type: 'web_app', text: '', web_app: { url: 'https://a.b/' } },
    "menu button text can't be empty",
  ],
  [
    'no https',
    { type: 'web_app', text: 'a', web_app: { url: 'http://a.b/' } },
    'Only HTTPS links are allowed',
  ],
  ['another kind', { type: 'pizza' }, 'menu_button is invalid'],
])('a menu button is refused: %s', async (_name, menu_button, why) => {
  expect(await refusal('setChatMenuButton', { menu_button })).toContain(why)
})

test('a menu button of a stranger is refused', async () => {
  const fields = { chat_id: 5, menu_button: { type: 'commands' } }
  expect(await refusal('setChatMenuButton', fields)).toBe('400 Bad Request: user not found')
})

test('several messages are deleted at once, and those that are gone do not matter', async () => {
  const ids = [(await send(undefined)).message_id, (await send(undefined)).message_id]
  expect(await bot.result('deleteMessages', { chat_id: anna.id, message_ids: [...ids, 99] })).toBe(true)
  expect(bot.state.chats.get(anna.id)?.map(({ message }) => message.message_id)).toEqual([1])
})

test('what an empty chat says is kept for each language', async () => {
  await bot.result('setMyDescription', { description: 'Hello' })
  await bot.result('setMyDescription', { description: 'Привет', language_code: 'ru' })
  expect(await bot.result('getMyDescription', { language_code: 'ru' })).toEqual({ description: 'Привет' })
  expect(await bot.result('getMyDescription', { language_code: 'de' })).toEqual({ description: 'Hello' })
})
