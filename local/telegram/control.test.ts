import { expect, test } from 'vitest'
import { newChat, post, request, startTestServer, TOKEN } from './test-server.ts'

test('a button waits for the bot’s answer, a wait ends with the bot’s message', async () => {
  const simulator = await startTestServer()
  const chat = await newChat(simulator)
  const api = `${simulator.apiRoot}/bot${TOKEN}`
  const { body: said } = await post(`${chat}/messages`, { text: '/start' })
  const chat_id = said.message.chat.id
  const waiting = request(`${chat}/wait?afterId=1&timeoutMs=5000`)
  const reply_markup = { inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] }
  const { body: sent } = await post(`${api}/sendMessage`, { chat_id, text: 'Hello', reply_markup })
  expect((await waiting).body.messages).toMatchObject([{ text: 'Hello' }])

  const pressing = post(`${chat}/callbacks`, { messageId: sent.result.message_id, data: 'go' })
  const { body } = await request(`${api}/getUpdates?timeout=5&offset=${said.updateId + 1}`)
  const query = body.result[0].callback_query
  expect(query).toMatchObject({ data: 'go', message: { text: 'Hello' } })
  await post(`${api}/answerCallbackQuery`, { callback_query_id: query.id, text: 'Done' })
  expect((await pressing).body.answer).toMatchObject({ text: 'Done', showAlert: false })

  const edited = request(
    `${chat}/wait?afterRevision=${(await request(`${chat}/messages`)).body.revision}&timeoutMs=5000`,
  )
  await post(`${api}/editMessageText`, { chat_id, message_id: sent.result.message_id, text: 'Edited' })
  expect((await edited).body.messages).toMatchObject([{ text: 'Edited' }])
  expect((await request(`${chat}/wait?afterRevision=99&timeoutMs=1`)).body.messages).toEqual([])
})

test('an invoice is paid from its message', async () => {
  const simulator = await startTestServer()
  const chat = await newChat(simulator)
  const api = `${simulator.apiRoot}/bot${TOKEN}`
  const { body: said } = await post(`${chat}/messages`, { text: '/topup' })
  const invoice = {
    title: 'T',
    description: 'D',
    payload: 'p',
    currency: 'XTR',
    prices: [{ label: 'x', amount: 5 }],
  }
  const { body: sent } = await post(`${api}/sendInvoice`, { chat_id: said.message.chat.id, ...invoice })
  const paying = post(`${chat}/payments`, { messageId: sent.result.message_id })
  const { body } = await request(`${api}/getUpdates?timeout=5&offset=${said.updateId + 1}`)
  await post(`${api}/answerPreCheckoutQuery`, {
    pre_checkout_query_id: body.result[0].pre_checkout_query.id,
    ok: true,
  })
  expect((await paying).body).toMatchObject({ outcome: 'paid', chargeId: expect.stringMatching(/^stx/) })
  expect((await request(`${simulator.apiRoot}/sim/state`)).body).toMatchObject({
    starBalance: 5,
    starTransactionCount: 1,
  })
})

test.each([
  ['no name', '/sim/people', {}, 400],
  ['an unknown field', '/sim/people', { firstName: 'A', admin: true }, 400],
  ['a list', '/sim/people', [], 400],
  ['an unknown person', '/sim/chats/77/messages', { text: 'x' }, 404],
  ['a person that is no number', '/sim/chats/anna/messages', { text: 'x' }, 400],
  ['an empty text', 'messages', { text: '' }, 400],
  ['a text that is too long', 'messages', { text: 'x'.repeat(4097) }, 400],
  ['a text that is a number', 'messages', { text: 5 }, 400],
  ['a missing message', 'callbacks', { messageId: 9, data: 'x' }, 404],
  ['long data', 'callbacks', { messageId: 9, data: 'x'.repeat(65) }, 400],
  ['no invoice', 'payments', {}, 400],
  ['an unknown link', 'payments', { invoiceLink: 'https://t.me/$none' }, 404],
  ['a language that is none', 'profile', { languageCode: 'Russian!' }, 400],
  ['an empty name', 'profile', { firstName: ' ' }, 400],
  ['no data of an app', 'web-app-data', { buttonText: 'App', data: '' }, 400],
  ['no such route', '/sim/nothing', {}, 404],
  ['another method', '/sim/state', {}, 405],
])('bad input is refused: %s', async (_name, path, body, status) => {
  const simulator = await startTestServer()
  const chat = await newChat(simulator)
  const reply = await post(path.startsWith('/') ? `${simulator.apiRoot}${path}` : `${chat}/${path}`, body)
  expect([reply.status, typeof reply.body.error]).toEqual([status, 'string'])
})

test('other sites’ pages and huge bodies are refused', async () => {
  const { apiRoot } = await startTestServer()
  expect((await fetch(`${apiRoot}/sim/state`, { headers: { origin: 'https://evil.example' } })).status).toBe(
    403,
  )
  expect((await fetch(`${apiRoot}/sim/state`, { headers: { origin: 'null' } })).status).toBe(403)
  expect((await fetch(`${apiRoot}/sim/state`, { headers: { origin: apiRoot } })).status).toBe(200)
  const large = await request(`${apiRoot}/sim/people`, {
    method: 'POST',
    body: Buffer.alloc(25 * 1024 * 1024 + 1),
  })
  expect(large.status).toBe(413)
})

test('blocking tells the bot, and a blocked person cannot write', async () => {
  const chat = await newChat(await startTestServer())
  await post(`${chat}/messages`, { text: '/start' })
  expect((await post(`${chat}/block`, { blocked: true })).body.updateId).toEqual(expect.any(Number))
  expect((await post(`${chat}/messages`, { text: 'x' })).status).toBe(409)
})

test('events of one person are streamed', async () => {
  const simulator = await startTestServer()
  const chat = await newChat(simulator)
  const response = await fetch(`${simulator.apiRoot}/sim/events?person=${chat.split('/').at(-1)}`)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  await post(`${await newChat(simulator)}/messages`, { text: 'of somebody else' })
  await post(`${chat}/messages`, { text: 'mine' })
  let text = ''
  while (!text.includes('"mine"')) text += (await reader?.read())?.value ?? ''
  expect(text).not.toContain('somebody else')
  await reader?.cancel()
})

test('a person changes name and language, and an app sends the bot a text', async () => {
  const simulator = await startTestServer()
  const chat = await newChat(simulator)
  const changed = await post(`${chat}/profile`, { firstName: 'Ann', languageCode: 'en' })
  expect(changed.body.person).toMatchObject({ firstName: 'Ann', languageCode: 'en' })
  const { body } = await post(`${chat}/web-app-data`, { buttonText: 'App', data: 'chosen' })
  expect(body.message).toMatchObject({
    from: { language_code: 'en' },
    web_app_data: { button_text: 'App', data: 'chosen' },
  })
})
