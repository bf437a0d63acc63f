import { afterAll, beforeAll, expect, test } from 'vitest'
import { addPerson, readBooks } from '#shared/db/people.testing.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as charge } from '../charge/handler.ts'
import { handler } from './handler.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [handler, charge] })
})
afterAll(() => house.close())

const tidyUp = async () => {
  // a wake-up by the charge would make this call find the work taken
  await house.settled()
  expect((await house.call('notify', 'POST', '/', { as: 'cron', key: null })).status).toBe(200)
}

const stand = async (updateId: number, state: 'dead' | 'failed' | 'done') => {
  const isOver = state !== 'failed'
  await house.ownerSql`
    insert into telegram_updates (update_id, kind, state, claimed_until, received_at, handled_at)
    values (${updateId}, 'message', ${state}, now() + interval '1 hour', now() - interval '2 hours', ${isOver ? new Date() : null})`
}

/** What the dispatcher does for an update: it charges, under a key that names the update. */
const work = async (updateId: number, userId: string) => {
  const reply = await house.call('charge', 'POST', '/', {
    as: 'dispatcher',
    key: `update:${updateId}:1:charge`,
    body: { userId, coins: 10, description: 'Work' },
  })
  expect(reply.status).toBe(200)
  return { transactionId: reply.body.transactionId, wasDone: reply.headers.has('idempotency-replayed') }
}

const age = (days: number) => house.ownerSql`
  update idempotency_keys set created_at = now() - make_interval(days => ${days})`

test('a dead letter that is replayed on day 8, or on day 89, charges nothing again', async () => {
  const id = await addPerson(house.ownerSql, { coins: 100 })
  const { transactionId } = await work(71, id)
  await stand(71, 'dead')
  await age(8)
  await tidyUp()
  expect(await work(71, id)).toEqual({ transactionId, wasDone: true })
  await age(89)
  await house.ownerSql`update telegram_updates set received_at = now() - interval '89 days' where update_id = 71`
  await tidyUp()
  expect(await work(71, id)).toEqual({ transactionId, wasDone: true })
  expect((await readBooks(house.ownerSql, id)).coins).toBe(90)
  // once it cannot be replayed any more, its key goes as well
  await house.ownerSql`update telegram_updates set received_at = now() - interval '91 days' where update_id = 71`
  await tidyUp()
  expect(await house.ownerSql`select 1 from telegram_updates where update_id = 71`).toHaveLength(0)
  expect(await house.ownerSql`select 1 from idempotency_keys`).toHaveLength(0)
})

test('keys of updates that had their effect, and of other callers, go after a week', async () => {
  const id = await addPerson(house.ownerSql, { coins: 100 })
  await work(72, id)
  await stand(72, 'done')
  await work(73, id)
  await stand(73, 'failed')
  // the update's number means nothing in a key of somebody else
  await house.call('charge', 'POST', '/', {
    key: 'update:73:1:charge',
    body: { userId: id, coins: 10, description: 'Work' },
  })
  await house.call('charge', 'POST', '/', {
    as: 'dispatcher',
    key: 'another-form',
    body: { userId: id, coins: 10, description: 'Work' },
  })
  await age(6)
  await tidyUp()
  expect(await house.ownerSql`select 1 from idempotency_keys`).toHaveLength(4)
  await age(8)
  await tidyUp()
  const left = await house.ownerSql`select client, key from idempotency_keys`
  expect([...left]).toEqual([{ client: 'dispatcher', key: 'update:73:1:charge' }])
})
