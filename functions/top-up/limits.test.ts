import { afterAll, beforeAll, expect, test } from 'vitest'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler } from './handler.ts'

let limited: House
let withoutRedis: House

beforeAll(async () => {
  ;[limited, withoutRedis] = await Promise.all([
    openHouse({ functions: [handler], rateLimits: true }),
    // a port on which nobody listens
    openHouse({ functions: [handler], rateLimits: true, config: { redisUrl: 'redis://127.0.0.1:1' } }),
  ])
})
afterAll(() => Promise.all([limited.close(), withoutRedis.close()]))

const invoice = (house: House, telegramId: number) =>
  house.call('top-up', 'POST', '/invoices', {
    body: { telegramId, pack: 'small', provider: 'stars', link: false },
  })

test('a person gets so many invoices a minute, another person theirs', async () => {
  const { perMinute } = limited.resourcesOf('top-up').tariff.rateLimits.invoices
  const { telegramId, id } = await limited.person()
  // Redis is connected and the pool open before it counts
  expect((await invoice(limited, (await limited.person()).telegramId)).status).toBe(201)
  const startedAt = performance.now()
  const replies = await Promise.all(Array.from({ length: perMinute + 5 }, () => invoice(limited, telegramId)))
  const minutes = (performance.now() - startedAt) / 60_000
  const of = (wanted: number) => replies.filter(({ status }) => status === wanted)
  // on a busy machine one or two may meet a Redis or a database that is too late: refused as where it is away, and nothing is made
  const [made, refused, late] = [of(201), of(429), of(503)]
  expect(made.length + refused.length + late.length).toBe(replies.length)
  expect(late.length).toBeLessThanOrEqual(5)
  expect(made.length + late.length).toBeGreaterThanOrEqual(perMinute)
  expect(refused.length).toBeGreaterThan(0)
  for (const { body, headers } of late) {
    expect(body.code).toBe('unavailable')
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
  for (const { body, headers } of refused) {
    expect(body.code).toBe('rate_limited')
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
  const orders = await limited.ownerSql`select 1 from orders where user_id = ${id}`
  expect(orders).toHaveLength(made.length)
  expect(made.length).toBeLessThanOrEqual(perMinute + Math.ceil(minutes * perMinute))
  const other = await limited.person()
  expect((await invoice(limited, other.telegramId)).status).toBe(201)
})

test('Redis away: no invoices, but money that comes in is taken', async () => {
  const { telegramId, id } = await withoutRedis.person()
  const refused = await invoice(withoutRedis, telegramId)
  expect([refused.status, refused.body.code]).toEqual([503, 'unavailable'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await withoutRedis.ownerSql`select 1 from orders where user_id = ${id}`).toHaveLength(0)

  const paid = await withoutRedis.call('top-up', 'POST', '/payments', {
    body: {
      from: { id: telegramId },
      successful_payment: { currency: 'XTR', total_amount: 50, telegram_payment_charge_id: `stx-${id}` },
    },
  })
  expect([paid.status, paid.body.coins]).toEqual([200, 0])
})
