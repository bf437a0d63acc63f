import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTelegram } from './api.ts'
import { TEST_TOKEN } from './bot-api-server.testing.ts'
import { type OutgoingMessage, outgoingMessageSchema } from './outgoing.ts'
import { createSender, type SenderSettings, type SendPacer } from './sender.ts'

const API_ROOT = 'http://telegram.test'
const CHAT = -1_001_234_567_890

type Call = { method: string; body: string; payload: Record<string, unknown> }
const calls: Call[] = []
/** Answers in order; when they run out, `ok` with the number of the call as message id. */
const answers: [status: number, body: object][] = []

const mock = setupServer(
  http.post(`${API_ROOT}/bot${TEST_TOKEN}/:method`, async ({ request, params }) => {
    const body = Buffer.from(await request.arrayBuffer()).toString('latin1')
    const isJson = request.headers.get('content-type') === 'application/json'
    calls.push({ method: `${params.method}`, body, payload: isJson ? JSON.parse(body) : {} })
    const [status, answer] = answers.shift() ?? [200, { ok: true, result: { message_id: calls.length } }]
    return HttpResponse.json(answer, { status })
  }),
)
beforeAll(() => mock.listen({ onUnhandledFrame: 'error' }))
afterEach(() => {
  calls.length = 0
  answers.length = 0
})
afterAll(() => mock.close())

const refuse = (error_code: number, description: string, parameters = {}): void => {
  answers.push([error_code, { ok: false, error_code, description, parameters }])
}

const setUp = (
  settings: Partial<SenderSettings> = {},
  waits: { reserved: boolean; waitMs: number }[] = [],
) => {
  const log: unknown[] = []
  const pacer: SendPacer = {
    reserve: async (chatId, options) => {
      log.push(['reserve', chatId, options])
      return waits.shift() ?? { reserved: true, waitMs: 0 }
    },
    penalise: async (target, seconds) => {
      log.push(['penalise', target, seconds])
    },
  }
  const sleep = async (ms: number): Promise<void> => {
    log.push(['sleep', ms])
  }
  const api = createTelegram({ token: TEST_TOKEN, apiRoot: API_ROOT, timeoutMs: 1000 })
  return { sender: createSender({ api, pacer, sleep, ...settings }), log }
}

describe('what is sent', () => {
  const send = (message: OutgoingMessage, settings: Partial<SenderSettings> = {}) =>
    setUp(settings).sender.send(CHAT, outgoingMessageSchema.parse(message))

  test('a text with buttons', async () => {
    const outcome = await send({
      kind: 'text',
      text: '<b>Balance:</b> 5',
      keyboard: [
        [
          { text: 'Top up', data: 'topup' },
          { text: 'Site', url: 'https://example.org/' },
        ],
        [{ text: 'Cabinet', webApp: 'https://example.org/cabinet' }],
      ],
    })
    expect(outcome).toEqual({ ok: true, messageId: 1 })
    expect(calls).toMatchObject([
      {
        method: 'sendMessage',
        payload: {
          chat_id: CHAT,
          text: '<b>Balance:</b> 5',
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
          reply_markup: {
            inline_keyboard: [
              [
                { text: 'Top up', callback_data: 'topup' },
                { text: 'Site', url: 'https://example.org/' },
              ],
              [{ text: 'Cabinet', web_app: { url: 'https://example.org/cabinet' } }],
            ],
          },
        },
      },
    ])
  })

  test('a long text in parts, the buttons under the last', async () => {
    const outcome = await send({
      kind: 'text',
      text: 'word '.repeat(1500),
      keyboard: [[{ text: 'Ok', data: 'ok' }]],
    })
    expect(outcome).toEqual({ ok: true, messageId: 2 })
    expect(calls.map(({ payload }) => [`${payload.text}`.length <= 4096, 'reply_markup' in payload])).toEqual(
      [
        [true, false],
        [true, true],
      ],
    )
  })

  test('an edit', async () => {
    expect(await send({ kind: 'edit', messageId: 77, text: 'new' })).toEqual({ ok: true, messageId: 77 })
    expect(calls).toMatchObject([
      { method: 'editMessageText', payload: { chat_id: CHAT, message_id: 77, text: 'new' } },
    ])
  })

  test('another photo, other words under it, and a message out of the chat', async () => {
    const bytes = Buffer.from('\u0000\u00ff some bytes', 'latin1')
    const photo = { bytes: bytes.toString('base64'), caption: '<b>b</b>' }
    expect(await send({ kind: 'edit-photo', messageId: 77, ...photo })).toEqual({ ok: true, messageId: 77 })
    await send({ kind: 'edit-caption', messageId: 77, caption: 'sure?' })
    await send({ kind: 'remove', messageId: 77 })
    expect(calls.map(({ method }) => method)).toEqual([
      'editMessageMedia',
      'editMessageCaption',
      'deleteMessage',
    ])
    expect(calls[0]?.body).toContain(bytes.toString('latin1'))
    expect(calls[0]?.body).toContain('"parse_mode":"HTML"')
    expect(calls[1]?.payload).toEqual({
      chat_id: CHAT,
      message_id: 77,
      caption: 'sure?',
      parse_mode: 'HTML',
    })
    expect(calls[2]?.payload).toEqual({ chat_id: CHAT, message_id: 77 })
  })

  test('an edit that changes nothing is done', async () => {
    refuse(400, 'Bad Request: message is not modified')
    expect(await send({ kind: 'edit', messageId: 77, text: 'same' })).toEqual({ ok: true, messageId: 77 })
  })

  test('photo and document: by id, and as bytes that arrive whole', async () => {
    const bytes = Buffer.from('\u0000\u00ff some bytes', 'latin1')
    await send({ kind: 'photo', fileId: 'AgAD', caption: '<i>you</i>' })
    await send({ kind: 'photo', bytes: bytes.toString('base64') })
    await send({
      kind: 'document',
      filename: 'расшифровка 1.txt',
      bytes: bytes.toString('base64'),
      caption: 'here',
    })
    expect(calls.map(({ method }) => method)).toEqual(['sendPhoto', 'sendPhoto', 'sendDocument'])
    expect(calls[0]?.payload).toEqual({
      chat_id: CHAT,
      photo: 'AgAD',
      caption: '<i>you</i>',
      parse_mode: 'HTML',
    })
    expect(calls[1]?.body).toContain(bytes.toString('latin1'))
    expect(calls[2]?.body).toContain(bytes.toString('latin1'))
    expect(Buffer.from(calls[2]?.body ?? '', 'latin1').toString()).toContain('filename="расшифровка 1.txt"')
  })

  test.each([
    ['XTR', ''],
    ['RUB', 'provider-token'],
  ])('an invoice in %s', async (currency, provider_token) => {
    const invoice = {
      title: 'Pack',
      description: '100 coins',
      payload: 'order-1',
      currency,
      amount: 50,
      label: '100 coins',
    }
    expect(await send({ kind: 'invoice', ...invoice }, { providerToken: 'provider-token' })).toMatchObject({
      ok: true,
    })
    expect(calls).toMatchObject([
      {
        method: 'sendInvoice',
        payload: {
          provider_token,
          currency,
          payload: 'order-1',
          prices: [{ label: '100 coins', amount: 50 }],
        },
      },
    ])
  })

  test('a text without anything to see is not sent', async () => {
    expect(await send({ kind: 'text', text: '<b> </b>' })).toMatchObject({ ok: false, reason: 'rejected' })
    expect(calls).toEqual([])
  })
})

describe('outcomes', () => {
  const text = { kind: 'text', text: 'hello' } as const

  test.each([
    [403, 'Forbidden: bot was blocked by the user', 'blocked'],
    [403, 'Forbidden: user is deactivated', 'gone'],
    [400, 'Bad Request: chat not found', 'gone'],
    [400, "Bad Request: can't parse entities", 'rejected'],
    [401, 'Unauthorized', 'unavailable'],
    [502, 'Bad Gateway', 'unavailable'],
  ])('%i %s: %s', async (code, description, reason) => {
    refuse(code, description)
    const { sender, log } = setUp()
    expect(await sender.send(CHAT, text)).toEqual({
      ok: false,
      reason,
      description: `${code}: ${description}`,
      partsSent: 0,
      maybeDelivered: code >= 500,
    })
    expect(log).toHaveLength(1)
  })

  test('429 is remembered for the chat', async () => {
    refuse(429, 'Too Many Requests: retry after 30', { retry_after: 30 })
    const { sender, log } = setUp()
    expect(await sender.send(CHAT, text)).toMatchObject({
      ok: false,
      reason: 'rate_limited',
      retryAfterSeconds: 30,
      maybeDelivered: false,
    })
    expect(log.at(-1)).toEqual(['penalise', CHAT, 30])
  })

  test('waits for its turn, with the priority and patience it was given', async () => {
    const { sender, log } = setUp({ maxWaitMs: 1500 }, [{ reserved: true, waitMs: 700 }])
    expect(await sender.send(CHAT, text, { priority: 'high' })).toMatchObject({ ok: true })
    expect(log).toEqual([
      ['reserve', CHAT, { priority: 'high', maxWaitMs: 1500 }],
      ['sleep', 700],
    ])
  })

  test('a turn too far away: nothing is sent', async () => {
    const { sender } = setUp({}, [{ reserved: false, waitMs: 4200 }])
    expect(await sender.send(CHAT, text)).toMatchObject({
      ok: false,
      reason: 'rate_limited',
      retryAfterSeconds: 5,
      maybeDelivered: false,
    })
    expect(calls).toEqual([])
  })

  test('a text that broke off goes on where it broke off', async () => {
    const long = { kind: 'text', text: `${'a'.repeat(4000)}\n${'b'.repeat(4000)}` } as const
    const { sender } = setUp({}, [
      { reserved: true, waitMs: 0 },
      { reserved: false, waitMs: 9000 },
    ])
    const first = await sender.send(CHAT, long)
    expect(first).toMatchObject({ ok: false, reason: 'rate_limited', partsSent: 1 })
    expect(await sender.send(CHAT, long, { skipParts: first.ok ? 0 : first.partsSent })).toMatchObject({
      ok: true,
    })
    expect(calls.map(({ payload }) => `${payload.text}`[0])).toEqual(['a', 'b'])
  })
})

describe('outgoingMessageSchema refuses', () => {
  test.each([
    { kind: 'text', text: '' },
    { kind: 'text', text: 'x', extra: 1 },
    { kind: 'text', text: 'x', keyboard: [] },
    { kind: 'text', text: 'x', keyboard: [[]] },
    { kind: 'text', text: 'x', keyboard: Array(101).fill([{ text: 'b', data: 'd' }]) },
    { kind: 'text', text: 'x', keyboard: [[{ text: 'b', data: 'й'.repeat(33) }]] },
    { kind: 'text', text: 'x', keyboard: [[{ text: 'b', webApp: 'http://example.org' }]] },
    { kind: 'photo' },
    { kind: 'photo', fileId: 'a', bytes: 'AAAA' },
    { kind: 'photo', bytes: 'not base64!' },
    { kind: 'photo', fileId: 'a', caption: 'x'.repeat(1025) },
    { kind: 'document', filename: 'a\r\nb.txt', bytes: 'AAAA' },
    { kind: 'document', filename: '../a.txt', bytes: 'AAAA' },
    { kind: 'invoice', title: 't', description: 'd', payload: 'p', currency: 'XTR', amount: 1.5, label: 'l' },
  ])('%j', (message) => {
    expect(outgoingMessageSchema.safeParse(message).success).toBe(false)
  })
})
