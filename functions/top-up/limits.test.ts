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
  const replies = await Promise.all(Array.from({ length: perMinute + 5 }, () => invoice(limited, telegramId)))
  const refused = replies.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThanOrEqual(4)
  expect(refused[0]?.body.code).toBe('rate_limited')
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
  const made = await limited.ownerSql`select 1 from orders where user_id = ${id}`
  expect(made).toHaveLength(replies.length - refused.length)
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
