import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readRoute } from './route.ts'
import { bodySubject, querySubject, subjectOf } from './subject.ts'
import { openToy, type Toy } from './toy.testing.ts'

const UUID = '01920000-0000-7000-8000-000000000001'
const answers = { 200: z.unknown() }

let toy: Toy
let runs = 0

beforeAll(async () => {
  const echo = async ({ body, query }: { body: unknown; query: unknown }) => {
    runs += 1
    return { status: 200, body: { body, query } }
  }
  toy = await openToy({
    routes: [
      readRoute({
        method: 'POST',
        path: '/',
        summary: '',
        answers,
        body: z.strictObject({ ...bodySubject, text: z.string().optional(), any: z.unknown().optional() }),
        run: async (context) => {
          subjectOf(context.body)
          return echo(context)
        },
      }),
      readRoute({
        method: 'GET',
        path: '/query',
        summary: '',
        answers,
        query: z.strictObject({ ...querySubject, q: z.string().optional() }),
        run: async ({ query }) => echo({ body: subjectOf(query), query }),
      }),
      readRoute({ method: 'GET', path: '/no-query', summary: '', answers, run: echo }),
      readRoute({
        method: 'POST',
        path: '/upload',
        summary: '',
        answers,
        body: z.strictObject({ file: z.string() }),
        rawBody: { mediaTypes: /^image\//, parse: (bytes) => ({ file: `${bytes.length} bytes` }) },
        run: echo,
      }),
    ],
  })
})
afterAll(() => toy.close())

const PERSON = { telegramId: 42 }
const post = (raw: Buffer | string, type = 'application/json', headers: Record<string, string> = {}) =>
  toy.call('POST', '/', { raw, type, headers })

describe('a JSON body', () => {
  test.each([
    ['application/json'],
    ['application/json; charset=utf-8'],
    ['Application/JSON;charset="UTF-8"'],
  ])('is taken as %s', async (type) => {
    expect((await post(JSON.stringify({ ...PERSON, text: 'ёж 🦔' }), type)).body.body.text).toBe('ёж 🦔')
  })

  test.each([
    ['no content type', ''],
    ['a form', 'application/x-www-form-urlencoded'],
    ['text', 'text/plain'],
    ['JSON of another kind', 'application/problem+json'],
    ['another charset', 'application/json; charset=windows-1251'],
    ['UTF-16', 'application/json; charset=utf-16'],
  ])('with %s: 415', async (_what, type) => {
    expect(await post(JSON.stringify(PERSON), type)).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media' },
    })
  })

  test('that is compressed: 415, and it is never unpacked', async () => {
    const bytes = gzipSync(JSON.stringify(PERSON))
    for (const encoding of ['gzip', 'GZIP', 'br', 'deflate, gzip']) {
      expect((await post(bytes, 'application/json', { 'content-encoding': encoding })).status).toBe(415)
    }
    expect(
      (await post(JSON.stringify(PERSON), 'application/json', { 'content-encoding': 'identity' })).status,
    ).toBe(200)
  })

  test.each([
    ['nothing', ''],
    ['half a document', '{"telegramId":42'],
    ['two documents', '{"telegramId":42}{}'],
    ['a number', '42'],
    ['null', 'null'],
    ['a list', '[]'],
    ['NaN', '{"telegramId":NaN}'],
    [
      'invalid UTF-8',
      Buffer.concat([Buffer.from('{"telegramId":42,"text":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
    ],
    [
      'a cut character',
      Buffer.concat([Buffer.from('{"telegramId":42,"text":"'), Buffer.from([0xd0]), Buffer.from('"}')]),
    ],
    [
      'an encoded surrogate',
      Buffer.concat([
        Buffer.from('{"telegramId":42,"text":"'),
        Buffer.from([0xed, 0xa0, 0x80]),
        Buffer.from('"}'),
      ]),
    ],
    ['NUL', String.raw`{"telegramId":42,"text":"a\u0000b"}`],
    ['a lone high surrogate', String.raw`{"telegramId":42,"text":"a\ud800b"}`],
    ['a lone low surrogate', String.raw`{"telegramId":42,"text":"\udc00"}`],
    ['NUL deep inside', String.raw`{"telegramId":42,"any":[{"x":["\u0000"]}]}`],
    ['NUL in a key', String.raw`{"telegramId":42,"any":{"a\u0000":1}}`],
    ['a lone surrogate in a key', String.raw`{"telegramId":42,"any":{"\ud800":1}}`],
    ['10,000 levels of lists', `{"telegramId":42,"any":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['10,000 levels of objects', `{"telegramId":42,"any":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`],
    ['levels without end', '['.repeat(300_000)],
    ['an unknown field', '{"telegramId":42,"admin":true}'],
    ['__proto__', '{"telegramId":42,"__proto__":{"admin":true}}'],
    ['constructor', '{"telegramId":42,"constructor":{}}'],
    ['both ids', `{"telegramId":42,"userId":"${UUID}"}`],
    ['neither id', '{}'],
    ['an id that is no uuid', '{"userId":"42"}'],
    ['a Telegram id as text', '{"telegramId":"42"}'],
    ['a Telegram id with a fraction', '{"telegramId":42.5}'],
    ['a negative Telegram id', '{"telegramId":-42}'],
    ['a Telegram id of more than 52 bits', '{"telegramId":4503599627370497}'],
    ['1e400', '{"telegramId":1e400}'],
  ])('of %s: 400 that names no internals', async (_what, raw) => {
    const before = runs
    const reply = await post(raw)
    expect(reply.status).toBe(400)
    expect(reply.body).toMatchObject({ code: 'invalid_input', status: 400 })
    expect(reply.text).not.toMatch(/zod|\.ts|at JSON/i)
    expect(runs).toBe(before)
  })

  test('errors name the field', async () => {
    const reply = await post(String.raw`{"telegramId":42,"any":[{"x":["\u0000"]}]}`)
    expect(reply.body.errors).toEqual([{ path: 'any.0.x.0', message: expect.any(String) }])
    expect(
      (await post('{"telegramId":-1,"text":5}')).body.errors.map(({ path }: { path: string }) => path),
    ).toEqual(['telegramId', 'text'])
  })

  test('the largest Telegram id, a uuid, 30 levels and a pair of surrogates are fine', async () => {
    expect((await post('{"telegramId":4503599627370496}')).status).toBe(200)
    expect((await post(`{"userId":"${UUID}"}`)).status).toBe(200)
    expect((await post(`{"telegramId":1,"any":${'['.repeat(30)}${']'.repeat(30)}}`)).status).toBe(200)
    expect((await post(String.raw`{"telegramId":1,"text":"\ud83e\udd94"}`)).body.body.text).toBe('🦔')
  })
})

describe('the query', () => {
  test('names the person in either way', async () => {
    expect((await toy.call('GET', '/query?telegramId=42')).body.body).toEqual({ telegramId: 42 })
    expect((await toy.call('GET', `/query?userId=${UUID}&q=%D1%91%D0%B6+x`)).body).toEqual({
      body: { userId: UUID },
      query: { userId: UUID, q: 'ёж x' },
    })
  })

  test.each([
    ['/query?telegramId=42&telegramId=42'],
    ['/query?telegramId=42&q=a&q=b'],
    ['/query?telegramId=42&page=2'],
    ['/query?telegramId=42&__proto__=1'],
    ['/query?telegramId=042'],
    ['/query?telegramId=4e1'],
    ['/query?telegramId=%2042'],
    ['/query?telegramId=0'],
    ['/query?telegramId=9999999999999999'],
    ['/query?telegramId='],
    ['/query?userId=42'],
    [`/query?telegramId=42&userId=${UUID}`],
    ['/query'],
    ['/query?telegramId=42&q=%00'],
    ['/no-query?x=1'],
    ['/no-query?x'],
  ])('%s: 400', async (target) => {
    expect(await toy.call('GET', target)).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  })
})

describe('an upload', () => {
  test('comes as bytes where its type fits, else as JSON', async () => {
    expect(
      (await toy.call('POST', '/upload', { raw: Buffer.from([0xff, 0, 1]), type: 'image/png' })).body.body,
    ).toEqual({
      file: '3 bytes',
    })
    expect((await toy.call('POST', '/upload', { json: { file: 'id' } })).body.body).toEqual({ file: 'id' })
  })

  test('of another type, or compressed: 415', async () => {
    expect((await toy.call('POST', '/upload', { raw: 'x', type: 'application/pdf' })).status).toBe(415)
    const gzipped = { raw: 'x', type: 'image/png', headers: { 'content-encoding': 'gzip' } }
    expect((await toy.call('POST', '/upload', gzipped)).status).toBe(415)
  })
})
