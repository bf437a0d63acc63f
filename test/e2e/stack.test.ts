import { randomInt, randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Client } from 'minio'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readStackYml } from '../../local/stack-yml.ts'
import { serveForTest } from '../../local/testing/http.ts'
import { messageFrom } from '../support/chat.ts'
import { type CallOptions, call, expectProblem, register, request, signToken } from './support/caller.ts'
import { postUpdate } from './support/chat.ts'
import { cleanUp, launch, makeHome, REPOSITORY, type RunningStack, startStack } from './support/starter.ts'

const FUNCTIONS = readStackYml(join(REPOSITORY, 'stack.yml')).map(({ name }) => name)

let running: RunningStack
const stack = (): RunningStack['stack'] => running.stack

beforeAll(async () => {
  running = await startStack(makeHome())
}, 60_000)
afterAll(cleanUp, 60_000)

const Text = z.string().min(1)
const Url = z.url()

/** Every key of stack.json, and no other. */
const StackJson = z.strictObject({
  gateway: Url,
  webhook: z.strictObject({ url: Url, secret: z.string().regex(/^[\w-]{32,256}$/) }),
  telegram: z.strictObject({ apiRoot: Url, token: z.string().regex(/^\d+:[\w-]{35}$/), page: Url }),
  yookassa: z.strictObject({
    apiRoot: Url,
    shopId: z.string().regex(/^\d{3,}$/),
    secretKey: Text,
    webhook: z.string().regex(/\/function\/payment-webhook\/yookassa$/),
    control: Url,
  }),
  speech: z.strictObject({ url: Url, control: Url }),
  databaseUrl: Url,
  appDatabaseUrl: Url,
  redisUrl: Url,
  s3: z.strictObject({
    endpoint: Url,
    accessKey: Text,
    secretKey: Text,
    buckets: z.strictObject({ avatars: Text, transcripts: Text, backups: Text }),
  }),
  client: z.strictObject({ id: Text, secret: z.string().min(32) }),
  limitedClient: z.strictObject({ id: Text, secret: z.string().min(32) }),
  metricsToken: z.string().min(32),
  pid: z.int(),
})

describe('the start', () => {
  it('names each part in a line and is ready within 30 s', () => {
    expect(running.readyAfterMs).toBeLessThan(30_000)
    for (const part of [
      'gateway',
      'postgres',
      'redis',
      's3',
      'telegram',
      'yookassa',
      'speech',
      'migrations',
      ...FUNCTIONS,
    ]) {
      expect(running.said).toContainEqual(expect.stringMatching(new RegExp(`^${part} .* \\d+\\.\\d+ s$`)))
    }
    expect(running.said.at(-1)).toBe(`ready ${stack().gateway}`)
    expect(running.complained).toEqual([])
  })

  it('writes stack.json for its owner alone, with addresses that work', async () => {
    expect(StackJson.parse(stack())).toEqual(stack())
    expect(statSync(join(running.home, 'stack.json')).mode & 0o777).toBe(0o600)
    const { gateway, webhook, telegram, s3, pid } = stack()
    expect(pid).toBe(running.child.pid)
    expect(webhook.url).toBe(`${gateway}/function/dispatcher`)

    const whoAt = async (url: string): Promise<unknown> => {
      const sql = postgres(url, { max: 1 })
      const [row] =
        await sql`select current_user as role, has_table_privilege('transactions', 'delete') as deletes`
      await sql.end()
      return row
    }
    expect(await whoAt(stack().databaseUrl)).toEqual({ role: 'kopeika', deletes: true })
    expect(await whoAt(stack().appDatabaseUrl)).toEqual({ role: 'kopeika_functions', deletes: false })
    const redis = new Redis(stack().redisUrl)
    expect(await redis.ping()).toBe('PONG')
    redis.disconnect()
    const { hostname, port } = new URL(s3.endpoint)
    const keys = { accessKey: s3.accessKey, secretKey: s3.secretKey }
    const store = new Client({ endPoint: hostname, port: Number(port), useSSL: false, ...keys })
    for (const bucket of Object.values(s3.buckets)) expect(await store.bucketExists(bucket)).toBe(true)
    expect((await request(`${telegram.apiRoot}/bot${telegram.token}/getMe`)).json).toMatchObject({ ok: true })
    expect((await request(telegram.page ?? '')).text).toMatch(/^<!doctype html>/i)
  })

  it('answers /healthz, and each function /ready; /metrics only with its token', async () => {
    expect((await request(`${stack().gateway}/healthz`)).json).toEqual({ status: 'ok' })
    for (const name of FUNCTIONS) {
      const at = `${stack().gateway}/function/${name}`
      expect([name, (await request(`${at}/ready`)).status]).toEqual([name, 200])
      expectProblem(await request(`${at}/metrics`), 401, 'unauthenticated')
      const withToken = (token: string) =>
        request(`${at}/metrics`, { headers: { authorization: `Bearer ${token}` } })
      expectProblem(await withToken(`${stack().metricsToken}x`), 401, 'unauthenticated')
      const metrics = await withToken(stack().metricsToken)
      expect([name, metrics.status, metrics.text]).toEqual([name, 200, expect.stringContaining('# TYPE ')])
    }
  })
})

describe('the demo', () => {
  const play = (home: string, language: string) =>
    launch(home, [process.execPath, 'local/demo.ts', '--language', language])

  it.each(['ru', 'en'])('passes in %s', { timeout: 60_000 }, async (language) => {
    const demo = play(running.home, language)
    expect({ code: await demo.ended, complained: demo.complained }).toEqual({ code: 0, complained: [] })
    expect(demo.said.at(-1)).toBe('The demo passed.')
    expect(demo.said.some((line) => /[а-я]/i.test(line))).toBe(language === 'ru')
  })

  it('says in one line what to do where no stack runs', async () => {
    const demo = play(makeHome(), 'en')
    expect(await demo.ended).toBe(1)
    expect(demo.complained.filter((line) => line !== '')).toEqual([
      expect.stringMatching(/^The demo failed: No running stack in .*npm start/),
    ])
    expect(demo.said).toEqual([])
  })
})

describe('a call through the gateway', () => {
  const telegramId = randomInt(2 ** 40)
  let userId = ''
  beforeAll(async () => {
    userId = await register(stack(), telegramId)
  })

  type Case = [status: number, code: string, name: string, method: string, path: string, options: CallOptions]
  it.each<Case>([
    [400, 'invalid_input', 'charge', 'POST', '', { body: { coins: 1, description: 'no person' } }],
    [400, 'invalid_input', 'charge', 'POST', '', { body: '{"coins":' }],
    [400, 'invalid_input', 'register', 'POST', '', { body: { telegramId: 1 }, key: null }],
    [400, 'invalid_input', 'profile', 'GET', '?telegramId=1&userId=2', {}],
    [401, 'unauthenticated', 'profile', 'GET', '?telegramId=1', { as: null }],
    [403, 'forbidden', 'profile', 'PATCH', '?telegramId=1', { as: 'limitedClient', body: { settings: {} } }],
    [403, 'forbidden', 'charge', 'POST', '', { as: 'limitedClient', body: {} }],
    [403, 'forbidden', 'top-up', 'GET', '/packs', { as: 'limitedClient' }],
    [404, 'user_not_found', 'profile', 'GET', '?telegramId=1', {}],
    [404, 'user_not_found', 'profile', 'GET', '?telegramId=1', { as: 'limitedClient' }],
    [404, 'not_found', 'profile', 'GET', '/nowhere', {}],
    [404, 'not_found', 'nobody', 'GET', '', {}],
    [405, 'method_not_allowed', 'charge', 'PUT', '', { body: {} }],
    [413, 'too_large', 'charge', 'POST', '', { body: ' '.repeat(1_048_577) }],
  ])('answers %i %s: %s %s %s', async (status, code, name, method, path, options) => {
    expectProblem(await call(stack(), name, method, path, options), status, code)
  })

  it('refuses every token but one of a known client, for this function, of now', async () => {
    const read = async (token: string) =>
      request(`${stack().gateway}/function/profile?userId=${userId}`, {
        headers: { authorization: `Bearer ${token}` },
      })
    const { client, limitedClient } = stack()
    const now = Math.floor(Date.now() / 1000)
    expect((await read(await signToken(client, 'profile'))).status).toBe(200)
    const unsigned = [{ alg: 'none' }, { iss: client.id, aud: 'profile', iat: now, exp: now + 60 }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const refused = {
      'for another function': await signToken(client, 'charge'),
      "with another client's secret": await signToken({ ...limitedClient, id: client.id }, 'profile'),
      'of nobody': await signToken({ ...client, id: 'nobody' }, 'profile'),
      expired: await signToken(client, 'profile', { iat: now - 200, exp: now - 100 }),
      'for more than 300 s': await signToken(client, 'profile', { iat: now, exp: now + 301 }),
      unsigned: `${unsigned}.`,
    }
    for (const [which, token] of Object.entries(refused)) {
      const answer = await read(token)
      expect([which, answer.status]).toEqual([which, 401])
      expectProblem(answer, 401, 'unauthenticated')
    }
  })

  it('carries the id that it came with, into a failure too', async () => {
    const headers = { 'x-call-id': 'mine-1' }
    const answer = await call(stack(), 'profile', 'GET', `?userId=${userId}`, { headers })
    expect([answer.status, answer.headers.get('x-call-id')]).toEqual([200, 'mine-1'])
    const refused = await call(stack(), 'profile', 'GET', '?userId=1', { headers })
    expect(refused.json).toMatchObject({ status: 400, requestId: 'mine-1' })
  })

  it('is done later behind /async-function', async () => {
    const heard = Promise.withResolvers<{ status: string | undefined; body: string }>()
    const listener = await serveForTest(async (incoming, response) => {
      const body = Buffer.concat(await incoming.toArray()).toString()
      response.end()
      heard.resolve({ status: String(incoming.headers['x-function-status']), body })
    })
    const accepted = await request(`${stack().gateway}/async-function/notify`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await signToken(stack().client, 'notify')}`,
        'x-callback-url': listener.url,
      },
    })
    expect([accepted.status, accepted.text]).toEqual([202, ''])
    const { status, body } = await heard.promise
    await listener.close()
    expect([status, Object.keys(JSON.parse(body)).sort()]).toEqual(['200', ['failed', 'left', 'sent']])
    expectProblem(
      await request(`${stack().gateway}/async-function/nobody`, { method: 'POST' }),
      404,
      'not_found',
    )
  })
})

describe('the webhook', () => {
  it('lets in only posts with its secret', async () => {
    const update = messageFrom(randomInt(2 ** 40), { text: '/start' })
    const wrong = stack().webhook.secret.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    for (const secret of ['', wrong, `${stack().webhook.secret}A`]) {
      const answer = await postUpdate(stack(), update, { 'x-telegram-bot-api-secret-token': secret })
      expectProblem(answer, 401, 'unauthenticated')
    }
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expectProblem(await request(stack().webhook.url, { method }), 405, 'method_not_allowed')
    }
  })

  it.each([
    '',
    'nonsense',
    'null',
    '[]',
    '7',
    '{}',
    '{"update_id":-1}',
    `{"update_id":1,"${randomUUID()}":{}}`,
  ])('answers 200 with an empty body to %j, which Telegram would repeat for a day', async (body) => {
    const answer = await postUpdate(stack(), body)
    expect([answer.status, answer.text]).toEqual([200, ''])
  })
})
