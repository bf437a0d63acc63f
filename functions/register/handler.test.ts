import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readBooks } from '#shared/db/people.testing.ts'
import { type CallOptions, type House, openHouse } from '../../test/support/house.ts'
import { handler } from './handler.ts'

let house: House

beforeAll(async () => {
  house = await openHouse({ functions: [handler] })
})
afterAll(() => house.close())

const newId = () => randomInt(1, 2 ** 48 - 1)
const register = (body: unknown, options: CallOptions = {}) =>
  house.call('register', 'POST', '/', { body, ...options })

describe('POST /', () => {
  test('201 with the account and the welcome bonus; 200 afterwards', async () => {
    const telegramId = newId()
    const first = await register({ telegramId, username: 'anna', firstName: 'Анна', languageCode: 'ru' })
    expect(first.status).toBe(201)
    expect(first.body).toEqual({
      user: {
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
        telegramId,
        username: 'anna',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
      balance: { coins: 50, held: 0 },
      created: true,
    })
    const second = await register({ telegramId, username: 'anna2' })
    expect(second.status).toBe(200)
    expect(second.body).toEqual({
      ...first.body,
      user: { ...first.body.user, username: 'anna2' },
      created: false,
    })
    // what is not said stays; null says that there is none any more
    expect((await register({ telegramId })).body.user.username).toBe('anna2')
    expect((await register({ telegramId, username: null })).body.user.username).toBeNull()
    const [row] = await house.appSql`
      select type, description, actor, price_version from transactions where user_id = ${first.body.user.id}`
    expect(row).toEqual({
      type: 'bonus',
      description: 'Welcome bonus',
      actor: 'client',
      price_version: '2026-1',
    })
  })

  test('a replay answers as the first time, 201 included', async () => {
    const telegramId = newId()
    const key = 'replay'
    const first = await register({ telegramId }, { key })
    const again = await register({ telegramId }, { key })
    expect(again.status).toBe(201)
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect((await register({ telegramId: newId() }, { key })).body.code).toBe('key_reused')
  })

  test('a Telegram id alone is enough, up to 52 bits; a name is kept as it is, spaces around it cut', async () => {
    const { status, body } = await register({ telegramId: 2 ** 52, firstName: '  Zoë 🦔  ' })
    expect(status).toBe(201)
    expect(body.user).toMatchObject({ telegramId: 2 ** 52, username: null })
    const [row] = await house.appSql`select first_name from users where id = ${body.user.id}`
    expect(row?.first_name).toBe('Zoë 🦔')
  })

  test('20 at once under different keys: one account, one bonus', async () => {
    const telegramId = newId()
    const replies = await Promise.all(Array.from({ length: 20 }, () => register({ telegramId })))
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(19)
    const ids = new Set(replies.map(({ body }) => body.user.id))
    expect(ids.size).toBe(1)
    expect(await readBooks(house.appSql, [...ids][0])).toMatchObject({ coins: 50, sum: 50, rows: 1 })
  })

  test('who was erased and returns starts at 0', async () => {
    const telegramId = newId()
    const { body } = await register({ telegramId })
    await house.ownerSql`
      update users set erased_at = now(), telegram_id = null, username = null, first_name = null where id = ${body.user.id}`
    const back = await register({ telegramId })
    expect(back).toMatchObject({ status: 201, body: { balance: { coins: 0, held: 0 }, created: true } })
    expect(back.body.user.id).not.toBe(body.user.id)
  })
})

describe('what is refused', () => {
  test.each([
    ['no id', {}],
    ['an id as text', { telegramId: '42' }],
    ['zero', { telegramId: 0 }],
    ['a negative id', { telegramId: -100_123 }],
    ['a fraction', { telegramId: 1.5 }],
    ['53 bits', { telegramId: 2 ** 52 + 1 }],
    ['1e21', { telegramId: 1e21 }],
    ['an unknown field', { telegramId: 42, isAdmin: true }],
    ['a username with other signs', { telegramId: 42, username: 'a b' }],
    ['an empty username', { telegramId: 42, username: '' }],
    ['null', { telegramId: 42, firstName: null }],
    ['a blank name', { telegramId: 42, firstName: '  ' }],
    ['a long name', { telegramId: 42, firstName: 'x'.repeat(129) }],
    ['NUL in a name', { telegramId: 42, firstName: 'a\0b' }],
    ['half a character in a name', { telegramId: 42, firstName: 'a\ud800' }],
    ['a language that is none', { telegramId: 42, languageCode: 'ru_RU!' }],
    ['a list', [42]],
  ])('400: %s', async (_what, body) => {
    const reply = await register(body)
    expect(reply.status).toBe(400)
    expect(reply.headers.get('content-type')).toBe('application/problem+json')
    expect(reply.body).toMatchObject({ code: 'invalid_input', requestId: reply.headers.get('x-request-id') })
  })

  test('400 without a key, 401 without a token, 403 without the scope, 405, 404', async () => {
    const body = { telegramId: newId() }
    expect(await register(body, { key: null })).toMatchObject({
      status: 400,
      body: { code: 'invalid_input' },
    })
    expect(await register(body, { as: null })).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    })
    expect(await register(body, { as: 'limited-client' })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    })
    expect((await house.call('register', 'GET', '/')).status).toBe(405)
    expect((await house.call('register', 'POST', '/x', { body })).status).toBe(404)
    const token = await house.token('client', 'charge')
    expect((await register(body, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401)
    expect(await house.appSql`select 1 from users where telegram_id = ${body.telegramId}`).toEqual([])
  })
})
