import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Delivery, startDelivery } from './delivery.ts'
import { setBlocked } from './people.ts'
import { createTestBot, createTestWebhook, type TestBot, type TestWebhook } from './test-bot.ts'
import { emitUpdate } from './updates.ts'

const SECOND = 1000
let bot: TestBot
let webhook: TestWebhook
let delivery: Delivery

beforeEach(async () => {
  bot = createTestBot()
  webhook = createTestWebhook(bot.clock)
  delivery = startDelivery(bot.state, { fetch: webhook.fetch, retryCapSeconds: () => 90 })
  await bot.result('setWebhook', { url: 'http://127.0.0.1/hook', secret_token: 'Sec_ret-1' })
})

afterEach(() => delivery.stop())

const texts = () => webhook.received.map(({ update }) => update.message?.text)
const waits = () =>
  webhook.received.map(({ atMs }, index) => (atMs - (webhook.received[index - 1]?.atMs ?? atMs)) / SECOND)

const press = (personId: number) => {
  const query = bot.state.queries.open('callback', 150_000)
  const from = { id: personId, is_bot: false, first_name: 'Anna' }
  emitUpdate(bot.state, 'callback_query', personId, {
    callback_query: { id: query.id, from, chat_instance: '1', data: 'x' },
  })
}

test('an update arrives with the secret, and is gone once it is answered', async () => {
  const person = bot.person()
  await bot.clock.settle()
  expect(webhook.received).toHaveLength(1)
  expect(webhook.received[0]?.headers.get('x-telegram-bot-api-secret-token')).toBe('Sec_ret-1')
  expect(webhook.received[0]?.update.message?.from?.id).toBe(person.id)
  expect(await bot.result('getWebhookInfo')).toMatchObject({ pending_update_count: 0, max_connections: 40 })
})

test('a failed update comes again at once, then after 2, 4, 8 ... seconds up to the cap', async () => {
  webhook.answer = () => new Response('no', { status: 500 })
  bot.person()
  await bot.clock.advance(310 * SECOND)
  expect(waits()).toEqual([0, 0, 2, 4, 8, 16, 32, 64, 90, 90])
  const info = await bot.result('getWebhookInfo')
  expect(info).toMatchObject({ pending_update_count: 1 })
  expect(info.last_error_message).toContain('500')
  webhook.answer = () => new Response(null, { status: 204 })
  await bot.clock.advance(90 * SECOND)
  expect(await bot.result('getWebhookInfo')).toMatchObject({ pending_update_count: 0 })
})

test('a 4xx is retried like a 5xx, and so is a broken connection', async () => {
  let attempts = 0
  webhook.answer = () => {
    attempts += 1
    if (attempts === 1) throw new Error('connection reset')
    return new Response(null, { status: attempts === 2 ? 400 : 200 })
  }
  bot.person()
  await bot.clock.advance(2 * SECOND)
  expect(waits()).toEqual([0, 0, 2])
})

test.each([
  ['5', 5],
  ['3600', 3600],
  ['90000', 3600],
])('Retry-After: %s is honoured, at most an hour', async (header, seconds) => {
  let attempts = 0
  webhook.answer = () => {
    attempts += 1
    return attempts === 1
      ? new Response(null, { status: 503, headers: { 'retry-after': header } })
      : new Response()
  }
  bot.person()
  await bot.clock.advance(seconds * SECOND)
  expect(waits()).toEqual([0, seconds])
})

test('a webhook that says nothing is given up after 60 seconds', async () => {
  webhook.answer = () => new Promise(() => {})
  bot.person()
  await bot.clock.advance(60 * SECOND)
  expect(waits()).toEqual([0, 60])
})

test('a message is dropped after a day, a callback query after 150 seconds', async () => {
  webhook.answer = () => new Response(null, { status: 500 })
  const person = bot.person()
  press(person.id)
  const attemptsAt = (kind: 'message' | 'callback_query') =>
    webhook.received.filter(({ update }) => update[kind] !== undefined).map(({ atMs }) => atMs)
  const start = bot.clock.now()
  await bot.clock.advance(24 * 3600 * SECOND)
  expect(Math.max(...attemptsAt('callback_query')) - start).toBeLessThanOrEqual(150 * SECOND)
  expect(Math.max(...attemptsAt('message')) - start).toBeGreaterThan(86_200 * SECOND)
  const count = webhook.received.length
  await bot.clock.advance(3600 * SECOND)
  expect(webhook.received).toHaveLength(count)
  expect(bot.state.pending.size).toBe(0)
})

test('messages of a chat keep their order behind a failed one; other chats and kinds go on', async () => {
  const anna = bot.person('Anna')
  const boris = bot.person('Boris')
  await bot.clock.settle()
  webhook.received.length = 0
  webhook.answer = (update) => new Response(null, { status: update.message?.text === 'bad' ? 500 : 200 })
  bot.say(anna, 'bad')
  bot.say(anna, 'after bad')
  bot.say(boris, 'hello')
  press(anna.id)
  setBlocked(bot.state, anna, true)
  await bot.clock.settle()
  expect(texts()).not.toContain('after bad')
  expect(texts()).toContain('hello')
  const kinds = webhook.received.flatMap(({ update }) => Object.keys(update))
  expect(kinds).toEqual(expect.arrayContaining(['callback_query', 'my_chat_member']))
  webhook.answer = () => new Response()
  await bot.clock.advance(2 * SECOND)
  expect(texts().slice(-2)).toEqual(['bad', 'after bad'])
})

test('no more than max_connections requests at once', async () => {
  await bot.result('setWebhook', { url: 'http://127.0.0.1/hook', max_connections: 2 })
  const release: (() => void)[] = []
  webhook.answer = () => new Promise((resolve) => release.push(() => resolve(new Response())))
  for (const name of ['A', 'B', 'C', 'D']) bot.person(name)
  await bot.clock.settle()
  expect(webhook.received).toHaveLength(2)
  release[0]?.()
  await bot.clock.settle()
  expect(webhook.received).toHaveLength(3)
})

test('only the allowed kinds come, and a list left out stays as it was', async () => {
  await bot.result('setWebhook', { url: 'http://127.0.0.1/hook', allowed_updates: ['callback_query'] })
  const person = bot.person()
  press(person.id)
  await bot.clock.settle()
  await bot.result('setWebhook', { url: 'http://127.0.0.1/hook' })
  bot.say(person, 'still not wanted')
  await bot.clock.settle()
  expect(texts()).toEqual([undefined])
  await bot.result('setWebhook', { url: 'http://127.0.0.1/hook', allowed_updates: [] })
  bot.say(person, 'wanted')
  await bot.clock.settle()
  expect(texts()).toEqual([undefined, 'wanted'])
})

describe('a call in the answer', () => {
  test('is made', async () => {
    webhook.answer = (update) =>
      Response.json({ method: 'sendMessage', chat_id: update.message?.chat.id, text: 'by answer' })
    const person = bot.person()
    await bot.clock.settle()
    expect(bot.state.chats.get(person.id)?.map(({ message }) => message.text)).toEqual([
      '/start',
      'by answer',
    ])
  })

  test('cannot change the webhook', async () => {
    webhook.answer = () => Response.json({ method: 'deleteWebhook' })
    bot.person()
    await bot.clock.settle()
    expect(await bot.result('getWebhookInfo')).toMatchObject({ url: 'http://127.0.0.1/hook' })
  })
})

test('a new webhook gets what the old one left, unless it is dropped', async () => {
  webhook.answer = () => new Response(null, { status: 500 })
  const person = bot.person()
  await bot.clock.advance(20 * SECOND)
  webhook.answer = () => new Response()
  webhook.received.length = 0
  await bot.result('setWebhook', { url: 'http://127.0.0.1/other' })
  await bot.clock.settle()
  expect(texts()).toEqual(['/start'])
  await bot.result('deleteWebhook')
  bot.say(person, 'nobody listens')
  await bot.result('setWebhook', { url: 'http://127.0.0.1/hook', drop_pending_updates: true })
  await bot.clock.settle()
  expect(texts()).toEqual(['/start'])
})

test('faults: an update is lost, or comes twice', async () => {
  const person = bot.person()
  await bot.clock.settle()
  bot.state.faults.beforeDelivery = ({ update }) => (update.message?.text === 'twice' ? 'repeat' : 'lose')
  bot.say(person, 'lost')
  bot.say(person, 'twice')
  await bot.clock.settle()
  expect(texts()).toEqual(['/start', 'twice', 'twice'])
  expect(bot.state.pending.size).toBe(0)
})
