import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addPerson, readBooks } from '#shared/db/people.testing.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler } from './handler.ts'

let house: House

beforeAll(async () => {
  house = await openHouse({ functions: [handler] })
})
afterAll(() => house.close())

const quote = (query: string) => house.call('charge', 'GET', `/quote?${query}`)

test('the price, and that it can be paid; nothing moves', async () => {
  const userId = await addPerson(house.ownerSql, { coins: 100 })
  const reply = await quote(`userId=${userId}&service=image&units=3`)
  expect(reply.status).toBe(200)
  expect(reply.body).toEqual({
    service: 'image',
    units: 3,
    coins: 60,
    priceVersion: '2026-1',
    balance: { coins: 100, held: 0 },
    debt: 0,
    spendable: 100,
    missing: 0,
    dailyLeft: null,
  })
  expect(await readBooks(house.appSql, userId)).toMatchObject({ coins: 100, held: 0, rows: 1 })
})

test('what is missing, what is reserved and what the own limit leaves', async () => {
  const telegramId = 5_000_000_077
  const userId = await addPerson(house.ownerSql, { coins: 30, telegramId })
  await house.ownerSql`
    update user_states set state_data = '{"settings": {"dailyLimit": 50}}' where user_id = ${userId}`
  await house.call('charge', 'POST', '/', { body: { userId, coins: 4, description: 'Work' } })
  await house.call('charge', 'POST', '/holds', { body: { userId, coins: 10, description: 'Work' } })
  expect((await quote(`telegramId=${telegramId}&service=image`)).body).toMatchObject({
    units: 1,
    coins: 20,
    balance: { coins: 26, held: 10 },
    spendable: 16,
    missing: 4,
    dailyLeft: 36,
  })
})

test('a debt is to be paid first', async () => {
  const userId = await addPerson(house.ownerSql, { coins: 0 })
  await house.ownerSql`update user_balances set debt = 15 where user_id = ${userId}`
  expect((await quote(`userId=${userId}&service=image`)).body).toMatchObject({
    debt: 15,
    spendable: 0,
    missing: 35,
  })
})

test.each([
  ['service=zork', 400],
  ['', 400],
  ['service=image&units=0', 400],
  ['service=image&units=1.5', 400],
  ['service=image&units=x', 400],
  ['service=image&units=1000000001', 400],
  ['service=image&zork=1', 400],
])('%s: %d', async (query, status) => {
  const userId = await addPerson(house.ownerSql, { coins: 1 })
  expect((await quote(`userId=${userId}&${query}`)).status).toBe(status)
})

test('of nobody: 404', async () => {
  expect((await quote(`userId=${randomUUID()}&service=image`)).body.code).toBe('user_not_found')
})
