import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { findDrift } from '#shared/db/ledger-check.ts'
import { addPerson, readBooks } from '#shared/db/people.testing.ts'
import { type CallOptions, type House, openHouse } from '../../test/support/house.ts'
import { handler } from './handler.ts'

let house: House

beforeAll(async () => {
  house = await openHouse({ functions: [handler] })
})
afterAll(() => house.close())
afterEach(async () => expect(await findDrift(house.ownerSql)).toEqual([]))

const person = (coins: number) => addPerson(house.ownerSql, { coins })
const post = (path: string, body?: unknown, options: CallOptions = {}) =>
  house.call('charge', 'POST', path, { ...(body === undefined ? {} : { body }), ...options })
const get = (path: string) => house.call('charge', 'GET', path)
const place = async (userId: string, coins: number) => {
  const reply = await post('/holds', { userId, coins, description: 'Long work' })
  expect(reply.status).toBe(201)
  return reply.body as { holdId: string }
}

describe('POST /holds', () => {
  test('reserves the price of a service for the time of the tariff', async () => {
    const userId = await person(50)
    const reply = await post('/holds', { userId, service: 'image', units: 2 })
    expect(reply.status).toBe(201)
    expect(reply.body).toEqual({
      holdId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      coins: 40,
      expiresAt: expect.any(String),
      balance: { coins: 50, held: 40 },
    })
    const seconds = (Date.parse(reply.body.expiresAt) - Date.now()) / 1000
    expect(seconds).toBeGreaterThan(3_590)
    expect(seconds).toBeLessThanOrEqual(3_600)
    expect((await get(`/holds/${reply.body.holdId}`)).body).toMatchObject({
      state: 'active',
      coins: 40,
      capturedCoins: null,
      service: 'image',
      description: 'Image',
      priceVersion: '2026-1',
    })
    expect((await get(`/holds?userId=${userId}`)).body).toMatchObject({
      held: 40,
      items: [{ holdId: reply.body.holdId }],
    })
  })

  test('the same key again is the same hold', async () => {
    const userId = await person(50)
    const options = { key: randomUUID() }
    const body = { userId, coins: 30, description: 'Work' }
    const [first, second] = await Promise.all([post('/holds', body, options), post('/holds', body, options)])
    expect(second.body).toEqual(first.body)
    expect(await readBooks(house.appSql, userId)).toMatchObject({ held: 30 })
  })

  test('50 at once of 10 coins on 100: ten fit', async () => {
    const userId = await person(100)
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => post('/holds', { userId, coins: 10, description: 'Work' })),
    )
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(10)
    for (const { status, body } of replies) {
      if (status !== 201) expect([status, body.code, body.missing]).toEqual([402, 'insufficient_funds', 10])
    }
  })

  test.each([
    [{ coins: 0, description: 'Work' }, 400],
    [{ coins: 1 }, 400],
    [{ service: 'image', coins: 1, description: 'Work' }, 400],
    [{ service: 'nonsense' }, 400],
    [{ coins: 1, description: 'Work', expiresInSeconds: 0 }, 400],
    [{ coins: 1, description: 'Work', expiresInSeconds: 604_801 }, 400],
    [{ coins: 1, description: 'Work', expiresInSeconds: 1.5 }, 400],
    [{ coins: 1, description: 'Work', zork: 1 }, 400],
    [{ coins: 51, description: 'Work' }, 402],
  ])('%j: %d', async (body, status) => {
    const userId = await person(50)
    expect((await post('/holds', { userId, ...body })).status).toBe(status)
    expect(await readBooks(house.appSql, userId)).toMatchObject({ held: 0 })
  })

  test('a week is allowed, an unknown person is 404, no key is 400', async () => {
    const userId = await person(50)
    const body = { userId, coins: 1, description: 'Work' }
    expect((await post('/holds', { ...body, expiresInSeconds: 604_800 })).status).toBe(201)
    expect((await post('/holds', { ...body, userId: randomUUID() })).body.code).toBe('user_not_found')
    expect((await post('/holds', body, { key: null })).status).toBe(400)
  })
})

describe('capture and release', () => {
  test('a part, with the rest free; the same key again gives the same answer', async () => {
    const userId = await person(50)
    const { holdId } = await place(userId, 30)
    const options = { key: randomUUID() }
    const reply = await post(`/holds/${holdId}/capture`, { coins: 12 }, options)
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({
      transactionId: expect.any(String),
      charged: 12,
      balance: { coins: 38, held: 0 },
    })
    expect((await post(`/holds/${holdId}/capture`, { coins: 12 }, options)).body).toEqual(reply.body)
    expect(await readBooks(house.appSql, userId)).toMatchObject({ coins: 38, held: 0, sum: 38 })
  })

  test('without a body: all of it', async () => {
    const { holdId } = await place(await person(50), 30)
    expect((await post(`/holds/${holdId}/capture`)).body).toMatchObject({ charged: 30 })
    const other = await place(await person(50), 30)
    expect((await post(`/holds/${other.holdId}/release`)).body).toEqual({
      holdId: other.holdId,
      released: 30,
      balance: { coins: 50, held: 0 },
    })
  })

  test('after it has run out: 409 that says so, and the coins are free', async () => {
    const userId = await person(50)
    const { holdId } = await place(userId, 50)
    await house.ownerSql`update holds set expires_at = now() where id = ${holdId}`
    const reply = await post(`/holds/${holdId}/capture`)
    expect([reply.status, reply.body.code, reply.body.state]).toEqual([409, 'conflict', 'expired'])
    expect(reply.body.detail).toContain('run out')
    expect((await post('/', { userId, coins: 50, description: 'Next' })).status).toBe(200)
    expect((await get(`/holds/${holdId}`)).body.state).toBe('expired')
  })

  test.each([
    ['capture', { coins: 31 }, 400],
    ['capture', { coins: 0 }, 400],
    ['capture', { coins: -1 }, 400],
    ['capture', { zork: true }, 400],
    ['release', { coins: 1 }, 400],
  ])('%s %j: %d, and the hold stays', async (action, body, status) => {
    const { holdId } = await place(await person(50), 30)
    expect((await post(`/holds/${holdId}/${action}`, body)).status).toBe(status)
    expect((await get(`/holds/${holdId}`)).body.state).toBe('active')
  })

  test('unknown holds are 404, names that are none are 400, without the scope 403', async () => {
    expect((await post(`/holds/${randomUUID()}/capture`)).body.code).toBe('hold_not_found')
    expect((await get(`/holds/${randomUUID()}`)).body.code).toBe('hold_not_found')
    expect((await post('/holds/zork/release')).status).toBe(400)
    const { holdId } = await place(await person(50), 30)
    expect((await post(`/holds/${holdId}/release`, {}, { as: 'limited-client' })).status).toBe(403)
    expect((await post(`/holds/${holdId}/release`, {}, { as: null })).status).toBe(401)
  })
})
