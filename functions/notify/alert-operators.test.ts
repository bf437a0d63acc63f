import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ALERT_KINDS, type Alert, enqueueAlert } from '#shared/db/alerts.ts'
import { BotApiError } from '../../local/telegram/api-error.ts'
import { messagesOf } from '../../local/telegram/messages.ts'
import { addPerson, savePerson, setBlocked } from '../../local/telegram/people.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { renderAlert } from './alert-operators.ts'
import { handler } from './handler.ts'

const [ANNA, BORIS] = [4_000_000_001, 4_000_000_002]

let house: House
let silent: House
beforeAll(async () => {
  house = await openHouse({ functions: [handler], config: { operators: [ANNA, BORIS] } })
  silent = await openHouse({ functions: [handler] })
  const { state } = house.sim
  for (const id of [ANNA, BORIS])
    savePerson(state, { ...addPerson(state, { id, firstName: 'Op' }), started: true })
  // Anna is a person of the bot and reads English; Boris is not known
  await house.person(ANNA)
})
afterAll(async () => {
  await house.close()
  await silent.close()
})
beforeEach(async () => {
  delete house.sim.state.faults.beforeMethod
  await house.ownerSql`delete from graphile_worker._private_jobs`
})

const ALERT: Alert = {
  kind: 'payment-suspense',
  subject: 'payment:0199',
  params: { provider: 'yookassa', amount: 9950, currency: 'RUB', reason: 'order_unknown', orderId: null },
}

const run = async (where = house) => {
  const reply = await where.call('notify', 'POST', '/', { as: 'cron', key: null })
  expect(reply.status).toBe(200)
  await where.settled()
  return reply.body as { sent: number; failed: number; left: number }
}
const textsTo = (id: number) => messagesOf(house.sim.state, id).map(({ message }) => message.text ?? '')
const jobs = () => house.ownerSql`select attempts from graphile_worker._private_jobs`
const metrics = async (where = house): Promise<string> =>
  (
    await where.call('notify', 'GET', '/metrics', {
      as: null,
      headers: { authorization: `Bearer ${where.metricsToken}` },
    })
  ).body

test('every operator is told once, in the own language or in Russian', async () => {
  await enqueueAlert(house.appSql, ALERT)
  await enqueueAlert(house.appSql, ALERT)
  await run()
  expect(await jobs()).toHaveLength(0)
  const [anna, boris] = [textsTo(ANNA), textsTo(BORIS)]
  expect([anna.length, boris.length]).toEqual([1, 1])
  expect(anna[0]).toContain('A payment waits for you')
  expect(anna[0]).toContain('amount: ₽99.50')
  expect(anna[0]).toContain('reason: order_unknown')
  expect(anna[0]).not.toContain('orderId')
  expect(anna[0]).toContain('payments show 0199')
  expect(boris[0]).toContain('Платёж ждёт вашего решения')
  expect(await metrics()).toMatch(/kopeika_alerts_total\{kind="payment-suspense",outcome="sent".*} 1/)
})

test('one who blocked the bot keeps the others from nothing, and nobody is told twice', async () => {
  const { state } = house.sim
  const anna = state.people.get(ANNA)
  if (!anna) throw new Error('Anna is not there.')
  setBlocked(state, anna, true)
  const before = textsTo(BORIS).length
  await enqueueAlert(house.appSql, { ...ALERT, subject: 'payment:0200' })
  await run()
  expect(await jobs()).toHaveLength(0)
  expect(textsTo(BORIS)).toHaveLength(before + 1)
  expect(house.logs.some((line) => line.includes('an operator could not be told'))).toBe(true)
  setBlocked(state, state.people.get(ANNA) ?? anna, false)
})

test('Telegram away: told later', async () => {
  const before = textsTo(ANNA).length
  house.sim.state.faults.beforeMethod = () => new BotApiError(502, 'Bad Gateway')
  await enqueueAlert(house.appSql, { ...ALERT, subject: 'payment:0201' })
  await run()
  expect(await jobs()).toMatchObject([{ attempts: 1 }])
  delete house.sim.state.faults.beforeMethod
  await house.ownerSql`update graphile_worker._private_jobs set run_at = now()`
  await run()
  expect(await jobs()).toHaveLength(0)
  expect(textsTo(ANNA)).toHaveLength(before + 1)
})

test('no operators: the log and a metric are all there is, and the job is done', async () => {
  await enqueueAlert(silent.appSql, ALERT)
  await run(silent)
  expect(await silent.ownerSql`select 1 from graphile_worker._private_jobs`).toHaveLength(0)
  expect(silent.logs.some((line) => line.includes('payment:0199') && line.includes('"error"'))).toBe(true)
  expect(await metrics(silent)).toMatch(/kopeika_alerts_total\{kind="payment-suspense",outcome="nobody".*} 1/)
})

describe('words', () => {
  test.each(ALERT_KINDS)('%s has words of its own in both languages', (kind) => {
    const alert = { ...ALERT, kind }
    const [ru, en] = [renderAlert(alert, 'ru'), renderAlert(alert, 'en')]
    expect(ru).toMatch(/[а-я]/)
    expect(en).not.toMatch(/[а-яё]/i)
    expect(en).toContain('npm run admin -- ')
    const others = ALERT_KINDS.filter((other) => other !== kind)
    for (const other of others) expect(renderAlert({ ...ALERT, kind: other }, 'en')).not.toBe(en)
  })

  test('what comes from outside cannot break out of the message', () => {
    const params = { reason: '<b>bold</b> & co', chargeId: 'x'.repeat(5_000) }
    const words = renderAlert({ ...ALERT, params }, 'en')
    expect(words).toContain('&lt;b&gt;bold&lt;/b&gt; &amp; co')
    expect(words.length).toBeLessThanOrEqual(4_096)
  })
})
