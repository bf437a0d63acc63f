import { setupServer } from 'msw/node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { botApiHandlers } from './handlers.ts'
import { createTestBot } from './test-bot.ts'
import { newChat, post, request, startTestServer, TOKEN } from './test-server.ts'

const startChat = async () => {
  const simulator = await startTestServer()
  const chat = await newChat(simulator)
  const { body } = await post(`${chat}/messages`, { text: '/start' })
  const chat_id: number = body.message.chat.id
  const api = `${simulator.apiRoot}/bot${TOKEN}`
  const send = (text = 'hi') => post(`${api}/sendMessage`, { chat_id, text })
  const shown = async (): Promise<string[]> =>
    (await request(`${chat}/messages`)).body.messages
      .filter(({ from }: { from: { is_bot: boolean } }) => from.is_bot)
      .map(({ text }: { text: string }) => text)
  return { simulator, api, send, shown, chat, chat_id, updateId: Number(body.updateId) }
}

describe('a method', () => {
  test.each([
    ['429', 429, { retry_after: 30 }, 'Too Many Requests: retry after 30'],
    ['403', 403, undefined, 'Forbidden: bot was blocked by the user'],
    ['400', 400, undefined, 'Bad Request: chat not found'],
    ['401', 401, undefined, 'Unauthorized'],
    ['500', 500, undefined, 'Internal Server Error'],
  ] as const)('is refused with %s and does nothing', async (action, status, parameters, description) => {
    const { simulator, send, shown } = await startChat()
    simulator.faults.add({ target: 'method', method: 'sendmessage', do: action, retryAfter: 30, times: 1 })
    const reply = await send()
    expect(reply).toMatchObject({ status, body: { ok: false, error_code: status, description } })
    expect(reply.body.parameters).toEqual(parameters)
    expect(await shown()).toEqual([])
    expect((await send()).status).toBe(200)
  })

  test('refuses in the words of the rule', async () => {
    const { simulator, send } = await startChat()
    simulator.faults.add({ target: 'method', do: '403', description: 'user is deactivated' })
    expect((await send()).body.description).toBe('Forbidden: user is deactivated')
  })

  test('loses the connection before it does anything', async () => {
    const { simulator, send, shown } = await startChat()
    simulator.faults.add({ target: 'method', method: 'sendMessage', do: 'reset', times: 1 })
    await expect(send()).rejects.toThrow(/fetch failed/)
    expect(await shown()).toEqual([])
  })

  test.each(['accept-then-500', 'accept-then-reset'] as const)(
    '%s: it is done all the same',
    async (action) => {
      const { simulator, send, shown } = await startChat()
      simulator.faults.add({ target: 'method', method: 'sendMessage', do: action, times: 1 })
      if (action === 'accept-then-500') expect((await send()).status).toBe(500)
      else await expect(send()).rejects.toThrow(/fetch failed/)
      expect(await shown()).toEqual(['hi'])
    },
  )

  test.each([
    ['timeout', []],
    ['accept-then-timeout', ['hi']],
  ] as const)('%s: it never answers', async (action, messages) => {
    const { simulator, api, chat_id, shown } = await startChat()
    simulator.faults.add({ target: 'method', method: 'sendMessage', do: action, times: 1 })
    const body = JSON.stringify({ chat_id, text: 'hi' })
    const headers = { 'content-type': 'application/json' }
    const signal = AbortSignal.timeout(150)
    await expect(fetch(`${api}/sendMessage`, { method: 'POST', body, headers, signal })).rejects.toThrow(
      /timeout/,
    )
    expect(await shown()).toEqual(messages)
  })

  test('answers late', async () => {
    const { simulator, send, chat } = await startChat()
    simulator.faults.add({
      target: 'method',
      method: 'sendMessage',
      do: 'accept-then-delay',
      delayMs: 3_600_000,
    })
    let isAnswered = false
    const sending = send('late').finally(() => {
      isAnswered = true
    })
    expect((await request(`${chat}/wait?afterId=1&timeoutMs=5000`)).body.messages).toMatchObject([
      { text: 'late' },
    ])
    expect(isAnswered).toBe(false)
    await post(`${simulator.apiRoot}/sim/clock`, { advanceSeconds: 3600 })
    expect((await sending).status).toBe(200)
  })

  test('says something else than what is true', async () => {
    const { simulator, api } = await startChat()
    simulator.faults.add({ target: 'method', do: 'alter', fields: { result: { username: 'other_bot' } } })
    expect((await request(`${api}/getMe`)).body).toMatchObject({
      ok: true,
      result: { is_bot: true, username: 'other_bot' },
    })
  })

  test('misbehaves for a client in this process too', async () => {
    const bot = createTestBot({ token: TOKEN })
    const server = setupServer(...botApiHandlers(bot.state, 'https://api.telegram.org'))
    server.listen({ onUnhandledFrame: 'error' })
    onTestFinished(() => server.close())
    bot.state.rules.add({ target: 'method', do: 'reset', times: 1 })
    await expect(fetch(`https://api.telegram.org/bot${TOKEN}/getMe`)).rejects.toThrow(/fetch/)
    expect((await request(`https://api.telegram.org/bot${TOKEN}/getMe`)).status).toBe(200)
  })
})

describe('the control API', () => {
  test('takes rules, lists them and takes them back', async () => {
    const { simulator, send } = await startChat()
    const faults = `${simulator.apiRoot}/sim/faults`
    const { body } = await post(faults, { target: 'method', do: '500' })
    expect(body.rule).toMatchObject({ id: 1, do: '500', share: 1, struck: 0, seed: expect.any(Number) })
    expect((await send()).status).toBe(500)
    expect((await request(faults)).body.rules).toMatchObject([{ id: 1, struck: 1 }])
    await post(faults, { target: 'webhook', do: 'lose', share: 0.1 })
    expect((await request(`${faults}/1`, { method: 'DELETE' })).body.rules).toMatchObject([{ id: 2 }])
    expect((await request(`${faults}/1`, { method: 'DELETE' })).status).toBe(404)
    expect((await request(faults, { method: 'DELETE' })).body).toEqual({ rules: [] })
    expect((await send()).status).toBe(200)
    expect(await post(faults, { target: 'webhook', do: 'melt' })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('do') },
    })
  })

  test('puts the clock forward: what waits too long is gone', async () => {
    const { simulator, api } = await startChat()
    const clock = `${simulator.apiRoot}/sim/clock`
    expect((await post(clock, { advanceSeconds: 3600 })).body).toMatchObject({ waitingUpdates: 1 })
    expect((await post(clock, { advanceSeconds: 24 * 3600 })).body).toMatchObject({ waitingUpdates: 0 })
    expect((await request(`${api}/getUpdates`)).body.result).toEqual([])
    expect((await post(clock, { advanceSeconds: -30 * 86_400 })).status).toBe(400)
  })

  test.each([
    ['XTR', ''],
    ['RUB', '1:TEST:2'],
  ])(
    'a payment in %s is listed, refunded outside once, and told where Telegram tells it',
    async (currency, token) => {
      const { simulator, api, chat, chat_id, updateId } = await startChat()
      const { body: sent } = await post(`${api}/sendInvoice`, {
        chat_id,
        title: 'T',
        description: 'D',
        payload: 'p',
        provider_token: token,
        currency,
        prices: [{ label: 'x', amount: 9900 }],
      })
      const paying = post(`${chat}/payments`, { messageId: sent.result.message_id })
      const { body: asked } = await request(`${api}/getUpdates?timeout=5&offset=${updateId + 1}`)
      const pre_checkout_query_id = asked.result[0].pre_checkout_query.id
      await post(`${api}/answerPreCheckoutQuery`, { pre_checkout_query_id, ok: true })
      const { chargeId } = (await paying).body
      expect((await request(`${simulator.apiRoot}/sim/payments`)).body.payments).toMatchObject([
        { chargeId, personId: chat_id, amount: 9900, currency, refunded: false, paidAt: expect.any(Number) },
      ])
      const refund = `${simulator.apiRoot}/sim/payments/${chargeId}/refund`
      expect((await post(refund, {})).body.payment).toMatchObject({ refunded: true })
      expect((await post(refund, {})).status).toBe(400)
      const { body: updates } = await request(`${api}/getUpdates?offset=${asked.result[0].update_id + 1}`)
      const told = updates.result.filter(
        ({ message }: { message: { refunded_payment?: unknown } }) => message.refunded_payment !== undefined,
      )
      expect(told).toHaveLength(currency === 'XTR' ? 1 : 0)
      const chargeback = `${simulator.apiRoot}/sim/payments/${chargeId}/chargeback`
      expect((await post(chargeback, {})).status).toBe(400)
      expect((await post(`${simulator.apiRoot}/sim/payments/none/refund`, {})).status).toBe(404)
    },
  )
})
