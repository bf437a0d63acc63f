import { beforeEach, describe, expect, test } from 'vitest'
import { tooManyRequests } from '../api-error.ts'
import type { Person } from '../model.ts'
import { addPerson, savePerson, setBlocked } from '../people.ts'
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
const send = (fields: Record<string, unknown>) => bot.result('sendMessage', { chat_id: anna.id, ...fields })

test('method names have no case, unknown ones are 404', async () => {
  expect(await bot.result('GETME')).toMatchObject({ id: 123, is_bot: true })
  expect(await refusal('sendTelepathy', {})).toBe('404 Not Found')
})

describe('sendMessage', () => {
  test('message ids rise in each chat by itself', async () => {
    const boris = bot.person('Boris')
    expect((await send({ text: 'a' })).message_id).toBe(2)
    expect((await send({ text: 'b' })).message_id).toBe(3)
    expect((await send({ chat_id: boris.id, text: 'c' })).message_id).toBe(2)
  })

  test('form fields are strings', async () => {
    const markup = JSON.stringify({ inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] })
    const message = await send({
      chat_id: String(anna.id),
      text: '<b>Hi</b>',
      parse_mode: 'HTML',
      reply_markup: markup,
    })
    expect(message).toMatchObject({ text: 'Hi', entities: [{ type: 'bold' }] })
    expect(message.reply_markup.inline_keyboard[0][0].callback_data).toBe('go')
  })

  test.each([
    ['no text', { text: '' }, '400 Bad Request: message text is empty'],
    ['only spaces', { text: ' \n ' }, '400 Bad Request: message text is empty'],
    ['4097 characters', { text: 'x'.repeat(4097) }, '400 Bad Request: message is too long'],
    ['a stranger', { chat_id: 5, text: 'x' }, '400 Bad Request: chat not found'],
    ['no chat', { chat_id: undefined, text: 'x' }, '400 Bad Request: chat_id is empty'],
    [
      'broken HTML',
      { text: '<b>x', parse_mode: 'HTML' },
      `400 Bad Request: can't parse entities: Can't find end tag corresponding to start tag "b"`,
    ],
    ['an unknown parse mode', { text: 'x', parse_mode: 'Word' }, '400 Bad Request: unsupported parse_mode'],
    [
      'long button data',
      { text: 'x', reply_markup: { inline_keyboard: [[{ text: 'a', callback_data: 'я'.repeat(33) }]] } },
      '400 Bad Request: BUTTON_DATA_INVALID',
    ],
    [
      'markup that is none',
      { text: 'x', reply_markup: 'nonsense' },
      '400 Bad Request: reply_markup is invalid',
    ],
  ])('is refused with %s', async (_name, fields, expected) => {
    expect(await refusal('sendMessage', { chat_id: anna.id, ...fields })).toBe(expected)
  })

  test('4096 characters pass, markup not counted', async () => {
    expect((await send({ text: `<b>${'x'.repeat(4096)}</b>`, parse_mode: 'HTML' })).text).toHaveLength(4096)
  })

  test('nobody is written to who has not written first', async () => {
    const { id } = addPerson(bot.state, { firstName: 'Silent' })
    expect(await refusal('sendMessage', { chat_id: id, text: 'x' })).toBe('400 Bad Request: chat not found')
  })

  test('a blocked bot and a deactivated account are 403; unblocking lets messages through', async () => {
    setBlocked(bot.state, anna, true)
    expect(await refusal('sendMessage', { chat_id: anna.id, text: 'x' })).toBe(
      '403 Forbidden: bot was blocked by the user',
    )
    const blocked = bot.state.people.get(anna.id) ?? anna
    setBlocked(bot.state, blocked, false)
    expect(await refusal('sendMessage', { chat_id: anna.id, text: 'x' })).toBe('accepted')
    const members = [...bot.state.pending.values()].flatMap(({ update }) => update.my_chat_member ?? [])
    expect(members.map(({ new_chat_member }) => new_chat_member.status)).toEqual(['kicked', 'member'])
    savePerson(bot.state, { ...anna, deactivated: true })
    expect(await refusal('sendMessage', { chat_id: anna.id, text: 'x' })).toBe(
      '403 Forbidden: user is deactivated',
    )
  })

  test('a reply keyboard is the chat’s until it is removed', async () => {
    await send({ text: 'x', reply_markup: { keyboard: [['Yes', { text: 'No' }]], is_persistent: true } })
    expect(bot.state.people.get(anna.id)?.keyboard?.keyboard).toEqual([[{ text: 'Yes' }, { text: 'No' }]])
    await send({ text: 'x', reply_markup: { remove_keyboard: true } })
    expect(bot.state.people.get(anna.id)?.keyboard).toBeUndefined()
  })

  test('a reply shows what it answers', async () => {
    expect(await send({ text: 'x', reply_parameters: { message_id: 1 } })).toMatchObject({
      reply_to_message: { text: '/start' },
    })
    expect(
      await refusal('sendMessage', { chat_id: anna.id, text: 'x', reply_parameters: { message_id: 99 } }),
    ).toContain('not found')
  })
})

describe('limits', () => {
  test('are off unless asked for', async () => {
    for (let count = 0; count < 50; count += 1) await send({ text: 'x' })
  })

  test('refuse with retry_after, and let through after it', async () => {
    bot = createTestBot({ enforceLimits: true })
    anna = bot.person()
    const bodies = []
    for (let count = 0; count < 6; count += 1)
      bodies.push(await bot.call('sendMessage', { chat_id: anna.id, text: 'x' }))
    expect(bodies.at(-1)).toEqual({
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 1',
      parameters: { retry_after: 1 },
    })
    await bot.clock.advance(1000)
    expect(await bot.call('sendMessage', { chat_id: anna.id, text: 'x' })).toMatchObject({ ok: true })
  })
})

describe('edits', () => {
  const edit = async (fields: Record<string, unknown>) =>
    refusal('editMessageText', { chat_id: anna.id, ...fields })

  test('change the text in place', async () => {
    const { message_id } = await send({ text: 'old' })
    expect(await edit({ message_id, text: 'new' })).toBe('accepted')
    expect(bot.state.messages.get(`${anna.id}:${message_id}`)?.message).toMatchObject({
      text: 'new',
      edit_date: expect.any(Number),
    })
  })

  test('that change nothing are refused, buttons count', async () => {
    const { message_id } = await send({ text: 'same' })
    expect(await edit({ message_id, text: 'same' })).toContain('400 Bad Request: message is not modified')
    const reply_markup = { inline_keyboard: [[{ text: 'a', callback_data: 'a' }]] }
    expect(await edit({ message_id, text: 'same', reply_markup })).toBe('accepted')
    expect(await edit({ message_id, text: 'same', reply_markup })).toContain('message is not modified')
  })

  test('of other people’s or missing messages are refused', async () => {
    expect(await edit({ message_id: 1, text: 'x' })).toBe("400 Bad Request: message can't be edited")
    expect(await edit({ message_id: 99, text: 'x' })).toBe('400 Bad Request: message to edit not found')
  })

  test('a deleted message is gone', async () => {
    const { message_id } = await send({ text: 'x' })
    await bot.result('deleteMessage', { chat_id: anna.id, message_id })
    expect(await refusal('deleteMessage', { chat_id: anna.id, message_id })).toContain(
      'message to delete not found',
    )
    expect(bot.state.chats.get(anna.id)).toHaveLength(1)
  })
})

test('a callback query is answered once', async () => {
  const query = bot.state.queries.open('callback', 15_000)
  const answer = () =>
    refusal('answerCallbackQuery', { callback_query_id: query.id, text: 'Done', show_alert: 'true' })
  expect(await answer()).toBe('accepted')
  expect(await query.answer).toEqual({ ok: true, text: 'Done', showAlert: true })
  expect(await answer()).toContain('query is too old')
})

test('commands are kept by language', async () => {
  await bot.result('setMyCommands', { commands: [{ command: '/help', description: 'Help' }] })
  await bot.result('setMyCommands', {
    commands: [{ command: 'help', description: 'Помощь' }],
    language_code: 'ru',
  })
  expect(await bot.result('getMyCommands')).toEqual([{ command: 'help', description: 'Help' }])
  expect(await bot.result('getMyCommands', { language_code: 'ru' })).toEqual([
    { command: 'help', description: 'Помощь' },
  ])
  await bot.result('deleteMyCommands')
  expect(await bot.result('getMyCommands')).toEqual([])
})

test.each([
  ['a secret with spaces', { url: 'http://127.0.0.1/', secret_token: 'a b' }],
  ['an address that is none', { url: 'here' }],
  ['too many connections', { url: 'http://127.0.0.1/', max_connections: 101 }],
])('setWebhook refuses %s', async (_name, fields) => {
  expect(await refusal('setWebhook', fields)).toMatch(/^400/)
})

test('a fault is answered in place of the method', async () => {
  bot.state.faults.beforeMethod = (method) => (method === 'sendMessage' ? tooManyRequests(30) : undefined)
  expect(await bot.call('sendMessage', { chat_id: anna.id, text: 'x' })).toMatchObject({
    parameters: { retry_after: 30 },
  })
  expect(await bot.call('getMe')).toMatchObject({ ok: true })
})
