import { createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CabinetHouse, openCabinetHouse } from '../../test/support/cabinet-house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler } from './handler.ts'

const FUNCTIONS = [register, profile, topUp, handler]

let cabinet: CabinetHouse
beforeAll(async () => {
  cabinet = await openCabinetHouse(FUNCTIONS)
})
afterAll(() => cabinet.close())

/** A cookie as ours, but for what is said. */
const makeCookie = async (
  sid: string,
  { alg = 'HS256', claims = {}, key }: { alg?: string; claims?: object; key?: Buffer } = {},
): Promise<string> => {
  const now = Math.floor(Date.now() / 1000)
  const secret = key ?? cabinet.house.resourcesOf('cabinet').sign('cabinet-session', 'kopeika_session')
  const all = { sid, iss: 'cabinet', aud: 'cabinet', iat: now, exp: now + 60, ...claims }
  const token = await new SignJWT(all).setProtectedHeader({ alg, typ: 'JWT' }).sign(createSecretKey(secret))
  return `kopeika_session=${token}`
}
const statusWith = async (cookie: string): Promise<number> =>
  (await cabinet.ask('GET', '/api/me', { headers: cookie === '' ? {} : { cookie } })).status

const sessionsOf = async (userId: string): Promise<string[]> =>
  (await cabinet.house.ownerSql`select id from cabinet_sessions where user_id = ${userId} order by id`).map(
    ({ id }) => id,
  )

describe('the cookie', () => {
  test('is for this function alone, out of reach of scripts, and short-lived', async () => {
    const { login } = await cabinet.visitor()
    expect(login.headers.get('set-cookie')).toMatch(
      /^kopeika_session=[\w.-]+; Max-Age=900; Path=\/function\/cabinet; HttpOnly; SameSite=Lax$/,
    )
  })

  test('opens the page of its person', async () => {
    const { id, ask, csrf } = await cabinet.visitor()
    const { status, body } = await ask('GET', '/api/me')
    expect([status, body.user.id, body.csrf]).toEqual([200, id, csrf])
    const [sid = ''] = await sessionsOf(id)
    expect(await statusWith(await makeCookie(sid))).toBe(200)
  })

  const minute = Math.floor(Date.now() / 1000)
  test.each<[string, (sid: string) => string | Promise<string>]>([
    ['none', () => ''],
    ['empty', () => 'kopeika_session='],
    ['no token', () => 'kopeika_session=abc'],
    ['another key', (sid) => makeCookie(sid, { key: randomBytes(32) })],
    ['another algorithm', (sid) => makeCookie(sid, { alg: 'HS512', key: randomBytes(64) })],
    ['another algorithm under our key', (sid) => makeCookie(sid, { alg: 'HS384' })],
    [
      'no algorithm',
      (sid) => {
        const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
        const claims = { sid, iss: 'cabinet', aud: 'cabinet', iat: minute, exp: minute + 600 }
        return `kopeika_session=${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`
      },
    ],
    ['over', (sid) => makeCookie(sid, { claims: { iat: minute - 901, exp: minute - 1 } })],
    ['without an end', (sid) => makeCookie(sid, { claims: { exp: undefined } })],
    ['for another audience', (sid) => makeCookie(sid, { claims: { aud: 'profile' } })],
    ['of another issuer', (sid) => makeCookie(sid, { claims: { iss: 'client' } })],
    ['no session in it', () => makeCookie('')],
    ['a session that never was', () => makeCookie(randomUUID())],
    ['a session that is no id', () => makeCookie("' or true --")],
    ['two cookies of that name', async (sid) => `${await makeCookie(sid)}; ${await makeCookie(sid)}`],
    [
      "a client's bearer token in its place",
      async () => `kopeika_session=${await cabinet.house.token('client', 'cabinet')}`,
    ],
  ])('is refused: %s', async (_name, make) => {
    const { id } = await cabinet.visitor()
    const [sid = ''] = await sessionsOf(id)
    const cookie = await make(sid)
    const reply = await cabinet.ask('GET', '/api/me', { headers: cookie === '' ? {} : { cookie } })
    expect([reply.status, reply.body.code]).toEqual([401, 'unauthenticated'])
    expect(reply.headers.get('content-type')).toBe('application/problem+json')
  })

  test('no bearer token opens the page of a person', async () => {
    const { id } = await cabinet.house.person()
    const reply = await cabinet.house.call('cabinet', 'GET', `/api/me?userId=${id}`, { as: 'client' })
    expect(reply.status).toBe(401)
  })
})

describe('the end of a session', () => {
  test('logging out ends it in every tab, and takes the cookie away', async () => {
    const { id, ask } = await cabinet.visitor()
    const other = await cabinet.visit(id)
    const reply = await ask('DELETE', '/api/session')
    expect([reply.status, reply.bytes.length]).toEqual([204, 0])
    expect(reply.headers.get('set-cookie')).toMatch(/^kopeika_session=; Max-Age=0; Path=\/function\/cabinet;/)
    expect((await ask('GET', '/api/me')).status).toBe(401)
    // another browser of the same person goes on
    expect((await other.ask('GET', '/api/me')).status).toBe(200)
  })

  test('an operator who blocks the person ends it: 403 in words that say why', async () => {
    const { id, ask } = await cabinet.visitor()
    await cabinet.house.ownerSql`
      update user_states set state_data = state_data || '{"suspension":{"at":"2026-01-01","reason":"x"}}' where user_id = ${id}`
    const reply = await ask('GET', '/api/me')
    expect([reply.status, reply.body.account]).toEqual([403, 'blocked'])
    const again = await cabinet.ask('POST', '/api/session', { body: { loginToken: await cabinet.link(id) } })
    expect([again.status, again.body.account]).toEqual([403, 'blocked'])
    expect(again.headers.get('set-cookie')).toBeNull()
  })

  test('so does the erasure', async () => {
    const { id, ask } = await cabinet.visitor()
    const erased = await cabinet.house.call('profile', 'DELETE', `/?userId=${id}`)
    expect(erased.status).toBeLessThan(300)
    expect((await ask('GET', '/api/me')).status).toBe(401)
    expect(await sessionsOf(id)).toEqual([])
  })

  test('a person has 20 at most: the oldest ends', async () => {
    const { id, ask } = await cabinet.visitor()
    for (let count = 0; count < 20; count += 1) await cabinet.visit(id)
    expect(await sessionsOf(id)).toHaveLength(20)
    expect((await ask('GET', '/api/me')).status).toBe(401)
  })
})

describe('what changes something', () => {
  const CHANGES = handler.routes.filter(({ kind, method }) => kind === 'person' && method !== 'GET')

  test('there are such routes', () => expect(CHANGES.length).toBeGreaterThan(10))

  test.each(CHANGES.map(({ method, path }) => ({ method, path: path.replace(':id', randomUUID()) })))(
    '$method $path needs the token of its session, and comes from its own page',
    async ({ method, path }) => {
      const { ask } = await cabinet.visitor()
      const stranger = await cabinet.visitor()
      for (const [refused, headers] of [
        [{ csrf: null }, {}],
        [{ csrf: '' }, {}],
        [{ csrf: stranger.csrf }, {}],
        [{}, { origin: 'https://evil.example' }],
        [{}, { origin: 'null' }],
        [{}, { 'sec-fetch-site': 'cross-site' }],
        [{}, { 'sec-fetch-site': 'same-site' }],
        [{}, { 'sec-fetch-site': 'none' }],
      ] as const) {
        const reply = await ask(method, path, { ...refused, body: {}, headers })
        expect([refused, headers, reply.status, reply.body.code]).toEqual([
          refused,
          headers,
          403,
          'forbidden',
        ])
      }
      expect((await ask('GET', '/api/me')).status).toBe(200)
    },
  )

  test('its own page may, by the word of the browser or by its origin', async () => {
    const { ask } = await cabinet.visitor()
    const { origin } = new URL(cabinet.house.gateway)
    for (const headers of [
      { 'sec-fetch-site': 'same-origin' },
      { origin },
      { origin, 'sec-fetch-site': 'same-origin' },
    ]) {
      const reply = await ask('PATCH', '/api/settings', { body: { receipts: false }, headers })
      expect([headers, reply.status]).toEqual([headers, 200])
    }
  })

  test.each(
    CHANGES.filter(({ path }) => path !== '/api/session').map(({ method, path }) => ({
      method,
      path: path.replace(':id', randomUUID()),
    })),
  )('$method $path is 400 without an Idempotency-Key, and changes nothing', async ({ method, path }) => {
    const { ask } = await cabinet.visitor()
    const bodies: Record<string, object> = {
      '/api/invoices': { pack: 'small', provider: 'stars' },
      '/api/transcripts': { text: 'a', format: 'text' },
      '/api/consents': { terms: '1' },
    }
    const isPicture = path === '/api/avatars'
    const rename = method === 'PATCH' && path.startsWith('/api/transcripts/') ? { title: 'a' } : {}
    const sent = isPicture ? { raw: { bytes: 'x', type: 'image/png' } } : { body: bodies[path] ?? rename }
    const reply = await ask(method, path, { ...sent, key: null })
    expect([reply.status, reply.body.errors?.[0]?.path]).toEqual([400, 'Idempotency-Key'])
  })
})

describe('other sites', () => {
  test('are let into nothing: no CORS, whatever they ask', async () => {
    const { ask } = await cabinet.visitor()
    const headers = { origin: 'https://evil.example' }
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/api/me'],
      ['OPTIONS', '/api/me'],
      ['OPTIONS', '/api/session'],
    ] as const) {
      const reply = await ask(method, path, { headers })
      expect([...reply.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
    const read = await ask('GET', '/api/me', { headers: { ...headers, 'sec-fetch-site': 'cross-site' } })
    expect(read.status).toBe(403)
  })

  test('cannot log anybody in as somebody else', async () => {
    const { id } = await cabinet.house.person()
    const loginToken = await cabinet.link(id)
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const reply = await cabinet.ask('POST', '/api/session', { body: { loginToken }, headers })
      expect([reply.status, reply.headers.get('set-cookie')]).toEqual([403, null])
    }
    // a form can send no JSON, and what it can send is not taken
    const form = await cabinet.ask('POST', '/api/session', {
      raw: { bytes: JSON.stringify({ loginToken }), type: 'text/plain' },
    })
    expect(form.status).toBe(415)
    // and none of this has used the link up
    expect((await cabinet.ask('POST', '/api/session', { body: { loginToken } })).status).toBe(200)
  })

  test('nobody is sent anywhere else', async () => {
    for (const path of [
      '/?next=https://evil.example',
      '//evil.example/',
      '/%2f%2fevil.example',
      '/api//evil.example',
      '/..//evil.example',
    ]) {
      const reply = await cabinet.ask('GET', path)
      expect([path, reply.headers.get('location')]).toEqual([path, null])
      expect([200, 404]).toContain(reply.status)
    }
  })
})
