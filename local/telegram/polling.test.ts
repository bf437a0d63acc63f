import type { Update } from '@grammyjs/types'
import { beforeEach, expect, test } from 'vitest'
import { createTestBot, type TestBot } from './test-bot.ts'

let bot: TestBot

beforeEach(() => {
  bot = createTestBot()
})

const poll = (fields: Record<string, unknown> = {}): Promise<Update[]> => bot.result('getUpdates', fields)
const texts = (updates: Update[]) => updates.map(({ message }) => message?.text)

test('updates are numbered one by one and stay until an offset confirms them', async () => {
  const person = bot.person()
  bot.say(person, 'two')
  bot.say(person, 'three')
  const updates = await poll()
  const [first = 0, second, third] = updates.map(({ update_id }) => update_id)
  expect([second, third]).toEqual([first + 1, first + 2])
  expect(texts(await poll({ limit: 2 }))).toEqual(['/start', 'two'])
  expect(texts(await poll({ offset: first + 1 }))).toEqual(['two', 'three'])
  expect(texts(await poll())).toEqual(['two', 'three'])
  expect(texts(await poll({ offset: -1 }))).toEqual(['three'])
  expect(bot.state.pending.size).toBe(1)
})

test('a poll waits for the next update', async () => {
  const person = bot.person()
  const [start] = await poll()
  const waiting = poll({ offset: (start?.update_id ?? 0) + 1, timeout: 30 })
  await bot.clock.advance(5000)
  bot.say(person, 'now')
  expect(texts(await waiting)).toEqual(['now'])
})

test('a poll ends empty after its timeout', async () => {
  const waiting = poll({ timeout: '30' })
  await bot.clock.advance(30_000)
  expect(await waiting).toEqual([])
})

test('409 while a webhook is set', async () => {
  await bot.result('setWebhook', { url: 'http://127.0.0.1/hook' })
  expect(await bot.call('getUpdates')).toMatchObject({ ok: false, error_code: 409 })
  await bot.result('deleteWebhook')
  expect(await bot.call('getUpdates')).toMatchObject({ ok: true })
})

test('a second poll ends the first with 409, and so does a webhook', async () => {
  const first = bot.call('getUpdates', { timeout: 30 })
  const second = bot.call('getUpdates', { timeout: 30 })
  expect(await first).toMatchObject({
    error_code: 409,
    description: expect.stringContaining('terminated by other getUpdates'),
  })
  await bot.result('setWebhook', { url: 'http://127.0.0.1/hook' })
  expect(await second).toMatchObject({ error_code: 409, description: expect.stringContaining('setWebhook') })
})

test('allowed_updates of a poll is honoured and remembered', async () => {
  await poll({ allowed_updates: '["callback_query"]' })
  const person = bot.person()
  await poll()
  bot.say(person, 'unwanted')
  expect(await poll()).toEqual([])
})

test('what is older than a day is not handed out', async () => {
  bot.person()
  await bot.clock.advance(86_401_000)
  expect(await poll()).toEqual([])
})
