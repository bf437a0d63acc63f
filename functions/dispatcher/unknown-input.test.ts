import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import {
  answersOf,
  connectWebhook,
  meet,
  messageFrom,
  plainText,
  postUpdate,
  updateOf,
} from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as dispatcher } from './handler.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [dispatcher, register, profile] })
  await connectWebhook(house)
})
afterAll(() => house?.close())

const newcomer = async (language: 'ru' | 'en') => {
  const chat = await meet(house, language)
  await chat.say('/start')
  return chat
}
type Chat = Awaited<ReturnType<typeof newcomer>>

const said = async ({ personId }: Chat): Promise<(string | undefined)[]> =>
  (await answersOf(house, personId)).map((message) => message.text)

/** What the bot says to a message that only Telegram itself can make; nothing is undefined. */
const answerTo = async (
  chat: Chat,
  content: Record<string, unknown>,
  language: 'ru' | 'en' = 'en',
): Promise<string | undefined> => {
  const before = (await said(chat)).length
  const { status } = await postUpdate(house, messageFrom(chat.personId, content, language))
  expect(status).toBe(200)
  return (await said(chat))[before]
}

describe.each(['ru', 'en'] as const)('in %s', (language) => {
  it.each([
    ['sticker', { file_id: 'x', emoji: '🙂' }],
    ['contact', { phone_number: '+7', first_name: 'A' }],
    ['location', { latitude: 1, longitude: 2 }],
    ['venue', { title: 'x' }],
    ['poll', { id: '1', question: '?' }],
    ['dice', { emoji: '🎲', value: 3 }],
    ['story', { id: 1 }],
    ['paid_media', { star_count: 1 }],
    ['something_of_next_year', {}],
  ])('%s gets help', async (kind, content) => {
    const chat = await newcomer(language)
    expect(await answerTo(chat, { [kind]: content }, language)).toBe(
      plainText(text(language, 'unknown-content')),
    )
  })

  it('a video is told what can be sent instead', async () => {
    const chat = await newcomer(language)
    expect(await answerTo(chat, { video: { file_id: 'x', duration: 3 } }, language)).toBe(
      plainText(text(language, 'voice-not-supported')),
    )
  })

  it('an edited message is told that edits are not read: once, however many follow', async () => {
    const chat = await newcomer(language)
    const before = (await said(chat)).length
    const edit = (content: Record<string, unknown>) => {
      const { message } = messageFrom(chat.personId, content, language)
      return postUpdate(house, updateOf({ edited_message: message }))
    }
    await edit({ location: { latitude: 1, longitude: 2 } })
    expect(await said(chat)).toHaveLength(before)
    for (const words of ['one', 'two', 'three']) expect((await edit({ text: words })).status).toBe(200)
    expect((await said(chat)).slice(before)).toEqual([text(language, 'edited-unread')])
  })
})

it.each([
  'pinned_message',
  'message_auto_delete_timer_changed',
  'write_access_allowed',
  'web_app_data',
  'boost_added',
])('%s, which nobody says, is passed over', async (kind) => {
  const chat = await newcomer('en')
  expect(await answerTo(chat, { [kind]: {} })).toBeUndefined()
})

describe('a group', () => {
  /** Said in a group; its id is the person's here, so that the simulator has a chat to show an answer in. */
  const inGroup = async (chat: Chat, content: Record<string, unknown>): Promise<string | undefined> => {
    const before = (await said(chat)).length
    const { message, ...update } = messageFrom(chat.personId, content)
    const group = {
      ...(message as object),
      chat: { id: chat.personId, type: 'supergroup', title: 'Friends' },
    }
    expect((await postUpdate(house, { ...update, message: group })).status).toBe(200)
    return (await said(chat))[before]
  }

  it('hears of the bot only where it is meant', async () => {
    const chat = await newcomer('en')
    const { id, username } = await house.resourcesOf('dispatcher').telegram.getMe()
    const hint = text('en', 'group-hint', { username })
    for (const content of [
      { text: 'hello everybody' },
      { text: '/balance' },
      { text: '/balance@another_bot' },
      { text: `@${username}_of_others, hello` },
      { photo: [{ file_id: 'x' }] },
      { sticker: { file_id: 'x' } },
      { text: 'yes', reply_to_message: { message_id: 1, from: { id: 7 }, text: 'x' } },
    ])
      expect(await inGroup(chat, content), JSON.stringify(content)).toBeUndefined()
    for (const content of [
      { text: `/balance@${username}` },
      { text: `what do you say, @${username.toUpperCase()}?` },
      { caption: `@${username}`, photo: [{ file_id: 'x' }] },
      { text: 'thanks', reply_to_message: { message_id: 1, from: { id, is_bot: true }, text: 'x' } },
    ])
      expect(await inGroup(chat, content), JSON.stringify(content)).toBe(hint)
  })

  it('opens no account for who happens to talk there', async () => {
    const stranger = 900_000_000 + Math.floor(performance.now())
    const { message, ...update } = messageFrom(stranger, { text: '/balance' })
    await postUpdate(house, {
      ...update,
      message: { ...(message as object), chat: { id: -1_001_000_000_001, type: 'supergroup' } },
    })
    expect(await house.ownerSql`select 1 from users where telegram_id = ${stranger}`).toHaveLength(0)
  })
})
