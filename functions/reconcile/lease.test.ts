import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { findDrift } from '#shared/db/ledger-check.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { clearBook, payUnheard } from '../../test/support/stars-book.ts'
import { handler } from './handler.ts'

const PAYMENTS = 6

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [handler] })
})
afterAll(() => house.close())
beforeEach(() => clearBook(house))

const run = () => house.call('reconcile', 'POST', '/', { key: null })

/** So many sessions of the functions wait for a lock that somebody else has. */
const untilWaiting = (count: number): Promise<void> =>
  expect
    .poll(
      async () => {
        const [row] = await house.ownerSql<{ count: number }[]>`
          select count(distinct pid)::int as count from pg_locks
          where not granted and relation = 'provider_entries'::regclass`
        return row?.count
      },
      { interval: 10, timeout: 1_500 },
    )
    .toBeGreaterThanOrEqual(count)

/** As if 55 s had passed: the process was stopped, or its machine slept. */
const loseLease = () => house.ownerSql`
  update leases set expires_at = expires_at - interval '56 seconds', started_at = started_at - interval '56 seconds'`

test('a run that has lost its lease goes on beside the next one: each payment is credited once, and the lease stays with the next', async () => {
  const paid = []
  for (let count = 0; count < PAYMENTS; count += 1) paid.push(await payUnheard(house))

  const gate = Promise.withResolvers<void>()
  const locked = Promise.withResolvers<void>()
  const blocker = house.ownerSql.begin(async (tx) => {
    await tx`lock table provider_entries in access exclusive mode`
    locked.resolve()
    await gate.promise
  })
  await locked.promise
  const slow = run()
  await untilWaiting(1)
  const [held] = await house.ownerSql<{ holder: string }[]>`select holder from leases`
  await loseLease()
  const next = run()
  await untilWaiting(2)
  const [taken] = await house.ownerSql<{ holder: string }[]>`select holder from leases`
  expect(taken?.holder).not.toBe(held?.holder)
  gate.resolve()
  await blocker

  const replies = await Promise.all([slow, next])
  expect(replies.map(({ status }) => status)).toEqual([200, 200])
  const credited = replies.map(({ body }) => body.payments.credited as number)
  expect(credited.reduce((sum, one) => sum + one, 0)).toBe(PAYMENTS)
  for (const { id } of paid) {
    const rows =
      await house.ownerSql`select amount from transactions where user_id = ${id} and type = 'top_up'`
    expect(rows).toEqual([{ amount: 100 }])
  }
  expect(await findDrift(house.ownerSql)).toEqual([])
  const [last] = await house.ownerSql<{ holder: string }[]>`select holder from leases`
  expect(last?.holder).toBe(taken?.holder)
  // whatever the slow one has written down of how far it had read: nothing is missed or credited again
  const late = await payUnheard(house)
  expect((await run()).body.payments).toMatchObject({ credited: 1, unmatched: 0 })
  const rows =
    await house.ownerSql`select amount from transactions where user_id = ${late.id} and type = 'top_up'`
  expect(rows).toEqual([{ amount: 100 }])
})
