import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler } from './handler.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [handler], config: { allowCronWakeup: true } })
})
afterAll(() => house.close())
beforeEach(async () => {
  house.resourcesOf('reconcile').clock = Date.now
  await house.ownerSql`delete from reconcile_runs`
  await house.ownerSql`delete from audit_log`
  await house.ownerSql`delete from graphile_worker._private_jobs`
})

const ledger = async (as = 'client') => {
  const reply = await house.call('reconcile', 'POST', '/', { as, key: null })
  expect(reply.status).toBe(200)
  return reply.body.ledger as { users: number; drift: number }
}

const named = async (): Promise<string[]> =>
  (
    await house.ownerSql<{ subject: string }[]>`select subject from audit_log where action = 'ledger-drift'`
  ).map(({ subject }) => subject)
const alerts = () => house.ownerSql`
  select 1 from graphile_worker._private_jobs where payload->>'kind' = 'ledger-drift'`
const driftMetric = async (): Promise<string | undefined> =>
  /^kopeika_ledger_drift_wallets\{.*} (\d+)$/m.exec(
    String(
      (
        await house.call('reconcile', 'GET', '/metrics', {
          as: null,
          headers: { authorization: `Bearer ${house.metricsToken}` },
        })
      ).body,
    ),
  )?.[1]

/** Changes a wallet behind the ledger's back, as only the owner's role can; gives how to put it right. */
const tamper = async (userId: string, change: { coins?: number; held?: number; debt?: number }) => {
  const { coins = 0, held = 0, debt = 0 } = change
  const apply = (sign: number) => house.ownerSql`
    update user_balances set coins = coins + ${sign * coins}, held = held + ${sign * held}, debt = debt + ${sign * debt}
    where user_id = ${userId}`
  await apply(1)
  return () => apply(-1)
}

test('a wallet changed by hand is found, told once while it lasts, and again when it comes back', async () => {
  const [{ id }, { id: other }] = [await house.person(), await house.person()]
  expect((await ledger()).drift).toBe(0)
  const repair = await tamper(id, { coins: 7 })
  expect((await ledger()).drift).toBe(1)
  expect(await named()).toEqual([`user:${id}`])
  expect(await alerts()).toHaveLength(1)
  expect(await driftMetric()).toBe('1')
  await ledger()
  expect(await named()).toEqual([`user:${id}`])
  // another one is told by itself
  const repairOther = await tamper(other, { coins: 1 })
  expect((await ledger()).drift).toBe(2)
  expect(await named()).toEqual([`user:${id}`, `user:${other}`])
  await repair()
  await repairOther()
  expect((await ledger()).drift).toBe(0)
  expect(await driftMetric()).toBe('0')
  const repairAgain = await tamper(id, { coins: 7 })
  expect((await ledger()).drift).toBe(1)
  expect(await named()).toEqual([`user:${id}`, `user:${other}`, `user:${id}`])
  await repairAgain()
})

test('coins held by nobody, and a debt beside free coins, are drifts as well', async () => {
  const { id } = await house.person()
  await house.ownerSql`
    insert into transactions (user_id, amount, type, description, balance_after, actor) values (${id}, 10, 'bonus', 'x', 10, 'test')`
  await house.ownerSql`update user_balances set coins = 10 where user_id = ${id}`
  expect((await ledger()).drift).toBe(0)
  const unhold = await tamper(id, { held: 3 })
  expect((await ledger()).drift).toBe(1)
  await unhold()
  const unowe = await tamper(id, { debt: 4 })
  expect((await ledger()).drift).toBe(1)
  await unowe()
  expect((await ledger()).drift).toBe(0)
})

test('the schedule looks once an hour and repeats the figures; who asks in person gets them fresh', async () => {
  const { id } = await house.person()
  const { users } = await ledger('cron')
  expect(users).toBeGreaterThan(0)
  const repair = await tamper(id, { coins: 2 })
  expect(await ledger('cron')).toEqual({ users, drift: 0 })
  expect(await ledger()).toEqual({ users, drift: 1 })
  // the last figures, whoever asked for them
  expect(await ledger('cron')).toEqual({ users, drift: 1 })
  await repair()
  house.resourcesOf('reconcile').clock = () => Date.now() + 61 * 60_000
  expect(await ledger('cron')).toEqual({ users, drift: 0 })
  const kinds = await house.ownerSql<{ kind: string }[]>`select kind from reconcile_runs order by id`
  expect(kinds.map(({ kind }) => kind)).toEqual(['books', 'pending', 'books', 'pending', 'books'])
})

test('a look that ran out of time goes on with the next scheduled run', async () => {
  const people = await Promise.all(Array.from({ length: 4 }, () => house.person()))
  const all = await house.ownerSql<{ id: string }[]>`select user_id as id from user_balances order by user_id`
  const [first] = people
  const half = all[Math.floor(all.length / 2)]
  if (!half || !first) throw new Error('Nobody is there.')
  await ledger()
  await house.ownerSql`
    update reconcile_runs set report = jsonb_set(jsonb_set(report, '{ledger,stoppedAfter}', to_jsonb(${half.id}::text)),
      '{ledger,users}', '1000')`
  const left = all.filter(({ id }) => id > half.id).length
  expect(await ledger('cron')).toEqual({ users: 1000 + left, drift: 0 })
  // it was whole: nothing is left to go on with
  expect(await ledger('cron')).toEqual({ users: 1000 + left, drift: 0 })
  expect(await ledger()).toEqual({ users: all.length, drift: 0 })
})

test('the cron connector may start it without a token, and is told nothing', async () => {
  const call = () =>
    house.call('reconcile', 'POST', '/', {
      as: null,
      key: null,
      headers: { 'x-connector': 'cron-connector' },
    })
  await house.ownerSql`delete from leases`
  const reply = await call()
  expect([reply.status, reply.bytes.length]).toEqual([202, 0])
  expect((await call()).status).toBe(202)
  expect(await house.ownerSql`select 1 from reconcile_runs`).toHaveLength(1)
  expect((await house.call('reconcile', 'POST', '/', { as: null, key: null })).status).toBe(401)
  expect((await house.call('reconcile', 'POST', '/', { as: 'limited-client', key: null })).status).toBe(403)
})
