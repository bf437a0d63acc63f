import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { bodyLimitOf } from './match.ts'
import { openRoute, personRoute, readRoute } from './route.ts'
import { openToy, type Toy } from './toy.testing.ts'

let toy: Toy | undefined
afterEach(async () => {
  await toy?.close()
  toy = undefined
})

const who = personRoute({
  method: 'GET',
  path: '/who',
  summary: 'Says who looks',
  query: z.strictObject({ n: z.coerce.number().default(1) }),
  answers: { 200: z.object({ userId: z.string(), n: z.number() }) },
  run: async ({ visitor, query }) => ({ status: 200, body: { userId: visitor.userId, n: query.n } }),
})
const change = personRoute({
  method: 'POST',
  path: '/things/:id',
  summary: 'Changes a thing',
  params: z.strictObject({ id: z.string().max(3) }),
  body: z.strictObject({ name: z.string() }),
  bodyLimitBytes: 100,
  answers: { 200: z.object({}) },
  run: async ({ params, body, request }) => ({
    status: 200,
    headers: { 'x-toy': `${params.id} ${body.name} ${request.method}` },
    body: 'raw',
  }),
})
const page = openRoute<undefined, { name: string }>({
  method: 'GET',
  path: '/files/:name',
  summary: 'A file',
  answers: {},
  run: async ({ params }) => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: params.name }),
})
const greet = openRoute({
  method: 'POST',
  path: '/greet',
  summary: 'Greets',
  body: z.strictObject({ name: z.string() }),
  answers: { 200: z.string() },
  run: async ({ body }) => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: body.name }),
})
const read = readRoute({
  method: 'GET',
  path: '/read',
  summary: 'Reads',
  answers: { 200: z.object({}) },
  run: async () => ({ status: 200, body: {} }),
})

const open = async (enter?: Parameters<typeof openToy>[0]['enter']): Promise<Toy> => {
  toy = await openToy({
    routes: [who, change, page, greet, read],
    ...(enter === undefined ? {} : { enter }),
  })
  return toy
}
const anna = async () => ({
  visitor: { userId: 'anna', sessionId: 's', language: 'ru' as const },
  headers: { 'set-cookie': 'a=b' },
})

describe('a route for a person', () => {
  test('runs for whom enter names, whatever token or id comes along, and answers with what it gives', async () => {
    const { call } = await open(anna)
    const reply = await call('GET', '/who?n=2', { as: null })
    expect([reply.status, reply.body, reply.headers['set-cookie']]).toEqual([
      200,
      { userId: 'anna', n: 2 },
      'a=b',
    ])
    expect((await call('GET', '/who', { as: 'boss' })).body.userId).toBe('anna')
    expect((await call('GET', '/who?userId=boris', { as: null })).status).toBe(400)
  })

  test('reads path and body, and may answer with a document', async () => {
    const { call } = await open(anna)
    const reply = await call('POST', '/things/abc', { as: null, json: { name: 'n' } })
    expect([reply.status, reply.text, reply.headers['x-toy']]).toEqual([200, 'raw', 'abc n POST'])
    expect(reply.headers['cache-control']).toBe('no-store')
    for (const [path, json] of [
      ['/things/abcd', { name: 'n' }],
      ['/things/abc', { name: 1 }],
      ['/things/abc', { name: 'n', more: 1 }],
    ] as const) {
      expect((await call('POST', path, { as: null, json })).status).toBe(400)
    }
  })

  test('is refused as enter refuses, before anything of the request is looked at', async () => {
    const { call } = await open(async () => {
      throw new AppError('unauthenticated')
    })
    const reply = await call('POST', '/things/abc', { as: 'boss', raw: '{', type: 'application/json' })
    expect([reply.status, reply.body.code]).toEqual([401, 'unauthenticated'])
  })

  test('without an enter it is nobody’s', async () => {
    const { call } = await open()
    expect((await call('GET', '/who', { as: 'boss' })).status).toBe(500)
  })
})

describe('an open route', () => {
  test('reads its path, and its body where it has one', async () => {
    const { call } = await open(anna)
    expect((await call('GET', '/files/a%20b.js', { as: null })).text).toBe('a b.js')
    expect((await call('POST', '/greet', { as: null, json: { name: 'ёж' } })).text).toBe('ёж')
    expect((await call('POST', '/greet', { as: null, json: { name: 1 } })).status).toBe(400)
    expect((await call('POST', '/greet', { as: null, raw: '{}', type: 'text/plain' })).status).toBe(415)
  })

  test('that gives something answers HEAD too; the others do not', async () => {
    const { call } = await open(anna)
    expect((await call('HEAD', '/files/a.js', { as: null })).status).toBe(200)
    expect((await call('HEAD', '/greet', { as: null })).status).toBe(405)
    expect((await call('HEAD', '/read')).status).toBe(405)
    expect((await call('HEAD', '/who', { as: null })).status).toBe(405)
  })
})

test.each<[string, string, number | undefined]>([
  ['POST', '/things/abc', 100],
  ['POST', '/things/abc/', 100],
  ['GET', '/things/abc', undefined],
  ['POST', '/greet', undefined],
  ['POST', '/nowhere', undefined],
  ['POST', '/things/%ff', undefined],
])('%s %s may be %s bytes long', (method, path, limit) => {
  expect(bodyLimitOf([who, change, page, greet], method, path)).toBe(limit)
})
