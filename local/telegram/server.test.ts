import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setupServer } from 'msw/node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { botApiHandlers } from './handlers.ts'
import { startTelegramSimulator } from './server.ts'
import { createTestBot } from './test-bot.ts'
import { newChat, post, request, sendForm, startTestServer, TOKEN, temporaryFolder } from './test-server.ts'

describe('the Bot API over HTTP', () => {
  test('401 for a wrong token, 404 for an unknown method, GET with a query works', async () => {
    const { apiRoot } = await startTestServer()
    expect(await request(`${apiRoot}/bot1:no/getMe`)).toEqual({
      status: 401,
      body: { ok: false, error_code: 401, description: 'Unauthorized' },
    })
    expect(await request(`${apiRoot}/bot${TOKEN}/fly`)).toEqual({
      status: 404,
      body: { ok: false, error_code: 404, description: 'Not Found' },
    })
    expect((await request(`${apiRoot}/bot${TOKEN}/getUpdates?limit=5`)).body).toEqual({
      ok: true,
      result: [],
    })
    const broken = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }
    expect((await request(`${apiRoot}/bot${TOKEN}/getMe`, broken)).status).toBe(400)
  })

  test('the same handlers serve a client in this process', async () => {
    const bot = createTestBot({ token: TOKEN })
    const server = setupServer(...botApiHandlers(bot.state, 'https://api.telegram.org'))
    server.listen({ onUnhandledFrame: 'error' })
    onTestFinished(() => server.close())
    const { body } = await post(`https://api.telegram.org/bot${TOKEN}/sendMessage`, {
      chat_id: bot.person().id,
      text: 'hi',
    })
    expect(body).toMatchObject({ ok: true, result: { text: 'hi' } })
  })

  test('a webhook gets updates with the secret over a real connection', async () => {
    const simulator = await startTestServer()
    const received = Promise.withResolvers<{ secret: unknown; body: string }>()
    const webhook = createServer(async (incoming, response) => {
      const chunks = []
      for await (const chunk of incoming) chunks.push(chunk)
      response.end()
      const secret = incoming.headers['x-telegram-bot-api-secret-token']
      received.resolve({ secret, body: Buffer.concat(chunks).toString() })
    })
    onTestFinished(() => void webhook.close())
    await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve))
    const address = webhook.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook`
    await post(`${simulator.apiRoot}/bot${TOKEN}/setWebhook`, { url, secret_token: 'abc' })
    await post(`${await newChat(simulator)}/messages`, { text: 'Привет' })
    const { secret, body } = await received.promise
    expect(secret).toBe('abc')
    expect(JSON.parse(body)).toMatchObject({ update_id: expect.any(Number), message: { text: 'Привет' } })
  })
})

describe('a restart', () => {
  test('keeps people, messages, files and waiting updates; update ids go on', async () => {
    const stateFile = join(temporaryFolder(), 'state.jsonl')
    const first = await startTelegramSimulator({ token: TOKEN, stateFile })
    const chat = await newChat(first)
    const document = new File(['kept'], 'kept.txt')
    const { body } = await sendForm(`${chat}/messages`, { document })
    await first.close()

    const second = await startTestServer({ stateFile })
    const path = new URL(chat).pathname
    const { body: kept } = await request(`${second.apiRoot}${path}/messages`)
    expect(kept.messages).toMatchObject([{ message_id: 1, document: { file_name: 'kept.txt' } }])
    const file = await fetch(`${second.apiRoot}/sim/files/${body.message.document.file_id}`)
    expect(await file.text()).toBe('kept')
    const { body: next } = await post(`${second.apiRoot}${path}/messages`, { text: 'again' })
    expect(next).toMatchObject({ updateId: body.updateId + 1, message: { message_id: 2 } })
    const { body: updates } = await request(`${second.apiRoot}/bot${TOKEN}/getUpdates`)
    expect(updates.result).toHaveLength(2)
  })

  test('without a state file begins anew, at another update id', async () => {
    const ids = new Set<number>()
    for (let count = 0; count < 3; count += 1) {
      const { body } = await post(`${await newChat(await startTestServer())}/messages`, { text: 'x' })
      ids.add(body.updateId)
    }
    expect(ids.size).toBe(3)
  })

  test('fails in one sentence where the state is damaged or the port taken', async () => {
    const stateFile = join(temporaryFolder(), 'state.jsonl')
    writeFileSync(stateFile, 'nonsense')
    await expect(startTelegramSimulator({ token: TOKEN, stateFile })).rejects.toThrow('is damaged')
    const { apiRoot } = await startTestServer()
    const port = Number(new URL(apiRoot).port)
    await expect(startTelegramSimulator({ token: TOKEN, port })).rejects.toThrow(`port ${port} is taken`)
  })
})

describe('the chat page', () => {
  test('is served with a policy that allows nothing from elsewhere', async () => {
    const { pageUrl } = await startTestServer()
    const page = await fetch(pageUrl)
    const html = await page.text()
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self'/)
    const paths = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThan(5)
    for (const path of paths) expect((await fetch(new URL(path, pageUrl))).status).toBe(200)
    expect(html).not.toMatch(/https?:\/\/|<script>|style="|onclick/)
    expect((await fetch(`${pageUrl}..%2fserver.ts`)).status).toBe(404)
  })

  test('has every text in both languages', async () => {
    const url = new URL('./page/texts.js', import.meta.url).href
    const { TEXTS }: { TEXTS: Record<'ru' | 'en', Record<string, unknown>> } = await import(url)
    expect(Object.keys(TEXTS.ru)).toEqual(Object.keys(TEXTS.en))
    expect(Object.keys(Object(TEXTS.ru.errors))).toEqual(Object.keys(Object(TEXTS.en.errors)))
  })
})
