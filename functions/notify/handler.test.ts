import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { enqueueNotice, type Notice, PRIORITY } from '#shared/db/jobs.ts'
import { enqueueObjectDeletion } from '#shared/db/object-jobs.ts'
import { BotApiError, tooManyRequests } from '../../local/telegram/api-error.ts'
import { messagesOf } from '../../local/telegram/messages.ts'
import { addPerson, savePerson, setBlocked } from '../../local/telegram/people.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler } from './handler.ts'

let house: House

beforeAll(async () => {
  house = await openHouse({ functions: [handler] })
})
afterAll(() => house.close())
afterEach(async () => {
  delete house.sim.state.faults.beforeMethod
  await house.settled()
  await house.ownerSql`delete from graphile_worker._private_jobs`
})

/** Somebody with an account who has written to the bot. */
const makePerson = async (settings: object = {}) => {
  const person = await house.person()
  const { state } = house.sim
  savePerson(state, {
    ...addPerson(state, { id: person.telegramId, firstName: 'Ann' }),
    started: true,
  })
  await house.ownerSql`
    update user_states set state_data = ${house.ownerSql.json({ settings } as never)} where user_id = ${person.id}`
  return person
}

const textsTo = (telegramId: number): string[] =>
  messagesOf(house.sim.state, telegramId).map(({ message }) => message.text ?? '')

const enqueue = (userId: string, kind: Notice['kind'], params: Notice['params']) =>
  enqueueNotice(house.appSql, { userId, kind, params }, { priority: PRIORITY.receipt })

const say = (userId: string, text: string) => enqueue(userId, 'text', { text })

/** A run of our own: one that an earlier wake-up started would hold the lease, or take the jobs before us. */
const drain = async () => {
  await house.settled()
  const reply = await house.call('notify', 'POST', '/', { as: 'cron', key: null })
  expect(reply.status).toBe(200)
  return reply.body as { sent: number; failed: number; left: number }
}

const jobs = () => house.ownerSql<
  { attempts: number; waits: number; error: string | null; locked: boolean }[]
>`
  select attempts::int, extract(epoch from run_at - now())::float8 as waits, last_error as error, locked_at is not null as locked
  from graphile_worker._private_jobs order by id`

const metrics = async (): Promise<string> =>
  (
    await house.call('notify', 'GET', '/metrics', {
      as: null,
      headers: { authorization: `Bearer ${house.metricsToken}` },
    })
  ).body

describe('POST /', () => {
  test('nothing to do', async () => {
    expect(await drain()).toEqual({ sent: 0, failed: 0, left: 0 })
  })

  const sum = { amount: 50, currency: 'XTR', paymentId: 'p-1' }
  test.each([
    [
      'payment-credited',
      { ...sum, coins: 100, debtPaid: 0, balance: 150, priceVersion: 'v1' },
      'Topped up',
      '100',
    ],
    ['payment-suspense', sum, 'do not pay again', '50 ⭐'],
    [
      'charge-receipt',
      { coins: 5, description: 'A <b> & c', service: null, balance: 9, priceVersion: null },
      'A <b> & c',
      '5 coins',
    ],
    ['low-balance', { coins: 3, threshold: 10 }, 'running low', '3 coins'],
    ['text', { text: 'Tom & <i>Jerry</i>' }, 'Tom & <i>Jerry</i>', ''],
  ] as const)('sends %s in words', async (kind, params, words, number) => {
    const person = await makePerson()
    await enqueue(person.id, kind, params)
    expect(await drain()).toEqual({ sent: 1, failed: 0, left: 0 })
    const [text = ''] = textsTo(person.telegramId)
    expect(text).toContain(words)
    expect(text).toContain(number)
    expect(await jobs()).toHaveLength(0)
  })

  test("speaks the person's language at the time of sending", async () => {
    const person = await makePerson()
    await enqueue(person.id, 'low-balance', { coins: 2, threshold: 10 })
    await house.ownerSql`
      update user_states set state_data = '{"settings":{"language":"ru"}}' where user_id = ${person.id}`
    await drain()
    expect(textsTo(person.telegramId)[0]).toContain('2 монеты')
  })

  test('switches, a block and an erasure are respected without a call', async () => {
    const [noReceipts, noLow, blocked, erased] = await Promise.all([
      makePerson({ receipts: false }),
      makePerson({ lowBalance: false }),
      makePerson(),
      makePerson(),
    ])
    await house.ownerSql`update users set blocked_at = now() where id = ${blocked.id}`
    await house.ownerSql`
      update users set erased_at = now(), telegram_id = null, username = null, first_name = null where id = ${erased.id}`
    const receipt = { coins: 1, description: 'x', service: null, balance: 1, priceVersion: null }
    await enqueue(noReceipts.id, 'charge-receipt', receipt)
    await enqueue(noLow.id, 'low-balance', { coins: 1, threshold: 10 })
    await say(blocked.id, 'x')
    await say(erased.id, 'x')
    expect(await drain()).toEqual({ sent: 0, failed: 0, left: 0 })
    for (const { telegramId } of [noReceipts, noLow, blocked, erased]) expect(textsTo(telegramId)).toEqual([])
    expect(await jobs()).toHaveLength(0)
  })

  test('who blocked the bot is remembered, and not written to again', async () => {
    const person = await makePerson()
    const { state } = house.sim
    const known = state.people.get(person.telegramId)
    if (known) setBlocked(state, known, true)
    await say(person.id, 'one')
    expect(await drain()).toEqual({ sent: 0, failed: 1, left: 0 })
    const [row] = await house.ownerSql`select blocked_at from users where id = ${person.id}`
    expect(row?.blocked_at).toBeInstanceOf(Date)
    await say(person.id, 'two')
    expect(await drain()).toEqual({ sent: 0, failed: 0, left: 0 })
    expect(await metrics()).toMatch(/kopeika_notices_failed_total\{kind="text",reason="blocked".*} 1/)
  })

  test('429: waits as long as Telegram says, and no attempt is used up', async () => {
    const person = await makePerson()
    await say(person.id, 'patience')
    let calls = 0
    house.sim.state.faults.beforeMethod = () => {
      calls += 1
      return tooManyRequests(30)
    }
    expect(await drain()).toEqual({ sent: 0, failed: 0, left: 0 })
    const [job] = await jobs()
    expect(job).toMatchObject({ attempts: 0, locked: false })
    expect(job?.waits).toBeGreaterThan(25)
    expect(job?.waits).toBeLessThan(31)
    expect(calls).toBe(1)
  })

  test('Telegram away: tried again later, then sent once', async () => {
    const person = await makePerson()
    await say(person.id, 'later')
    house.sim.state.faults.beforeMethod = () => new BotApiError(502, 'Bad Gateway')
    expect(await drain()).toEqual({ sent: 0, failed: 1, left: 0 })
    const [job] = await jobs()
    expect(job).toMatchObject({ attempts: 1, locked: false, error: 'Telegram is not available' })
    expect(job?.waits).toBeGreaterThan(0)
    delete house.sim.state.faults.beforeMethod
    await house.ownerSql`update graphile_worker._private_jobs set run_at = now()`
    expect(await drain()).toEqual({ sent: 1, failed: 0, left: 0 })
    expect(textsTo(person.telegramId)).toEqual(['later'])
  })

  test('a message that Telegram refuses is given up, and told in the log', async () => {
    const person = await makePerson()
    await say(person.id, 'x')
    house.sim.state.faults.beforeMethod = () => new BotApiError(400, 'Bad Request: BUTTON_INVALID')
    expect(await drain()).toEqual({ sent: 0, failed: 1, left: 0 })
    expect(await jobs()).toHaveLength(0)
    expect(house.logs.some((line) => line.includes('BUTTON_INVALID') && line.includes('"error"'))).toBe(true)
  })

  test('a job that failed as often as allowed stays, dead and counted', async () => {
    const person = await makePerson()
    await say(person.id, 'x')
    await house.ownerSql`update graphile_worker._private_jobs set max_attempts = 1`
    house.sim.state.faults.beforeMethod = () => new BotApiError(500, 'Internal Server Error')
    await drain()
    delete house.sim.state.faults.beforeMethod
    await house.ownerSql`update graphile_worker._private_jobs set run_at = now()`
    expect(await drain()).toEqual({ sent: 0, failed: 0, left: 0 })
    expect(await jobs()).toHaveLength(1)
    expect(await metrics()).toMatch(/kopeika_jobs_dead\{.*} 1/)
    expect(house.logs.some((line) => line.includes('failed for good'))).toBe(true)
  })

  test('a notice that this version does not know is kept for one that does', async () => {
    const person = await makePerson()
    await house.appSql`
      select graphile_worker.add_job('send_notice', ${house.appSql.json({ userId: person.id, kind: 'new', params: {} })}::json)`
    expect(await drain()).toMatchObject({ sent: 0, failed: 1 })
    expect(await jobs()).toMatchObject([{ attempts: 1 }])
  })

  test('removes objects that nothing refers to', async () => {
    const bucket = house.buckets.avatars
    await house.storage.put(bucket, 'a/1', Buffer.from('x'), { contentType: 'image/webp' })
    await enqueueObjectDeletion(house.appSql, { bucket, keys: ['a/1', 'a/gone'] })
    expect(await drain()).toEqual({ sent: 0, failed: 0, left: 0 })
    await expect(house.storage.get(bucket, 'a/1', { maxBytes: 10 })).rejects.toMatchObject({
      code: 'file_not_found',
    })
    expect(await jobs()).toHaveLength(0)
  })

  test('keeps the order of one chat, and many people are served side by side', async () => {
    const chatty = await makePerson()
    const others = await Promise.all(Array.from({ length: 10 }, () => makePerson()))
    await say(chatty.id, 'one')
    await say(chatty.id, 'two')
    await Promise.all(others.map(({ id }) => say(id, 'hello')))
    expect(await drain()).toEqual({ sent: 12, failed: 0, left: 0 })
    expect(textsTo(chatty.telegramId)).toEqual(['one', 'two'])
    for (const { telegramId } of others) expect(textsTo(telegramId)).toEqual(['hello'])
  })

  test('called five times at once, each message goes out once', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => makePerson()))
    await Promise.all(people.map(({ id }) => say(id, 'once')))
    const answers = await Promise.all(Array.from({ length: 5 }, drain))
    await house.settled()
    expect(answers.reduce((sum, { sent }) => sum + sent, 0)).toBe(5)
    for (const { telegramId } of people) expect(textsTo(telegramId)).toEqual(['once'])
  })

  test('what is queued after the last look, while the lease is still held, is sent without another call', async () => {
    const [first, second] = await Promise.all([makePerson(), makePerson()])
    const notice = { userId: second.id, kind: 'text', params: { text: 'in the gap' } }
    const { ownerSql } = house
    await ownerSql`create table gap (payload json)`
    await ownerSql`insert into gap values (${ownerSql.json(notice)}::json)`
    await ownerSql`
      create function fill_gap() returns trigger language plpgsql security definer as $$
      begin
        if new.expires_at <= now() then
          perform graphile_worker.add_job('send_notice', payload) from gap;
          delete from gap;
        end if;
        return null;
      end $$`
    await ownerSql`create trigger fill_gap after update on leases for each row execute function fill_gap()`
    try {
      await say(first.id, 'before')
      expect(await drain()).toMatchObject({ sent: 1, left: 0 })
      await expect.poll(() => textsTo(second.telegramId)).toEqual(['in the gap'])
    } finally {
      await house.settled()
      await ownerSql`drop trigger fill_gap on leases`
      await ownerSql`drop function fill_gap()`
      await ownerSql`drop table gap`
    }
  })

  test('jobs of a worker that died are taken up again', async () => {
    const person = await makePerson()
    await enqueueNotice(
      house.appSql,
      { userId: person.id, kind: 'text', params: { text: 'orphan' } },
      { priority: PRIORITY.receipt },
    )
    await house.ownerSql`
      update graphile_worker._private_jobs set locked_at = now() - interval '2 minutes', locked_by = 'dead', attempts = 1`
    await house.ownerSql`
      update graphile_worker._private_job_queues set locked_at = now() - interval '2 minutes', locked_by = 'dead'
      where queue_name = ${`person:${person.id}`}`
    expect(await drain()).toEqual({ sent: 1, failed: 0, left: 0 })
    expect(textsTo(person.telegramId)).toEqual(['orphan'])
  })

  test('takes no signals of the process', async () => {
    const before = process.listenerCount('SIGTERM')
    const person = await makePerson()
    let during = -1
    house.sim.state.faults.beforeMethod = () => {
      during = process.listenerCount('SIGTERM')
      return undefined
    }
    await say(person.id, 'x')
    await drain()
    expect([during, process.listenerCount('SIGTERM')]).toEqual([before, before])
  })

  test('needs the scope; without ALLOW_CRON_WAKEUP the connector is nobody', async () => {
    const call = (options: object) => house.call('notify', 'POST', '/', { key: null, ...options })
    expect((await call({ as: null })).status).toBe(401)
    expect((await call({ as: 'limited-client' })).status).toBe(403)
    expect((await call({ as: null, headers: { 'x-connector': 'cron-connector' } })).status).toBe(401)
    expect((await house.call('notify', 'GET', '/')).status).toBe(405)
  })
})

describe('POST /messages', () => {
  const send = (body: unknown, options = {}) =>
    house.call('notify', 'POST', '/messages', { body, ...options })

  test('queues and is sent by the wake-up that follows', async () => {
    const person = await makePerson()
    const reply = await send({ telegramId: person.telegramId, kind: 'text', params: { text: 'hi' } })
    expect([reply.status, reply.body]).toEqual([202, { messageId: expect.any(String) }])
    await expect.poll(() => textsTo(person.telegramId)).toEqual(['hi'])
  })

  test('the same call 20 times at once queues one message', async () => {
    const person = await makePerson()
    const key = randomUUID()
    const body = { userId: person.id, kind: 'text', params: { text: 'once' } }
    const replies = await Promise.all(Array.from({ length: 20 }, () => send(body, { key })))
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]))
    expect(new Set(replies.map((reply) => reply.body.messageId)).size).toBe(1)
    expect(replies.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(19)
    await expect.poll(() => textsTo(person.telegramId)).toEqual(['once'])
    await house.settled()
    expect(textsTo(person.telegramId)).toEqual(['once'])
    const other = await send({ ...body, params: { text: 'other' } }, { key })
    expect([other.status, other.body.code]).toEqual([422, 'key_reused'])
  })

  const text = { kind: 'text', params: { text: 'x' } }
  test.each([
    ['an unknown person', { telegramId: 1, ...text }, 404],
    ['nobody', text, 400],
    ['an unknown kind', { telegramId: 1, kind: 'song', params: {} }, 400],
    ['params of another kind', { telegramId: 1, kind: 'low-balance', params: { text: 'x' } }, 400],
    ['an empty text', { telegramId: 1, kind: 'text', params: { text: ' ' } }, 400],
    ['a text beyond one message', { telegramId: 1, kind: 'text', params: { text: 'x'.repeat(4097) } }, 400],
    ['an unknown field', { telegramId: 1, ...text, urgent: true }, 400],
  ])('refuses %s', async (_name, body, status) => {
    expect((await send(body)).status).toBe(status)
  })

  test('needs a key and the scope', async () => {
    const body = { telegramId: 1, ...text }
    expect((await send(body, { key: null })).status).toBe(400)
    expect((await send(body, { as: null })).status).toBe(401)
    expect((await send(body, { as: 'limited-client' })).status).toBe(403)
    const raw = { bytes: JSON.stringify(body), type: 'text/plain' }
    expect((await house.call('notify', 'POST', '/messages', { raw })).status).toBe(415)
  })
})
