import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '#shared/errors.ts'
import { defineFunction } from '#shared/http/define-function.ts'
import { changeRoute } from '#shared/http/route.ts'
import { type CabinetHouse, openCabinetHouse, signInitData } from '../../test/support/cabinet-house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler } from './handler.ts'
import { sessionCookie } from './session.ts'

const FUNCTIONS = [register, profile, topUp, handler]

let cabinet: CabinetHouse
beforeAll(async () => {
  cabinet = await openCabinetHouse(FUNCTIONS)
})
afterAll(() => cabinet.close())

let lastId = 5_000_000
const newUser = () => {
  lastId += 1
  return { id: lastId, first_name: 'Мария', username: `maria_${lastId}`, language_code: 'ru' }
}
const logIn = (body: unknown, headers: Record<string, string> = {}) =>
  cabinet.ask('POST', '/api/session', { body, headers })
const countSessions = async (userId: string): Promise<number> => {
  const [row] = await cabinet.house.ownerSql`
    select count(*)::int as count from cabinet_sessions where user_id = ${userId}`
  return row?.count
}
const outcomes = async (): Promise<Record<string, number>> => {
  const { registry } = cabinet.house.resourcesOf('cabinet').metrics
  const metric = await registry.getSingleMetric('kopeika_cabinet_logins_total')?.get()
  return Object.fromEntries(metric?.values.map(({ labels, value }) => [labels.outcome, value]) ?? [])
}

describe('by initData', () => {
  test('a new person gets an account, a known one comes back to it', async () => {
    const user = newUser()
    const first = await logIn({ initData: signInitData(cabinet.house.sim.token, user) })
    expect(first.status).toBe(200)
    expect(first.body.me).toMatchObject({
      csrf: first.body.csrf,
      user: { telegramId: user.id, username: user.username, firstName: 'Мария' },
      settings: { language: 'ru' },
      balance: { coins: 50 },
      bot: { username: 'kopeika_bot' },
      languages: ['ru', 'en'],
    })
    const again = await logIn({
      initData: signInitData(cabinet.house.sim.token, { ...user, first_name: 'Маша' }),
    })
    expect(again.body.me.user).toMatchObject({ id: first.body.me.user.id, firstName: 'Маша' })
    expect(again.body.me.balance.coins).toBe(50)
  })

  test('the same initData opens a session as often as the page is loaded, within its hour', async () => {
    const initData = signInitData(cabinet.house.sim.token, newUser())
    const replies = await Promise.all([logIn({ initData }), logIn({ initData }), logIn({ initData })])
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(new Set(replies.map(({ body }) => body.me.user.id)).size).toBe(1)
    expect(new Set(replies.map(({ headers }) => headers.get('set-cookie'))).size).toBe(3)
  })

  test('names of every kind are taken', async () => {
    for (const first_name of ['🦔', '\u202eevil', 'a'.repeat(500), '', 'с \0нулём', '\ud800']) {
      const initData = signInitData(cabinet.house.sim.token, { ...newUser(), first_name })
      expect([first_name, (await logIn({ initData })).status]).toEqual([first_name, 200])
    }
  })

  const now = Math.floor(Date.now() / 1000)
  test.each<[string, () => string, string]>([
    ["another bot's token", () => signInitData(`1:${'x'.repeat(35)}`, newUser()), 'refused'],
    ['a forged hash', () => signInitData(cabinet.house.sim.token, newUser()).replace(/.$/, 'x'), 'refused'],
    [
      'the hash twice',
      () => {
        const text = signInitData(cabinet.house.sim.token, newUser())
        return `${text}&${/hash=.*$/.exec(text)?.[0]}`
      },
      'refused',
    ],
    ['no hash', () => signInitData(cabinet.house.sim.token, newUser()).replace(/&hash=.*$/, ''), 'refused'],
    [
      'over an hour old',
      () => signInitData(cabinet.house.sim.token, newUser(), { authDate: now - 3_700 }),
      'expired',
    ],
    [
      'a day old',
      () => signInitData(cabinet.house.sim.token, newUser(), { authDate: now - 86_400 }),
      'expired',
    ],
    [
      'from the future',
      () => signInitData(cabinet.house.sim.token, newUser(), { authDate: now + 120 }),
      'refused',
    ],
    ['nobody', () => signInitData(cabinet.house.sim.token, {}), 'refused'],
    ['no initData at all', () => 'hello', 'refused'],
  ])('401: %s; no account is made of it', async (_name, make, reason) => {
    const before = await cabinet.house.ownerSql`select count(*)::int as count from users`
    const reply = await logIn({ initData: make() })
    expect([reply.status, reply.body.code, reply.body.reason]).toEqual([401, 'unauthenticated', reason])
    expect(reply.headers.get('set-cookie')).toBeNull()
    expect(await cabinet.house.ownerSql`select count(*)::int as count from users`).toEqual(before)
  })

  test('each outcome is counted', async () => {
    const before = await outcomes()
    await logIn({ initData: 'hello' })
    await logIn({ initData: signInitData(cabinet.house.sim.token, newUser()) })
    const after = await outcomes()
    expect(after.unsigned).toBe((before.unsigned ?? 0) + 1)
    expect(after['mini-app']).toBe((before['mini-app'] ?? 0) + 1)
  })
})

describe('by a link', () => {
  test('works once', async () => {
    const { id } = await cabinet.house.person()
    const loginToken = await cabinet.link(id)
    const first = await logIn({ loginToken })
    expect([first.status, first.body.me.user.id]).toEqual([200, id])
    const second = await logIn({ loginToken })
    expect([second.status, second.body.reason]).toEqual([401, 'gone'])
    expect(await countSessions(id)).toBe(1)
  })

  test('50 at once: one session', async () => {
    const { id } = await cabinet.house.person()
    const loginToken = await cabinet.link(id)
    const replies = await Promise.all(Array.from({ length: 50 }, () => logIn({ loginToken })))
    expect(replies.map(({ status }) => status).sort()).toEqual([
      200,
      ...Array.from({ length: 49 }, () => 401),
    ])
    expect(await countSessions(id)).toBe(1)
  })

  test.each([
    ['unknown', 'x'.repeat(43)],
    ['of another form', '../../etc/passwd'],
  ])('401: %s', async (_name, loginToken) => {
    expect((await logIn({ loginToken })).status).toBe(401)
  })

  test('401: the hash as it stands in the database', async () => {
    const { id } = await cabinet.house.person()
    await cabinet.link(id)
    const [row] = await cabinet.house.ownerSql<{ hash: Buffer }[]>`
      select token_hash as hash from cabinet_logins where user_id = ${id}`
    expect(row?.hash).toHaveLength(32)
    expect((await logIn({ loginToken: row?.hash.toString('base64url') })).status).toBe(401)
  })

  test('not after its time', async () => {
    const { id } = await cabinet.house.person()
    const loginToken = await cabinet.link(id)
    await cabinet.house.ownerSql`
      update cabinet_logins set created_at = now() - interval '11 minutes', expires_at = now() - interval '1 second'
      where user_id = ${id}`
    expect((await logIn({ loginToken })).status).toBe(401)
    expect(await countSessions(id)).toBe(0)
  })

  test('a person has five that work: the oldest stops', async () => {
    const { id } = await cabinet.house.person()
    const links: string[] = []
    for (let count = 0; count < 6; count += 1) links.push(await cabinet.link(id))
    const [oldest = '', next = ''] = links
    expect((await logIn({ loginToken: oldest })).status).toBe(401)
    expect((await logIn({ loginToken: next })).status).toBe(200)
  })

  test('the token itself is nowhere: not in the database, not in the log', async () => {
    const { id } = await cabinet.house.person()
    const loginToken = await cabinet.link(id)
    const rows = await cabinet.house.ownerSql`select cabinet_logins::text as row from cabinet_logins`
    await logIn({ loginToken })
    await logIn({ loginToken })
    const written = [...rows.map(({ row }) => row), ...cabinet.house.logs].join('\n')
    expect(rows.length).toBeGreaterThan(0)
    expect(written).not.toContain(loginToken)
    expect(written).not.toContain(Buffer.from(loginToken, 'base64url').toString('hex'))
  })

  test('of a person who is gone', async () => {
    const { id } = await cabinet.house.person()
    const loginToken = await cabinet.link(id)
    await cabinet.house.call('profile', 'DELETE', `/?userId=${id}`)
    expect((await logIn({ loginToken })).status).toBe(401)
  })
})

describe('what is no login', () => {
  test.each<[string, unknown]>([
    ['nothing', {}],
    ['both ways at once', { initData: 'a', loginToken: 'b' }],
    ['a person by id', { userId: '01a21aa5-ec2a-701e-882a-de97505dae79' }],
    ['a number', { initData: 5 }],
    ['an empty text', { loginToken: '' }],
    ['an endless token', { loginToken: 'a'.repeat(257) }],
    ['endless initData', { initData: 'a'.repeat(65_537) }],
    ['more than asked for', { loginToken: 'a', userId: 'b' }],
    ['a list', [1]],
    ['NUL', { loginToken: 'a\0b' }],
  ])('400: %s', async (_name, body) => {
    const reply = await logIn(body)
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_input'])
  })

  test('413 over 1 MB, before anything of it is looked at', async () => {
    const reply = await logIn({ initData: 'a'.repeat(1_100_000) })
    expect([reply.status, reply.body.code]).toEqual([413, 'too_large'])
  })
})

describe('too many logins', () => {
  let limited: CabinetHouse
  beforeAll(async () => {
    limited = await openCabinetHouse(FUNCTIONS, { rateLimits: true })
  })
  afterAll(() => limited.close())

  test('429 with the time to wait: for a person by initData, for an address by links; others come in', async () => {
    const initData = signInitData(limited.house.sim.token, newUser())
    const one = await Promise.all(
      Array.from({ length: 21 }, () => limited.ask('POST', '/api/session', { body: { initData } })),
    )
    const refused = one.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(0)
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    const body = { loginToken: 'x'.repeat(43) }
    const guesses = await Promise.all(
      Array.from({ length: 21 }, () => limited.ask('POST', '/api/session', { body, headers })),
    )
    expect(guesses.map(({ status }) => status)).toContain(429)
    const { id } = await limited.house.person()
    expect((await limited.visit(id)).login.status).toBe(200)
  })
})

test('what register holds against us is no business of whoever logs in', async () => {
  const refusing = defineFunction({
    name: 'register',
    needs: [],
    routes: [
      changeRoute({
        method: 'POST',
        path: '/',
        summary: 'Refuses',
        answers: {},
        run: async () => {
          throw new AppError('forbidden', { detail: 'The client cabinet lacks the scope register:write.' })
        },
      }),
    ],
  })
  const shut = await openCabinetHouse([refusing, profile, topUp, handler])
  try {
    const initData = signInitData(shut.house.sim.token, newUser())
    const reply = await shut.ask('POST', '/api/session', { body: { initData } })
    expect([reply.status, reply.body.code, reply.body.detail]).toEqual([500, 'internal', undefined])
  } finally {
    await shut.close()
  }
})

describe('while Redis is away', () => {
  let alone: CabinetHouse
  beforeAll(async () => {
    alone = await openCabinetHouse(FUNCTIONS, {
      rateLimits: true,
      config: { redisUrl: 'redis://127.0.0.1:1' },
    })
  })
  afterAll(() => alone.close())

  test('nobody logs in (503), the link stays good, and who is in goes on', async () => {
    const { id } = await alone.house.person()
    const loginToken = await alone.link(id)
    const reply = await alone.ask('POST', '/api/session', { body: { loginToken } })
    expect([reply.status, reply.body.code]).toEqual([503, 'unavailable'])
    expect(reply.headers.get('retry-after')).not.toBeNull()
    const [link] = await alone.house.ownerSql`select 1 from cabinet_logins where user_id = ${id}`
    expect(link).toBeDefined()

    const [session] = await alone.house.ownerSql`
      insert into cabinet_sessions (user_id, expires_at) values (${id}, now() + interval '1 hour') returning id`
    const cookie = await cookieFor(alone, session?.id)
    expect((await alone.ask('GET', '/api/me', { headers: { cookie } })).status).toBe(200)
  })
})

const cookieFor = async (house: CabinetHouse, sessionId: string): Promise<string> => {
  const cookie = await sessionCookie(house.house.resourcesOf('cabinet'), sessionId)
  return cookie.split(';', 1)[0] ?? ''
}
