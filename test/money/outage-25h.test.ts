import { afterAll, beforeAll, expect, test } from 'vitest'
import { handler as dispatcher } from '../../functions/dispatcher/handler.ts'
import { handler as reconcile } from '../../functions/reconcile/handler.ts'
import { handler as register } from '../../functions/register/handler.ts'
import { handler as topUp } from '../../functions/top-up/handler.ts'
import { systemClock } from '../../local/telegram/clock.ts'
import { refundCharge } from '../../local/telegram/payments.ts'
import { createShiftedClock } from '../../local/telegram/shifted-clock.ts'
import { waitingUpdates } from '../../local/telegram/updates.ts'
import { connectWebhook, meet } from '../support/chat.ts'
import { type House, openHouse } from '../support/house.ts'
import { checkInvariants } from './invariants.ts'
import { bookOfStars } from './provider-books.ts'

const HOUR_MS = 3_600_000
const OUTAGE_MS = 25 * HOUR_MS
const PEOPLE = 12
const BONUS = 50

let house: House

/** Telegram's clock: it begins so long ago that the outage ends now. */
const clock = createShiftedClock({ ...systemClock, now: () => Date.now() - OUTAGE_MS - HOUR_MS })

beforeAll(async () => {
  house = await openHouse({ functions: [dispatcher, register, topUp, reconcile] })
  house.sim.state.clock = clock
  await connectWebhook(house)
})
afterAll(() => house.close())

test('every webhook about money lost for 25 h: reconcile credits every payment, reverses what went back, and names each', {
  timeout: 60_000,
}, async () => {
  const { state, pageUrl } = house.sim
  // the bot goes on answering checkout queries; what tells it of the payments does not get through
  state.rules.add({ target: 'webhook', kind: 'successful_payment', do: 'delay', delayMs: 24 * HOUR_MS })
  state.rules.add({ target: 'webhook', kind: 'refunded_payment', do: 'delay', delayMs: 24 * HOUR_MS })

  const paid: { personId: number; chargeId: string }[] = []
  for (let index = 0; index < PEOPLE; index += 1) {
    const { personId } = await meet(house)
    const registered = await house.call('register', 'POST', '/', { body: { telegramId: personId } })
    expect(registered.status).toBe(201)
    const order = await house.call('top-up', 'POST', '/invoices', {
      body: { telegramId: personId, pack: 'small', provider: 'stars' },
    })
    const response = await fetch(new URL(`/sim/chats/${personId}/payments`, pageUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ invoiceLink: order.body.url }),
    })
    const { outcome, chargeId } = (await response.json()) as { outcome: string; chargeId: string }
    expect(outcome).toBe('paid')
    paid.push({ personId, chargeId })
  }
  const givenBack = paid.slice(0, 3)
  for (const { personId, chargeId } of givenBack) refundCharge(state, personId, chargeId)

  clock.advance(OUTAGE_MS)
  await expect.poll(() => waitingUpdates(state).length, { timeout: 10_000 }).toBe(0)
  expect(await house.ownerSql`select 1 from payments`).toEqual([])

  const reply = await house.call('reconcile', 'POST', '/', { key: null })
  expect(reply.status).toBe(200)
  expect(reply.body).toMatchObject({
    payments: { credited: PEOPLE, reversed: givenBack.length, unmatched: 0 },
    ledger: { drift: 0 },
  })
  const named = await house.ownerSql<{ action: string; chargeId: string }[]>`
    select a.action, p.charge_id as "chargeId" from audit_log a join payments p on a.subject = 'payment:' || p.id
    where a.action in ('payment-found', 'refund-outside')`
  const namesOf = (action: string): string[] =>
    named
      .filter((entry) => entry.action === action)
      .map(({ chargeId }) => chargeId)
      .sort()
  expect(namesOf('payment-found')).toEqual(paid.map(({ chargeId }) => chargeId).sort())
  expect(namesOf('refund-outside')).toEqual(givenBack.map(({ chargeId }) => chargeId).sort())
  for (const [index, { personId }] of paid.entries()) {
    const rows = await house.ownerSql`
      select b.coins, b.debt from user_balances b join users u on u.id = b.user_id where u.telegram_id = ${personId}`
    expect(rows).toEqual([{ coins: BONUS + (index < givenBack.length ? 0 : 100), debt: 0 }])
  }
  const books = [bookOfStars(state.transactions.values())]
  expect(await checkInvariants(house.ownerSql, { noticesAreKept: true, books })).toEqual([])
})
