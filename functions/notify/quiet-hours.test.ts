import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { enqueueNotice, type Notice, PRIORITY } from '#shared/db/jobs.ts'
import { messagesOf } from '../../local/telegram/messages.ts'
import { addPerson, savePerson } from '../../local/telegram/people.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler } from './handler.ts'

const MINUTE_MS = 60_000
/** The clock on the wall of London in winter, so many minutes from now. */
const clockIn = (minutes: number): string =>
  new Date(Date.now() + minutes * MINUTE_MS).toISOString().slice(11, 16)

/** Quiet since an hour ago, for two hours to come. */
const quietNow = () => ({ timeZone: 'UTC', quietHours: { from: clockIn(-60), to: clockIn(120) } })
/** The same hours where it is six hours earlier. */
const quietElsewhere = () => ({ ...quietNow(), timeZone: 'Etc/GMT+6' })

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [handler] })
})
afterEach(async () => {
  await house.settled()
  await house.ownerSql`delete from graphile_worker._private_jobs`
})
afterAll(() => house?.close())

const setSettings = (userId: string, settings: object) => house.ownerSql`
  update user_states set state_data = ${house.ownerSql.json({ settings } as never)} where user_id = ${userId}`

const makePerson = async (settings: object) => {
  const person = await house.person()
  const { state } = house.sim
  savePerson(state, { ...addPerson(state, { id: person.telegramId, firstName: 'Ann' }), started: true })
  await setSettings(person.id, settings)
  return person
}

const enqueue = (
  userId: string,
  kind: Notice['kind'],
  params: Notice['params'],
  priority: number = PRIORITY.receipt,
) => enqueueNotice(house.appSql, { userId, kind, params }, { priority })

/** One run, and its last look for more, which would take what is queued next. */
const drain = async () => {
  await house.settled()
  const reply = await house.call('notify', 'POST', '/', { as: 'cron', key: null })
  await house.settled()
  expect(reply.status).toBe(200)
  return reply.body as { sent: number; failed: number; left: number }
}

const textsTo = (telegramId: number): string[] =>
  messagesOf(house.sim.state, telegramId).map(({ message }) => message.text ?? '')

const waits = () => house.ownerSql<{ seconds: number; attempts: number }[]>`
  select extract(epoch from run_at - now())::float8 as seconds, attempts::int from graphile_worker._private_jobs order by id`

/** What waited is due now. */
const letTimePass = () => house.ownerSql`update graphile_worker._private_jobs set run_at = now()`

const RECEIPT = { coins: 5, description: 'Scan', service: null, balance: 9, priceVersion: null }
const PAYMENT = {
  amount: 50,
  currency: 'XTR',
  paymentId: 'p-1',
  coins: 100,
  debtPaid: 0,
  balance: 150,
  priceVersion: 'v1',
}

test.each([
  ['charge-receipt', RECEIPT],
  ['low-balance', { coins: 3, threshold: 10 }],
  ['text', { text: 'News' }],
] as const)('%s waits until the quiet is over, and uses up no attempt', async (kind, params) => {
  const person = await makePerson(quietNow())
  await enqueue(person.id, kind, params)
  expect(await drain()).toEqual({ sent: 0, failed: 0, left: 0 })
  const [job] = await waits()
  expect(job?.attempts).toBe(0)
  expect(job?.seconds).toBeGreaterThan(117 * 60)
  expect(job?.seconds).toBeLessThanOrEqual(120 * 60)
  expect(textsTo(person.telegramId)).toEqual([])

  await setSettings(person.id, quietElsewhere())
  await letTimePass()
  expect(await drain()).toMatchObject({ sent: 1 })
  expect(textsTo(person.telegramId)).toHaveLength(1)
})

test.each([
  ['payment-credited', PAYMENT],
  ['payment-suspense', { amount: 50, currency: 'XTR', paymentId: 'p-1' }],
  ['refund-failed', { amount: 50, currency: 'XTR', coins: 2, balance: 52, paymentId: 'p-1' }],
] as const)('%s does not wait, and overtakes what does', async (kind, params) => {
  const person = await makePerson(quietNow())
  await enqueue(person.id, 'charge-receipt', RECEIPT)
  await drain()
  await enqueue(person.id, kind, params, PRIORITY.payment)
  expect(await drain()).toMatchObject({ sent: 1 })
  expect(textsTo(person.telegramId)).toHaveLength(1)
  expect(await waits()).toHaveLength(1)
})

test('goes by the settings of the moment of sending, and by the own time zone', async () => {
  const [loud, elsewhere] = [await makePerson(quietNow()), await makePerson(quietElsewhere())]
  await enqueue(elsewhere.id, 'charge-receipt', RECEIPT)
  expect(await drain()).toMatchObject({ sent: 1 })
  await enqueue(loud.id, 'charge-receipt', RECEIPT)
  expect(await drain()).toMatchObject({ sent: 0 })
  await house.ownerSql`update user_states set state_data = '{}' where user_id = ${loud.id}`
  await letTimePass()
  expect(await drain()).toMatchObject({ sent: 1 })
})
