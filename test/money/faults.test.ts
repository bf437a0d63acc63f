import { randomInt, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { addPerson, readBooks } from '#shared/db/people.testing.ts'
import { startProxy } from '#shared/db/tcp-proxy.testing.ts'
import { handler as charge } from '../../functions/charge/handler.ts'
import { handler as dispatcher } from '../../functions/dispatcher/handler.ts'
import { handler as register } from '../../functions/register/handler.ts'
import { handler as topUp } from '../../functions/top-up/handler.ts'
import { updateOf } from '../support/chat.ts'
import { type House, openHouse } from '../support/house.ts'
import { checkInvariants } from './invariants.ts'
import { asUpdate, type Beside, type BesideReply, openBeside } from './support/beside.ts'
import { invoiceFor, paidMessage } from './support/payments.ts'
import { throughProxy } from './support/wire-proxy.ts'

let house: House
const opened: (() => Promise<void>)[] = []

beforeAll(async () => {
  house = await openHouse({ functions: [register, topUp, charge, dispatcher] })
})
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
  expect(await checkInvariants(house.ownerSql, { noticesAreKept: true })).toEqual([])
})
afterAll(() => house.close())

const person = (coins: number) => addPerson(house.ownerSql, { coins })
const books = (userId: string) => readBooks(house.ownerSql, userId)
const work = (userId: string, coins: number) => ({ userId, coins, description: 'Work' })

const beside = async (...args: Parameters<typeof openBeside> extends [House, ...infer R] ? R : never) => {
  const replica = await openBeside(house, ...args)
  opened.push(replica.close)
  return replica
}
const replicas = async (count: number, ...args: Parameters<typeof beside>): Promise<Beside[]> =>
  Promise.all(Array.from({ length: count }, () => beside(...args)))

/** A proxy in front of a server, closed after the test. */
const proxyTo = async (url: string) => {
  const { hostname, port } = new URL(url)
  const proxy = await startProxy({ host: hostname, port: Number(port) })
  opened.push(proxy.close)
  return proxy
}

const databaseUrl = (): string => house.resourcesOf('charge').config.databaseUrl ?? ''

describe('a line to PostgreSQL that falls silent', () => {
  test('charges: 503 within 8 s, and taken within 5 s after it is healed', { timeout: 40_000 }, async () => {
    const proxy = await proxyTo(databaseUrl())
    const replica = await beside(charge, { databaseUrl: throughProxy(databaseUrl(), proxy) })
    const userId = await person(100)
    const keys = Array.from({ length: 10 }, () => randomUUID())
    const take = (key: string) => replica.call({ body: work(userId, 1), key })
    expect((await take(randomUUID())).status).toBe(200)

    proxy.swallow()
    const replies = await Promise.all(keys.map(take))
    for (const { status, headers, ms } of replies) {
      expect(status).toBe(503)
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
      expect(ms).toBeLessThan(8_500)
    }
    proxy.heal()
    const healedAt = performance.now()
    await expect
      .poll(() => take(keys[0] ?? '').then(({ status }) => status), { timeout: 5_000, interval: 50 })
      .toBe(200)
    expect(performance.now() - healedAt).toBeLessThan(5_000)
    for (const reply of await Promise.all(keys.map(take))) expect(reply.status).toBe(200)
    expect(await books(userId)).toMatchObject({ coins: 89, rows: 12 })
  })

  test('charges that come while others wait: none waits longer than 8 s', { timeout: 60_000 }, async () => {
    const proxy = await proxyTo(databaseUrl())
    const replica = await beside(charge, { databaseUrl: throughProxy(databaseUrl(), proxy) })
    const userId = await person(100)
    expect((await replica.call({ body: work(userId, 1) })).status).toBe(200)
    proxy.swallow()
    const calls: Promise<BesideReply>[] = []
    for (let second = 0; second < 6; second += 1) {
      calls.push(replica.call({ body: work(userId, 1) }))
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
    for (const { status, ms } of await Promise.all(calls)) {
      expect(status).toBe(503)
      expect(ms).toBeLessThan(8_500)
    }
    proxy.heal()
    await expect
      .poll(() => replica.call({ body: work(userId, 1) }).then(({ status }) => status), { timeout: 5_000 })
      .toBe(200)
  })

  test('a payment: 503 within 8 s, credited once after it is healed', { timeout: 40_000 }, async () => {
    const proxy = await proxyTo(databaseUrl())
    const replica = await beside(topUp, { databaseUrl: throughProxy(databaseUrl(), proxy) })
    const { id: userId, telegramId } = await house.person()
    const body = paidMessage(telegramId, { invoice_payload: await invoiceFor(house, telegramId) })
    const key = randomUUID()
    const pay = () => replica.call({ path: '/payments', body, key })
    // the pool has a connection before the line falls silent
    await replica.call({ path: '/pre-checkout', body: { from: { id: 1 }, currency: 'XTR', total_amount: 1 } })
    proxy.swallow()
    const reply = await pay()
    expect(reply.status).toBe(503)
    expect(reply.ms).toBeLessThan(8_500)
    proxy.heal()
    await expect.poll(() => pay().then(({ status }) => status), { timeout: 5_000, interval: 50 }).toBe(200)
    expect(await books(userId)).toMatchObject({ coins: 150, rows: 2 })
  })
})

describe('PostgreSQL that takes no writes', () => {
  test('a replica after a failover: 503, and taken again as soon as there is a master', async () => {
    const userId = await person(10)
    const [row] = await house.ownerSql<{ name: string }[]>`select current_database() as name`
    const name = row?.name ?? ''
    const { ownerSql } = house
    await ownerSql`alter database ${ownerSql(name)} set default_transaction_read_only = on`
    const replica = await beside(charge)
    const key = randomUUID()
    const take = () => replica.call({ body: work(userId, 1), key })
    const refused = await take()
    expect([refused.status, refused.body.code]).toEqual([503, 'unavailable'])

    // this very connection was not restricted
    await ownerSql`alter database ${ownerSql(name)} reset default_transaction_read_only`
    await ownerSql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = ${name} and application_name = 'kopeika-charge' and pid <> pg_backend_pid()`.catch(
      () => undefined,
    )
    const again = await beside(charge)
    expect((await again.call({ body: work(userId, 1), key })).status).toBe(200)
    expect(await books(userId)).toMatchObject({ coins: 9, rows: 2 })
  })
})

describe('deadlocks and serialization failures', () => {
  test('two replicas that charge two people crosswise, and lock them crosswise: every charge is taken, no 500', async () => {
    const [a, b] = [await person(500), await person(500)]
    const [first, second] = await replicas(2, charge)
    const holdThenCharge = async (replica: Beside | undefined, one: string, other: string) => {
      const replies = await Promise.all(
        [one, other, one, other].map((userId) => replica?.call({ body: work(userId, 1) })),
      )
      return replies.map((reply) => reply?.status)
    }
    const rounds = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        index % 2 === 0 ? holdThenCharge(first, a, b) : holdThenCharge(second, b, a),
      ),
    )
    expect(rounds.flat()).toEqual(Array(200).fill(200))
    expect(await books(a)).toMatchObject({ coins: 400, rows: 101 })
    expect(await books(b)).toMatchObject({ coins: 400, rows: 101 })
  })

  test.each([
    ['40P01', 3, 200],
    ['40001', 3, 200],
    ['40001', 100, 503],
  ])('%s the first %d times: %d', async (state, times, status) => {
    const userId = await person(10)
    const { ownerSql } = house
    await ownerSql`create sequence tries`
    await ownerSql`grant usage on sequence tries to public`
    await ownerSql`create table fail_with as select ${state}::text as state, ${times}::int as times`
    await ownerSql`grant select on fail_with to public`
    await ownerSql`
      create function fail_first() returns trigger language plpgsql as $$
      begin
        if nextval('tries') <= (select times from fail_with) then
          raise exception 'a clash' using errcode = (select state from fail_with);
        end if;
        return new;
      end $$`
    await ownerSql`create trigger fail_first before insert on transactions for each row execute function fail_first()`
    try {
      const reply = await house.call('charge', 'POST', '/', { body: work(userId, 1) })
      expect(reply.status).toBe(status)
    } finally {
      await ownerSql`drop trigger fail_first on transactions`
      await ownerSql`drop function fail_first()`
      await ownerSql`drop table fail_with`
      await ownerSql`drop sequence tries`
    }
    expect(await books(userId)).toMatchObject({ coins: status === 200 ? 9 : 10 })
  })
})

describe('the same update, and the same charge at a provider, on eight replicas', () => {
  test('50 posts of one payment: credited once', async () => {
    const dispatchers = await replicas(8, dispatcher)
    const { id: userId, telegramId } = await house.person()
    const update = updateOf({
      message: paidMessage(telegramId, { invoice_payload: await invoiceFor(house, telegramId) }),
    })
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => dispatchers[index % 8]?.call(asUpdate(house, update))),
    )
    expect(replies.map((reply) => reply?.status)).toEqual(Array(50).fill(200))
    expect(await books(userId)).toMatchObject({ coins: 150, rows: 2 })
  })

  test('one charge in ten different updates: credited once', async () => {
    const dispatchers = await replicas(8, dispatcher)
    const { id: userId, telegramId } = await house.person()
    const message = paidMessage(telegramId, { invoice_payload: await invoiceFor(house, telegramId) })
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        dispatchers[index % 8]?.call(asUpdate(house, updateOf({ message }))),
      ),
    )
    expect(replies.map((reply) => reply?.status)).toEqual(Array(10).fill(200))
    expect(await books(userId)).toMatchObject({ coins: 150, rows: 2 })
  })
})

describe('100 charges at once, over replicas', () => {
  test('of 1 coin on 50 coins through four replicas: exactly 50', async () => {
    const userId = await person(50)
    const all = await replicas(4, charge)
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) => all[index % 4]?.call({ body: work(userId, 1) })),
    )
    const statuses = replies.map((reply) => reply?.status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(50)
    expect(statuses.filter((status) => status === 402)).toHaveLength(50)
    expect(await books(userId)).toMatchObject({ coins: 0, rows: 51 })
  })

  test('under one key through four replicas: coins are taken once', async () => {
    const userId = await person(50)
    const key = randomUUID()
    const all = await replicas(4, charge)
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, index) => all[index % 4]?.call({ body: work(userId, 7), key })),
    )
    for (const reply of replies) expect([200, 409]).toContain(reply?.status)
    expect(await books(userId)).toMatchObject({ coins: 43, rows: 2 })
  })
})

describe('Redis', () => {
  const slowest = (replies: readonly { ms: number }[]): number => Math.max(...replies.map(({ ms }) => ms))

  test.each(['refuses', 'is frozen'])(
    '%s: payments are all taken, and no slower than by 150 ms',
    async (how) => {
      const { redisUrl = '' } = house.resourcesOf('top-up').config
      const proxy = await proxyTo(redisUrl)
      const limited = { rateLimits: true, redisUrl: throughProxy(redisUrl, proxy) }
      const replica = await beside(topUp, limited)
      const people = await Promise.all(Array.from({ length: 20 }, () => house.person()))
      const bodies = await Promise.all(
        people.map(async ({ telegramId }) =>
          paidMessage(telegramId, { invoice_payload: await invoiceFor(house, telegramId) }),
        ),
      )
      const pay = async (of: readonly unknown[]) => {
        const replies = []
        for (const body of of) replies.push(await replica.call({ path: '/payments', body }))
        return replies
      }
      const usual = slowest(await pay(bodies.slice(0, 10)))
      if (how === 'is frozen') proxy.swallow()
      else await proxy.close()
      const replies = await pay(bodies.slice(10))
      if (how === 'refuses') opened.splice(opened.indexOf(proxy.close), 1)
      expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(200))
      // 150 ms of Redis, and what a busy machine adds to any single call
      expect(slowest(replies)).toBeLessThan(usual + 150 + 250)
    },
  )
})

describe('a checkout query that comes too late', () => {
  test.each(['query is too old and response timeout expired or query ID is invalid'])(
    'delivered again after its time ("%s"): answered 200, nothing reserved',
    async () => {
      const { telegramId } = await house.person()
      const query = {
        id: String(randomInt(2 ** 40)),
        from: { id: telegramId, is_bot: false, first_name: 'Ann' },
        currency: 'XTR',
        total_amount: 50,
        invoice_payload: await invoiceFor(house, telegramId),
      }
      // the simulator knows no query of that id: Telegram's own answer to one that is over
      const replica = await beside(dispatcher)
      const reply = await replica.call(asUpdate(house, updateOf({ pre_checkout_query: query })))
      expect(reply.status).toBe(200)
      expect(await house.ownerSql`select 1 from holds`).toEqual([])
    },
  )
})
