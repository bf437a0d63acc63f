import { randomBytes, randomUUID } from 'node:crypto'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CallOptions, type House, openHouse, type Reply } from '../../test/support/house.ts'
import { handler as avatarUpload } from '../avatar-upload/handler.ts'
import { handler as charge } from '../charge/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

/** Welcome bonus of the tariff in the repository. */
const BONUS = 50

let house: House

beforeAll(async () => {
  house = await openHouse({ functions: [handler, register, charge, avatarUpload] })
})
afterAll(() => house.close())

const get = (path: string, options: CallOptions = {}): Promise<Reply> =>
  house.call('profile', 'GET', path, options)

const patch = (userId: string, settings: unknown, options: CallOptions = {}): Promise<Reply> =>
  house.call('profile', 'PATCH', `/?userId=${userId}`, { body: { settings }, ...options })

const take = async (userId: string, body: Record<string, unknown>): Promise<string> => {
  const reply = await house.call('charge', 'POST', '/', { body: { userId, ...body } })
  expect(reply.status).toBe(200)
  return reply.body.transactionId
}

const uploadAvatar = async (userId: string): Promise<string> => {
  const bytes = await sharp(randomBytes(300), { raw: { width: 10, height: 10, channels: 3 } })
    .png()
    .toBuffer()
  const reply = await house.call('avatar-upload', 'POST', `/?userId=${userId}`, {
    raw: { bytes, type: 'image/png' },
  })
  expect(reply.status).toBe(201)
  return reply.body.avatar.id
}

const currentOf = async (userId: string): Promise<string | null> =>
  (await get(`/?userId=${userId}`)).body.currentAvatar?.id ?? null

describe('GET /', () => {
  test('shows the person, settings, balance and face, by either id', async () => {
    const { id, telegramId } = await house.person()
    const reply = await get(`/?userId=${id}`, { as: 'limited-client' })
    expect([reply.status, reply.body]).toEqual([
      200,
      {
        user: {
          id,
          telegramId,
          username: null,
          firstName: 'Test',
          createdAt: expect.stringMatching(/T.*Z$/),
        },
        settings: expect.objectContaining({
          language: 'en',
          timeZone: 'UTC',
          receipts: true,
          dailyLimit: null,
        }),
        balance: { coins: BONUS, held: 0, debt: 0 },
        currentAvatar: null,
        deletion: null,
        consent: null,
      },
    ])
    expect((await get(`/?telegramId=${telegramId}`)).body).toEqual(reply.body)
    const avatarId = await uploadAvatar(id)
    const { currentAvatar } = (await get(`/?userId=${id}`)).body
    expect(currentAvatar).toMatchObject({ id: avatarId, current: true })
    expect((await fetch(currentAvatar.urls['64'])).status).toBe(200)
  })

  test.each<[string, string, CallOptions, number, string]>([
    ['nobody named', '/', {}, 400, 'invalid_input'],
    ['two names', `/?userId=${randomUUID()}&telegramId=1`, {}, 400, 'invalid_input'],
    ['a name twice', '/?telegramId=1&telegramId=2', {}, 400, 'invalid_input'],
    ['an id that is none', '/?userId=me', {}, 400, 'invalid_input'],
    ['a Telegram id that is none', '/?telegramId=1.5', {}, 400, 'invalid_input'],
    ['an unknown query field', '/?telegramId=1&x=1', {}, 400, 'invalid_input'],
    ['an unknown person', '/?telegramId=1', {}, 404, 'user_not_found'],
    ['an unknown path', '/nothing', {}, 404, 'not_found'],
    ['no token', '/?telegramId=1', { as: null }, 401, 'unauthenticated'],
  ])('refuses %s', async (_name, path, options, status, code) => {
    const reply = await get(path, options)
    expect([reply.status, reply.body.code]).toEqual([status, code])
  })

  test('names the methods it has', async () => {
    const reply = await house.call('profile', 'PUT', '/')
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, PATCH, DELETE, POST'])
  })

  test('an erased person is gone', async () => {
    const { id } = await house.person()
    await house.ownerSql`
      update users set erased_at = now(), telegram_id = null, username = null, first_name = null where id = ${id}`
    expect((await get(`/?userId=${id}`)).body.code).toBe('user_not_found')
  })
})

describe('PATCH /', () => {
  test('changes what is named and keeps the rest', async () => {
    const { id } = await house.person()
    const first = await patch(id, { language: 'ru', dailyLimit: 20 })
    expect([first.status, first.body.settings]).toMatchObject([
      200,
      { language: 'ru', dailyLimit: 20, receipts: true },
    ])
    await patch(id, { receipts: false, dailyLimit: null, timeZone: 'Europe/Moscow' })
    expect((await get(`/?userId=${id}`)).body.settings).toMatchObject({
      language: 'ru',
      dailyLimit: null,
      receipts: false,
      timeZone: 'Europe/Moscow',
    })
  })

  test.each<[string, unknown]>([
    ['another language', { language: 'de' }],
    ['a time zone that is none', { timeZone: 'Moscow/Europe' }],
    ['an offset for a time zone', { timeZone: '+03:00' }],
    ['a negative limit', { dailyLimit: -1 }],
    ['a broken number', { lowBalanceThreshold: 1.5 }],
    ['an unknown setting', { colour: 'red' }],
    ['no settings', undefined],
  ])('refuses %s', async (_name, settings) => {
    const { id } = await house.person()
    const reply = await patch(id, settings)
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_input'])
  })

  test('needs a key and the scope, and replays', async () => {
    const { id } = await house.person()
    expect((await patch(id, { receipts: false }, { key: null })).status).toBe(400)
    expect((await patch(id, { receipts: false }, { as: 'limited-client' })).status).toBe(403)
    const key = randomUUID()
    const first = await patch(id, { receipts: false }, { key })
    await patch(id, { receipts: true })
    const again = await patch(id, { receipts: false }, { key })
    expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([first.body, 'true'])
    // repeated, not done again
    expect((await get(`/?userId=${id}`)).body.settings.receipts).toBe(true)
    expect((await patch(id, { receipts: true }, { key })).body.code).toBe('key_reused')
  })

  test('ten at once lose nothing of each other', async () => {
    const { id } = await house.person()
    await Promise.all([
      patch(id, { language: 'ru' }),
      patch(id, { receipts: false }),
      patch(id, { lowBalance: false }),
      patch(id, { lowBalanceThreshold: 7 }),
      patch(id, { dailyLimit: 9 }),
    ])
    expect((await get(`/?userId=${id}`)).body.settings).toMatchObject({
      language: 'ru',
      receipts: false,
      lowBalance: false,
      lowBalanceThreshold: 7,
      dailyLimit: 9,
    })
  })
})

describe('GET /transactions', () => {
  test('gives every movement once, newest first, in pages', async () => {
    const [{ id }, other] = [await house.person(), await house.person()]
    await take(other.id, { service: 'message' })
    const first = await take(id, { service: 'message', units: 2 })
    const second = await take(id, { coins: 5, description: 'A song' })
    const page = await get(`/transactions?userId=${id}&limit=2`)
    expect(page.body.items).toMatchObject([
      {
        id: second,
        amount: -5,
        type: 'charge',
        description: 'A song',
        service: null,
        balanceAfter: BONUS - 7,
      },
      { id: first, amount: -2, type: 'charge', service: 'message', balanceAfter: BONUS - 2 },
    ])
    const rest = await get(`/transactions?userId=${id}&limit=2&cursor=${page.body.nextCursor}`)
    expect(rest.body).toMatchObject({ items: [{ amount: BONUS, type: 'bonus' }], nextCursor: null })
  })

  test.each(['limit=0', 'limit=101', 'limit=x', 'cursor=1', 'page=2'])('refuses %s', async (query) => {
    expect((await get(`/transactions?telegramId=1&${query}`)).status).toBe(400)
  })

  test('of an unknown person: 404', async () => {
    expect((await get('/transactions?telegramId=1')).body.code).toBe('user_not_found')
  })
})

describe('GET /usage', () => {
  test('adds up by service within the span', async () => {
    const { id } = await house.person()
    await take(id, { service: 'message' })
    await take(id, { service: 'message', units: 3 })
    await take(id, { service: 'image' })
    await take(id, { coins: 1, description: 'other' })
    expect((await get(`/usage?userId=${id}`)).body.items).toEqual([
      { service: 'image', uses: 1, coins: 20 },
      { service: 'message', uses: 2, coins: 4 },
      { service: null, uses: 1, coins: 1 },
    ])
    const past = '2020-01-01T00:00:00Z'
    expect((await get(`/usage?userId=${id}&from=${past}&to=2020-01-02T00:00:00%2B03:00`)).body.items).toEqual(
      [],
    )
    expect((await get(`/usage?userId=${id}&from=${past}&to=${past}`)).status).toBe(400)
    expect((await get(`/usage?userId=${id}&from=yesterday`)).status).toBe(400)
  })
})

describe('avatars', () => {
  const choose = (userId: string, avatarId: string, options: CallOptions = {}) =>
    house.call('profile', 'POST', `/avatars/${avatarId}/current?userId=${userId}`, options)
  const remove = (userId: string, avatarId: string, options: CallOptions = {}) =>
    house.call('profile', 'DELETE', `/avatars/${avatarId}?userId=${userId}`, options)

  test('an older one becomes the face again, with fresh links also in a repeated answer', async () => {
    const { id } = await house.person()
    const [first, second] = [await uploadAvatar(id), await uploadAvatar(id)]
    expect(await currentOf(id)).toBe(second)
    const key = randomUUID()
    const reply = await choose(id, first, { key })
    expect([reply.status, reply.body.avatar]).toMatchObject([200, { id: first, current: true }])
    expect(await currentOf(id)).toBe(first)
    expect((await choose(id, first)).status).toBe(200)
    const again = await choose(id, first, { key })
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect((await fetch(again.body.avatar.urls['512'])).status).toBe(200)
    const [kept] = await house.ownerSql`select response from idempotency_keys where key = ${key}`
    expect(JSON.stringify(kept)).not.toContain('http')
  })

  test('chosen ten times at once: one stays current', async () => {
    const { id } = await house.person()
    const all = [await uploadAvatar(id), await uploadAvatar(id), await uploadAvatar(id)]
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) => choose(id, all[index % 3] ?? '')),
    )
    expect(replies.map((reply) => reply.status)).toEqual(Array.from({ length: 10 }, () => 200))
    const list = (await get(`/avatars?userId=${id}`)).body.items
    expect(list.filter((item: { current: boolean }) => item.current)).toHaveLength(1)
  })

  test('a deleted one is gone; after the current one the newest left is current; its objects go by a job', async () => {
    const { id } = await house.person()
    const [first, second, third] = [await uploadAvatar(id), await uploadAvatar(id), await uploadAvatar(id)]
    const keys: string[] = []
    for await (const { key } of house.storage.list(house.buckets.avatars, `avatars/${id}/`)) keys.push(key)
    const [row] = await house.ownerSql<{ keys: Record<string, string> }[]>`
      select avatar_data -> 'keys' as keys from user_avatars where id = ${third}`
    const reply = await remove(id, third)
    expect([reply.status, reply.body]).toEqual([200, { deleted: true }])
    expect(await currentOf(id)).toBe(second)
    const [job] = await house.ownerSql<{ payload: { bucket: string; keys: string[] } }[]>`
      select payload from graphile_worker._private_jobs where payload::text like ${`%${row?.keys['64']}%`}`
    expect(job?.payload.bucket).toBe(house.buckets.avatars)
    expect(job?.payload.keys.toSorted()).toEqual(Object.values(row?.keys ?? {}).toSorted())
    expect(keys).toEqual(expect.arrayContaining(job?.payload.keys ?? []))

    await remove(id, first)
    expect(await currentOf(id)).toBe(second)
    await remove(id, second)
    expect((await get(`/?userId=${id}`)).body.currentAvatar).toBeNull()
    expect((await get(`/avatars?userId=${id}`)).body).toEqual({ items: [] })
    expect((await remove(id, second)).body.code).toBe('avatar_not_found')
  })

  test("another person's avatar does not exist", async () => {
    const [owner, stranger] = [await house.person(), await house.person()]
    const avatarId = await uploadAvatar(owner.id)
    const replies = [await choose(stranger.id, avatarId), await remove(stranger.id, avatarId)]
    expect(replies.map((reply) => [reply.status, reply.body.code])).toEqual([
      [404, 'avatar_not_found'],
      [404, 'avatar_not_found'],
    ])
    expect((await get(`/avatars?userId=${stranger.id}`)).body.items).toEqual([])
    expect(await currentOf(owner.id)).toBe(avatarId)
  })

  test('needs a key, the scope, an id and a person', async () => {
    const { id } = await house.person()
    const replies = [
      await remove(id, randomUUID(), { key: null }),
      await remove(id, randomUUID(), { as: 'limited-client' }),
      await choose(id, 'newest'),
      await choose(randomUUID(), randomUUID()),
      await get(`/avatars?userId=${randomUUID()}`),
      await house.call('profile', 'GET', `/avatars/${randomUUID()}/current?userId=${id}`),
    ]
    expect(replies.map((reply) => reply.status)).toEqual([400, 403, 400, 404, 404, 405])
  })
})
