import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler } from './handler.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [handler] })
})
afterAll(() => house.close())
beforeEach(async () => {
  await house.settled()
  await house.ownerSql`delete from telegram_updates`
  await house.ownerSql`delete from idempotency_keys`
  await house.ownerSql`delete from graphile_worker._private_jobs`
})

const run = async (as = 'cron') => {
  const reply = await house.call('notify', 'POST', '/', { as, key: null })
  expect(reply.status).toBe(200)
}

test('holds that ran out are freed, and what they held pays a debt first', async () => {
  const { id } = await house.person()
  const { ownerSql: sql } = house
  await sql`
    insert into transactions (user_id, amount, type, description, balance_after, actor) values (${id}, 10, 'bonus', 'x', 10, 'test')`
  await sql`update user_balances set coins = 10, held = 10, debt = 4 where user_id = ${id}`
  await sql`
    insert into holds (user_id, coins, description, actor, expires_at) values
      (${id}, 6, 'ran out', 'test', now() - interval '1 second'), (${id}, 4, 'lasts', 'test', now() + interval '1 hour')`
  await run()
  const [wallet] = await sql`select coins, held, debt from user_balances where user_id = ${id}`
  expect(wallet).toEqual({ coins: 6, held: 4, debt: 0 })
  const states = await sql`select state from holds where user_id = ${id} order by coins desc`
  expect(states.map(({ state }) => state)).toEqual(['expired', 'active'])
})

/** Updates by how old they are and how they stand; gives those that are left, by id. */
const updates = async (rows: [id: number, state: string, hours: number][]) => {
  for (const [id, state, hours] of rows) {
    const isOver = state === 'done' || state === 'dead'
    await house.ownerSql`
      insert into telegram_updates (update_id, kind, state, claimed_until, received_at, handled_at)
      values (${id}, 'message', ${state}, now() - interval '1 minute', now() - make_interval(hours => ${hours}),
        ${isOver ? new Date() : null})`
  }
}
const left = async () =>
  Object.fromEntries(
    (
      await house.ownerSql<
        { id: number; state: string }[]
      >`select update_id as id, state from telegram_updates`
    ).map(({ id, state }) => [id, state]),
  )

test('ids of updates are kept for three days, dead letters for ninety', async () => {
  const DAY = 24
  await updates([
    [1, 'done', 71],
    [2, 'done', 73],
    [3, 'dead', 89 * DAY],
    [4, 'dead', 91 * DAY],
  ])
  await run()
  expect(await left()).toEqual({ 1: 'done', 3: 'dead' })
})

test('an update that Telegram has given up becomes a dead letter, and one alert tells of all', async () => {
  await updates([
    [1, 'failed', 24],
    [2, 'failed', 26],
    [3, 'failed', 40],
    [4, 'processing', 0],
  ])
  await run()
  expect(await left()).toEqual({ 1: 'failed', 2: 'dead', 3: 'dead', 4: 'processing' })
  const alerts = await house.ownerSql`
    select payload from graphile_worker._private_jobs where payload->>'kind' = 'dead-letter'`
  expect(alerts.map(({ payload }) => payload.params.count)).toEqual([2])
})

test('answers under a key are kept for a week, and a heap of old ones goes in small steps', async () => {
  await house.ownerSql`
    insert into idempotency_keys (client, function_name, route, key, input_hash, created_at)
    select 'c', 'f', 'r', n::text, sha256('x'), now() - case when n = 1 then interval '6 days' else interval '8 days' end
    from generate_series(1, 1203) n`
  await run()
  expect((await house.ownerSql`select key from idempotency_keys`).map(({ key }) => key)).toEqual(['1'])
})

test('a wake-up by another function is about its message alone', async () => {
  await updates([[1, 'done', 100]])
  await run('top-up')
  expect(await left()).toEqual({ 1: 'done' })
  await run('client')
  expect(await left()).toEqual({})
})

test('one wallet that cannot be freed is logged, and the next one is freed all the same', async () => {
  const [broken, whole] = [await house.person(), await house.person()]
  const { ownerSql: sql } = house
  await sql`
    insert into transactions (user_id, amount, type, description, balance_after, actor) values (${whole.id}, 5, 'bonus', 'x', 5, 'test')`
  await sql`update user_balances set coins = 5, held = 5 where user_id = ${whole.id}`
  // the first one's wallet holds less than its hold says
  await sql`
    insert into holds (user_id, coins, description, actor, expires_at) values
      (${broken.id}, 5, 'ran out', 'test', now() - interval '2 minutes'),
      (${whole.id}, 5, 'ran out', 'test', now() - interval '1 minute')`
  try {
    await run()
    const [wallet] = await sql`select held from user_balances where user_id = ${whole.id}`
    expect(wallet?.held).toBe(0)
    expect(house.logs.some((line) => line.includes('of one person') && line.includes(broken.id))).toBe(true)
  } finally {
    await sql`delete from holds where user_id = ${broken.id}`
  }
})

test('a sweep that fails keeps no message from being sent', async () => {
  const { id } = await house.person()
  await house.ownerSql`alter table holds rename to holds_away`
  try {
    await house.appSql`
      select graphile_worker.add_job('send_notice', ${house.appSql.json({ userId: id, kind: 'text', params: { text: randomUUID() } })}::json)`
    const reply = await house.call('notify', 'POST', '/', { as: 'cron', key: null })
    expect(reply.status).toBe(200)
    expect(reply.body.failed + reply.body.sent).toBe(1)
    expect(house.logs.some((line) => line.includes('could not free coins of holds'))).toBe(true)
  } finally {
    await house.ownerSql`alter table holds_away rename to holds`
  }
})
