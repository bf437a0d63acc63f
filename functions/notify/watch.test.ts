import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Resources } from '#shared/http/resources.ts'
import { TelegramError } from '#shared/telegram/errors.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler } from './handler.ts'
import { lookAround } from './watch.ts'

let house: House
let resources: Resources
let now = 0
beforeAll(async () => {
  house = await openHouse({ functions: [handler] })
  resources = house.resourcesOf('notify')
})
afterAll(() => house.close())
beforeEach(() => {
  now += 3_600_000
})
afterEach(() => vi.restoreAllMocks())

const metric = async (name: string): Promise<number> => {
  const headers = { authorization: `Bearer ${house.metricsToken}` }
  const { body } = await house.call('notify', 'GET', '/metrics', { as: null, headers })
  return Number(new RegExp(`^${name}\\S* (\\S+)$`, 'm').exec(body)?.[1])
}

const waitingAtTelegram = (pending: number, errorAt?: number) =>
  vi.spyOn(resources.telegram, 'getWebhookInfo').mockResolvedValue({
    url: 'https://bot.example.org/',
    has_custom_certificate: false,
    pending_update_count: pending,
    ...(errorAt === undefined ? {} : { last_error_date: errorAt }),
  })

test('the schedule finds out how many updates wait, and how full PostgreSQL is', async () => {
  await house.call('notify', 'POST', '/', { as: 'cron', key: null })
  expect(await metric('kopeika_telegram_pending_updates')).toBe(0)
  const used = await metric('kopeika_postgres_connections\\{state="used"')
  expect(used).toBeGreaterThan(1)
  expect(await metric('kopeika_postgres_connections\\{state="max"')).toBeGreaterThan(used)
})

test('what Telegram says is what is measured', async () => {
  waitingAtTelegram(77, 1_790_000_000)
  await lookAround(resources, now)
  expect(await metric('kopeika_telegram_pending_updates')).toBe(77)
  expect(await metric('kopeika_telegram_webhook_error_timestamp_seconds')).toBe(1_790_000_000)
})

test('it looks twice a minute at most', async () => {
  const asked = waitingAtTelegram(1)
  await lookAround(resources, now)
  await lookAround(resources, now + 29_000)
  expect(asked).toHaveBeenCalledTimes(1)
  await lookAround(resources, now + 30_001)
  expect(asked).toHaveBeenCalledTimes(2)
})

test('Telegram or PostgreSQL that is away is told, and hinders nothing', async () => {
  const failure = { kind: 'unavailable', description: 'no answer', outcomeUnknown: true } as const
  vi.spyOn(resources.telegram, 'getWebhookInfo').mockRejectedValue(
    new TelegramError('getWebhookInfo', failure),
  )
  house.logs.length = 0
  await lookAround(resources, now)
  expect(house.logs.join('\n')).toMatch(/could not look at Telegram/)
  expect(house.logs.join('\n')).not.toMatch(/could not look at PostgreSQL/)
})
