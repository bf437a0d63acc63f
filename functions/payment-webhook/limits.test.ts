import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MoneyHouse, openMoneyHouse } from '../../test/support/money-house.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler } from './handler.ts'

let limited: MoneyHouse
let withoutRedis: MoneyHouse

beforeAll(async () => {
  ;[limited, withoutRedis] = await Promise.all([
    openMoneyHouse([handler, topUp], { rateLimits: true }),
    // a port on which nobody listens
    openMoneyHouse([handler, topUp], { rateLimits: true, redisUrl: 'redis://127.0.0.1:1' }),
  ])
})
afterAll(() => Promise.all([limited.close(), withoutRedis.close()]))

/** Two addresses of YooKassa's network; chosen anew, since Redis keeps what the last run has used up. */
const first = randomInt(1, 15)
const [noisy, quiet] = [`185.71.76.${first}`, `185.71.76.${first + 1}`]

const flood = async (money: MoneyHouse, peer: string) => {
  const { burst } = money.house.resourcesOf('payment-webhook').tariff.rateLimits.notifications
  const replies = await Promise.all(
    Array.from({ length: burst * 2 }, () =>
      money.house.call('payment-webhook', 'POST', '/yookassa', {
        as: null,
        key: null,
        headers: { 'x-forwarded-for': peer },
        body: { no: 'notification' },
      }),
    ),
  )
  return { burst, replies, taken: replies.filter(({ status }) => status === 200).length }
}

test('an address that floods is told when to come again; another one, and the payment itself, are not held up', async () => {
  const { burst, replies, taken } = await flood(limited, noisy)
  expect(taken).toBeGreaterThanOrEqual(burst)
  const refused = replies.filter(({ status }) => status !== 200)
  expect(refused.length).toBeGreaterThan(burst / 4)
  for (const { status, body, headers } of refused) {
    expect([status, body.code]).toEqual([429, 'rate_limited'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
  const person = await limited.house.person()
  const { url } = await limited.order(person.telegramId, 'yookassa')
  limited.shop.pay(limited.idOf(url))
  const paid = await limited.notify('payment.succeeded', limited.idOf(url), { 'x-forwarded-for': quiet })
  expect(paid.status).toBe(200)
  expect((await limited.wallet(person.id)).coins).toBe(100)
})

test('without Redis each process counts for itself: notifications are taken all the same', async () => {
  const { burst, taken } = await flood(withoutRedis, noisy)
  expect(taken).toBeGreaterThanOrEqual(burst)
})
