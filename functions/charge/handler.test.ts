import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addPerson, readBooks, readNotices } from '#shared/db/people.testing.ts'
import { type CallOptions, type House, openHouse } from '../../test/support/house.ts'
import { handler } from './handler.ts'

let house: House

beforeAll(async () => {
  house = await openHouse({ functions: [handler] })
})
afterAll(() => house.close())

const person = (coins: number, held = 0) => addPerson(house.ownerSql, { coins, held })
const charge = (body: unknown, options: CallOptions = {}) =>
  house.call('charge', 'POST', '/', { body, ...options })
const books = (userId: string) => readBooks(house.appSql, userId)
const STRANGER = '01920000-0000-7000-8000-000000000000'

describe('POST /', () => {
  test('takes the price of a service, so many units of it, and writes it down', async () => {
    const userId = await person(100, 5)
    const reply = await charge({ userId, service: 'image', units: 3 })
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({
      transactionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      charged: 60,
      balance: { coins: 40, held: 5 },
    })
    const [row] = await house.appSql`
      select user_id, amount, type, service, description, actor, balance_after, price_version
      from transactions where id = ${reply.body.transactionId}`
    expect(row).toEqual({
      user_id: userId,
      amount: -60,
      type: 'charge',
      service: 'image',
      description: 'Image',
      actor: 'client',
      balance_after: 40,
      price_version: '2026-1',
    })
    expect((await charge({ userId, service: 'image' })).body.charged).toBe(20)
  })

  test('takes coins with words of the caller, of a person named by Telegram id', async () => {
    const telegramId = 7_000_000_001
    const userId = await addPerson(house.ownerSql, { coins: 30, telegramId })
    const reply = await charge({ telegramId, coins: 12, description: '  Перевод  ' })
    expect(reply.body).toMatchObject({ charged: 12, balance: { coins: 18, held: 0 } })
    const [row] = await house.appSql`
      select description, service, price_version from transactions where id = ${reply.body.transactionId}`
    expect(row).toEqual({ description: 'Перевод', service: null, price_version: null })
    expect((await books(userId)).sum).toBe(18)
  })

  test('the title of a service is in the language of the person', async () => {
    const userId = await person(10)
    await house.ownerSql`update users set language_code = 'ru' where id = ${userId}`
    const reply = await charge({ userId, service: 'message' })
    const [row] =
      await house.appSql`select description from transactions where id = ${reply.body.transactionId}`
    expect(row?.description).toBe('Сообщение')
  })

  test('queues a receipt, and a word about the low balance; a replay queues nothing more', async () => {
    const userId = await person(15)
    const options = { key: `receipt-${userId}` }
    await charge({ userId, coins: 6, description: 'Work' }, options)
    const replay = await charge({ description: 'Work', coins: 6, userId }, options)
    expect(replay.headers.get('idempotency-replayed')).toBe('true')
    const notices = await readNotices(house.ownerSql, userId)
    expect(notices.map(({ kind }) => kind)).toEqual(['charge-receipt', 'low-balance'])
    expect(await books(userId)).toMatchObject({ coins: 9, rows: 2 })
  })

  test('100 at once of 1 coin on a balance of 50: exactly 50 succeed, the rest is 402, the books close', async () => {
    const userId = await person(50)
    const replies = await Promise.all(
      Array.from({ length: 100 }, () => charge({ userId, coins: 1, description: 'Race' })),
    )
    const paid = replies.filter(({ status }) => status === 200)
    const refused = replies.filter(({ status }) => status === 402)
    expect([paid.length, refused.length]).toEqual([50, 50])
    expect(new Set(paid.map(({ body }) => body.transactionId)).size).toBe(50)
    expect(new Set(paid.map(({ body }) => body.balance.coins)).size).toBe(50)
    expect(await books(userId)).toMatchObject({ coins: 0, sum: 0, rows: 51 })
  })

  test('20 at once under one key take coins once', async () => {
    const userId = await person(50)
    const options = { key: `once-${userId}` }
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => charge({ userId, coins: 1, description: 'Once' }, options)),
    )
    expect(new Set(replies.map(({ status, body }) => `${status} ${body.transactionId}`)).size).toBe(1)
    expect(await books(userId)).toMatchObject({ coins: 49, sum: 49 })
  })

  test('a key belongs to its client: the same key of another one is another charge', async () => {
    const userId = await person(50)
    const key = `shared-${userId}`
    await charge({ userId, coins: 1, description: 'Mine' }, { key })
    expect(
      (await charge({ userId, coins: 2, description: 'Theirs' }, { key, as: 'other-client' })).status,
    ).toBe(200)
    expect(await books(userId)).toMatchObject({ coins: 47, sum: 47 })
  })
})

describe('what is refused', () => {
  test('402 says what is missing; coins that are held do not count; the key is free afterwards', async () => {
    const userId = await person(10, 4)
    const options = { key: `free-${userId}` }
    const reply = await charge({ userId, coins: 8, description: 'Work' }, options)
    expect(reply.status).toBe(402)
    expect(reply.body).toMatchObject({ code: 'insufficient_funds', price: 8, missing: 2, status: 402 })
    expect(reply.headers.get('content-type')).toBe('application/problem+json')
    expect(await readNotices(house.ownerSql, userId)).toEqual([])
    expect((await charge({ userId, coins: 6, description: 'Work' }, options)).status).toBe(200)
  })

  test.each([3_000_000_000, Number.MAX_SAFE_INTEGER])('402 also for %d coins', async (coins) => {
    const userId = await person(10)
    const reply = await charge({ userId, coins, description: 'Much' })
    expect(reply).toMatchObject({ status: 402, body: { missing: coins - 10 } })
    expect((await charge({ userId, service: 'image', units: 1_000_000_000 })).status).toBe(402)
  })

  test.each([
    ['zero', '"coins":0,"description":"x"'],
    ['a negative amount', '"coins":-5,"description":"x"'],
    ['a fraction', '"coins":1.5,"description":"x"'],
    ['text', '"coins":"5","description":"x"'],
    ['2^53', '"coins":9007199254740992,"description":"x"'],
    ['2^63', '"coins":9223372036854775808,"description":"x"'],
    ['1e21', '"coins":1e21,"description":"x"'],
    ['NaN', '"coins":NaN,"description":"x"'],
    ['Infinity', '"coins":1e999,"description":"x"'],
    ['null', '"coins":null,"description":"x"'],
    ['no words', '"coins":5'],
    ['blank words', '"coins":5,"description":"   "'],
    ['words without end', `"coins":5,"description":"${'x'.repeat(201)}"`],
    ['NUL in the words', String.raw`"coins":5,"description":"a\u0000"`],
    ['half a character in the words', String.raw`"coins":5,"description":"a\ud83e"`],
    ['nothing to charge', '"description":"x"'],
    ['a service and coins', '"service":"image","coins":5'],
    ['a service and words', '"service":"image","description":"x"'],
    ['units without a service', '"coins":5,"description":"x","units":2'],
    ['an unknown service', '"service":"teleport"'],
    ['a service of the prototype', '"service":"constructor"'],
    ['zero units', '"service":"image","units":0'],
    ['half a unit', '"service":"image","units":0.5'],
    ['more units than there are', '"service":"image","units":1e15'],
    ['an unknown field', '"service":"image","discount":1'],
    ['__proto__', '"service":"image","__proto__":{}'],
    ['both ids', '"service":"image","telegramId":42'],
  ])('400: %s', async (_what, members) => {
    const userId = await person(10)
    const reply = await house.call('charge', 'POST', '/', {
      raw: { bytes: `{"userId":"${userId}",${members}}`, type: 'application/json' },
    })
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_input', status: 400 } })
    expect(await books(userId)).toMatchObject({ coins: 10, rows: 1 })
  })

  test('404: nobody of that id; an erased person', async () => {
    expect(await charge({ userId: STRANGER, service: 'image' })).toMatchObject({
      status: 404,
      body: { code: 'user_not_found' },
    })
    const userId = await person(10)
    await house.ownerSql`update users set erased_at = now(), telegram_id = null where id = ${userId}`
    expect((await charge({ userId, coins: 1, description: 'x' })).body.code).toBe('user_not_found')
    expect(await books(userId)).toMatchObject({ coins: 10, rows: 1 })
  })

  test('403: the daily limit of the person', async () => {
    const userId = await person(100)
    await house.ownerSql`
      update user_states set state_data = '{"settings":{"dailyLimit":30}}' where user_id = ${userId}`
    expect((await charge({ userId, service: 'image' })).status).toBe(200)
    expect(await charge({ userId, service: 'image' })).toMatchObject({
      status: 403,
      body: { code: 'forbidden', limit: 'daily', left: 10 },
    })
  })

  test('422: a key that was used with other input', async () => {
    const userId = await person(10)
    const key = `reused-${userId}`
    await charge({ userId, coins: 1, description: 'x' }, { key })
    expect(await charge({ userId, coins: 2, description: 'x' }, { key })).toMatchObject({
      status: 422,
      body: { code: 'key_reused' },
    })
    expect(await books(userId)).toMatchObject({ coins: 9, sum: 9 })
  })

  test('400 without a key, 401 without a token, 403 without the scope, 404, 405, 413, 415', async () => {
    const userId = await person(10)
    const body = { userId, coins: 1, description: 'x' }
    expect((await charge(body, { key: null })).status).toBe(400)
    expect(await charge(body, { as: null })).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    expect(await charge(body, { as: 'limited-client' })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    })
    expect((await house.call('charge', 'POST', '/nowhere', { body })).status).toBe(404)
    const wrongMethod = await house.call('charge', 'GET', '/')
    expect(wrongMethod.status).toBe(405)
    expect(wrongMethod.headers.get('allow')).toBe('POST')
    expect(await charge({ ...body, description: 'x'.repeat(1_048_576) })).toMatchObject({
      status: 413,
      body: { code: 'too_large' },
    })
    const asText = { raw: { bytes: JSON.stringify(body), type: 'text/plain' } }
    expect((await house.call('charge', 'POST', '/', asText)).status).toBe(415)
    expect((await charge(body, { headers: { 'content-encoding': 'gzip' } })).status).toBe(415)
    expect(await books(userId)).toMatchObject({ coins: 10, rows: 1 })
  })

  test('503 with the database away, and nothing of it in the answer', async () => {
    const away = await openHouse({
      functions: [handler],
      config: { databaseUrl: 'postgres://app:secret@127.0.0.1:1/none' },
    })
    const reply = await away.call('charge', 'POST', '/', {
      body: { userId: STRANGER, coins: 1, description: 'x' },
    })
    expect(reply).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(JSON.stringify(reply.body)).not.toMatch(/127\.0\.0\.1|ECONN|postgres/)
    await away.close()
  })
})
