import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

/** A Wednesday; in Moscow the week began on Monday, 23 November, at 21:00 UTC of the day before. */
const WEDNESDAY = 'to=2026-11-25T12:00:00Z'

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [handler, register] })
})
afterAll(() => house?.close())

const get = (path: string) => house.call('profile', 'GET', path)

type Spent = [at: string, service: string | null, coins: number]

/** A person who spent so much at these moments. */
const withSpending = async (timeZone: string, ...spent: Spent[]) => {
  const person = await house.person()
  await house.ownerSql`
    update user_states set state_data = ${house.ownerSql.json({ settings: { timeZone } })} where user_id = ${person.id}`
  for (const [at, service, coins] of spent)
    await house.ownerSql`
      insert into transactions (user_id, amount, type, description, service, balance_after, actor, created_at)
      values (${person.id}, ${-coins}, 'charge', 'x', ${service}, 0, 'test', ${at})`
  return person
}

describe('GET /usage with weeks', () => {
  test('gives so many, the empty ones too, from Monday to Monday where the person lives', async () => {
    const { id } = await withSpending(
      'Europe/Moscow',
      ['2026-11-22T20:59:59Z', 'avatar', 10],
      ['2026-11-22T21:00:00Z', 'avatar', 20],
      ['2026-11-25T11:00:00Z', 'transcript', 5],
      ['2026-11-25T11:30:00Z', 'avatar', 20],
      ['2026-11-08T20:59:59Z', null, 7],
    )
    const { body, status } = await get(`/usage?userId=${id}&weeks=3&${WEDNESDAY}`)
    expect(status).toBe(200)
    expect(body).toEqual({
      items: [
        { service: 'avatar', uses: 3, coins: 50 },
        { service: 'transcript', uses: 1, coins: 5 },
      ],
      weeks: [
        { from: '2026-11-08T21:00:00.000Z', to: '2026-11-15T21:00:00.000Z', services: [] },
        {
          from: '2026-11-15T21:00:00.000Z',
          to: '2026-11-22T21:00:00.000Z',
          services: [{ service: 'avatar', uses: 1, coins: 10 }],
        },
        {
          from: '2026-11-22T21:00:00.000Z',
          to: '2026-11-29T21:00:00.000Z',
          services: [
            { service: 'avatar', uses: 2, coins: 40 },
            { service: 'transcript', uses: 1, coins: 5 },
          ],
        },
      ],
    })
    const [last] = (await get(`/usage?userId=${id}&weeks=1&to=2026-11-10T00:00:00Z`)).body.weeks
    expect(last).toMatchObject({ from: '2026-11-08T21:00:00.000Z', services: [] })
    // Sunday evening in London is Monday in Moscow
    const [begun] = (await get(`/usage?userId=${id}&weeks=1&to=2026-11-22T22:00:00Z`)).body.weeks
    expect(begun).toMatchObject({ from: '2026-11-22T21:00:00.000Z' })
  })

  test('a week with a change of the clock is an hour longer', async () => {
    const { id } = await withSpending('Europe/Berlin', ['2026-10-25T22:30:00Z', null, 7])
    const { weeks } = (await get(`/usage?userId=${id}&weeks=1&to=2026-10-24T12:00:00Z`)).body
    expect(weeks).toEqual([
      {
        from: '2026-10-18T22:00:00.000Z',
        to: '2026-10-25T23:00:00.000Z',
        services: [{ service: null, uses: 1, coins: 7 }],
      },
    ])
  })

  test('without it the answer is as before', async () => {
    const { id } = await withSpending('UTC', ['2026-11-25T11:00:00Z', 'avatar', 20])
    expect((await get(`/usage?userId=${id}&from=2026-11-24T00:00:00Z&${WEDNESDAY}`)).body).toEqual({
      items: [{ service: 'avatar', uses: 1, coins: 20 }],
    })
  })

  test.each(['0', '54', '-1', '1.5', 'x', '', '08', '1e1'])('weeks=%s is refused', async (weeks) => {
    const { id } = await house.person()
    expect((await get(`/usage?userId=${id}&weeks=${weeks}`)).status).toBe(400)
  })

  test('beside from it is refused; nobody has none', async () => {
    const { id } = await house.person()
    expect((await get(`/usage?userId=${id}&weeks=2&from=2026-11-01T00:00:00Z`)).status).toBe(400)
    expect((await get(`/usage?telegramId=1&weeks=2`)).status).toBe(404)
  })
})

describe('GET /transactions of several kinds', () => {
  test('gives those alone', async () => {
    const { id } = await withSpending('UTC', ['2026-11-25T11:00:00Z', 'avatar', 20])
    const typesOf = async (type: string) =>
      ((await get(`/transactions?userId=${id}&type=${type}`)).body.items as { type: string }[]).map(
        (item) => item.type,
      )
    expect(await typesOf('charge')).toEqual(['charge'])
    expect(await typesOf('bonus,charge')).toEqual(['charge', 'bonus'])
    expect(await typesOf('refund,reversal,debt_payment')).toEqual([])
  })

  test.each(['gift', 'charge,', ',', 'charge,gift', ''])('type=%s is refused', async (type) => {
    const { id } = await house.person()
    expect((await get(`/transactions?userId=${id}&type=${type}`)).status).toBe(400)
  })
})
