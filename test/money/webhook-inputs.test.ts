import { randomInt, randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readBooks } from '#shared/db/people.testing.ts'
import { handler as dispatcher } from '../../functions/dispatcher/handler.ts'
import { handler as register } from '../../functions/register/handler.ts'
import { handler as topUp } from '../../functions/top-up/handler.ts'
import { postUpdate, updateOf } from '../support/chat.ts'
import { type House, openHouse } from '../support/house.ts'
import { checkInvariants } from './invariants.ts'
import { invoiceFor, paidMessage } from './support/payments.ts'

let house: House
const MIB = 1024 * 1024

beforeAll(async () => {
  house = await openHouse({ functions: [register, topUp, dispatcher] })
})
afterEach(async () => {
  expect(await checkInvariants(house.ownerSql, { noticesAreKept: true })).toEqual([])
})
afterAll(() => house.close())

const stateOf = async (updateId: number) => {
  const [row] = await house.ownerSql<{ state: string; telegramId: number | null }[]>`
    select state, telegram_id as "telegramId" from telegram_updates where update_id = ${updateId}`
  return row
}
const books = (userId: string) => readBooks(house.ownerSql, userId)
const countRows = async (): Promise<number> => {
  const [row] = await house.ownerSql<{ rows: number }[]>`
    select (select count(*) from users) + (select count(*) from payments) + (select count(*) from transactions) as rows`
  return row?.rows ?? -1
}

const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(house.webhook.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-telegram-bot-api-secret-token': house.webhook.secret,
      ...headers,
    },
    body,
  })

/** Answers within a second, and costs no memory to speak of. */
const expectCheap = async (call: () => Promise<Response>): Promise<Response> => {
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  const since = performance.now()
  const response = await call()
  expect(performance.now() - since).toBeLessThan(1_000)
  expect(process.memoryUsage().rss - before).toBeLessThan(50 * MIB)
  return response
}

describe('bodies that are made to hurt', () => {
  test.each([
    ['lists', `{"update_id":1,"message":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['objects', `{"update_id":2,"message":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`],
    ['lists without end', '['.repeat(500_000)],
  ])('10,000 levels of %s: 200 or 413, without effect', async (_what, body) => {
    const before = await countRows()
    const response = await expectCheap(() => post(body))
    expect([200, 413]).toContain(response.status)
    expect(await countRows()).toBe(before)
  })

  test('1.1 MB: 413, and nothing is read of it', async () => {
    const response = await expectCheap(() => post(`{"update_id":3,"x":"${'x'.repeat(1.1 * MIB)}"}`))
    expect(response.status).toBe(413)
  })

  test('a bomb of gzip: never unpacked', async () => {
    const before = await countRows()
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(200 * MIB, 'a')))
    const response = await expectCheap(() => post(bomb, { 'content-encoding': 'gzip' }))
    expect([200, 413, 415]).toContain(response.status)
    expect(await countRows()).toBe(before)
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'JSON that calls itself %s: no 5xx, and no effect twice',
    async (type) => {
      const update = updateOf({ message: { message_id: 1, chat: { id: -5, type: 'group' } } })
      const first = await post(JSON.stringify(update), { 'content-type': type })
      const second = await post(JSON.stringify(update), { 'content-type': type })
      expect(first.status).toBeLessThan(500)
      expect(second.status).toBe(first.status)
    },
  )

  test.each(['TRACE', 'PUT', 'PATCH', 'OPTIONS'])('%s: refused, nothing read', async (method) => {
    const { hostname, port, pathname } = new URL(house.webhook.url)
    const { request } = await import('node:http')
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request({ hostname, port, path: pathname, method }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
    expect(status).toBe(405)
  })
})

describe('ids', () => {
  test('a person of 52 bits is stored exactly', async () => {
    const telegramId = 2 ** 52 - randomInt(1, 1_000)
    const update = updateOf({
      message: paidMessage(telegramId, { invoice_payload: 'nobody knows' }),
    })
    expect((await postUpdate(house, update)).status).toBe(200)
    expect(await stateOf(update.update_id)).toEqual({ state: 'done', telegramId })
    const rows = await house.ownerSql`select telegram_id from users where telegram_id = ${telegramId}`
    expect(rows).toEqual([{ telegram_id: telegramId }])
  })

  test('a payment in a group of id -100...: the coins go to who paid', async () => {
    const { id: userId, telegramId } = await house.person()
    const chat = { id: -1_001_234_567_890, type: 'supergroup' }
    const message = paidMessage(telegramId, { invoice_payload: await invoiceFor(house, telegramId) }, chat)
    expect((await postUpdate(house, updateOf({ message }))).status).toBe(200)
    expect(await books(userId)).toMatchObject({ coins: 150, rows: 2 })
  })

  test('the largest update_id is handled, and known again', async () => {
    const { id: userId, telegramId } = await house.person()
    const message = paidMessage(telegramId, { invoice_payload: await invoiceFor(house, telegramId) })
    const update = { update_id: Number.MAX_SAFE_INTEGER, message }
    for (let time = 0; time < 2; time += 1) expect((await postUpdate(house, update)).status).toBe(200)
    expect(await books(userId)).toMatchObject({ coins: 150, rows: 2 })
  })

  test('an update_id that is far lower than the last one is no double', async () => {
    const { id: userId, telegramId } = await house.person()
    for (const updateId of [2 ** 50, randomInt(1_000, 2 ** 30), randomInt(2 ** 31, 2 ** 40)]) {
      const message = paidMessage(telegramId, { invoice_payload: await invoiceFor(house, telegramId) })
      expect((await postUpdate(house, { update_id: updateId, message })).status).toBe(200)
    }
    expect(await books(userId)).toMatchObject({ coins: 350, rows: 4 })
  })
})

describe('payments of a shape that cannot be', () => {
  test.each([
    ['zero', 0],
    ['a negative amount', -50],
    ['1e21', 1e21],
    ['text', '50'],
    ['a fraction', 1.5],
    ['null', null],
  ])(
    '%s: refused by top-up, and put aside by the dispatcher with its body, never dropped',
    async (_what, amount) => {
      const { id: userId, telegramId } = await house.person()
      const message = paidMessage(telegramId, {
        invoice_payload: await invoiceFor(house, telegramId),
        total_amount: amount,
      })
      const direct = await house.call('top-up', 'POST', '/payments', { body: message })
      expect(direct.status).toBe(400)

      const update = updateOf({ message })
      // five times at most: then it is a dead letter
      for (let time = 0; time < 6; time += 1) {
        if ((await postUpdate(house, update)).status === 200) break
      }
      const rows = await house.ownerSql<{ state: string; kept: boolean }[]>`
      select state, body is not null as kept from telegram_updates where update_id = ${update.update_id}`
      expect(rows).toEqual([{ state: 'dead', kept: true }])
      expect(await books(userId)).toMatchObject({ coins: 50, rows: 1 })
    },
  )

  test('no payer: put aside with its body', async () => {
    const { from: _from, ...message } = paidMessage(1, { invoice_payload: 'x' })
    const update = updateOf({ message })
    for (let time = 0; time < 6; time += 1) {
      if ((await postUpdate(house, update)).status === 200) break
    }
    expect(await stateOf(update.update_id)).toMatchObject({ state: 'dead' })
  })

  test('paid for somebody else, with their invoice: the payer gets the coins, the other nothing', async () => {
    const [one, other] = [await house.person(), await house.person()]
    const payload = await invoiceFor(house, one.telegramId)
    const message = paidMessage(other.telegramId, { invoice_payload: payload })
    expect((await postUpdate(house, updateOf({ message }))).status).toBe(200)
    expect(await books(one.id)).toMatchObject({ coins: 50 })
    expect(await books(other.id)).toMatchObject({ coins: 150 })
  })

  test('the link of one invoice paid by three people, and by one of them twice: four credits', async () => {
    const people = await Promise.all([house.person(), house.person(), house.person()])
    const [first] = people
    const payload = await invoiceFor(house, first?.telegramId ?? 0)
    for (const { telegramId } of [...people, ...people.slice(0, 1)]) {
      const message = paidMessage(telegramId, { invoice_payload: payload })
      expect((await postUpdate(house, updateOf({ message }))).status).toBe(200)
    }
    const coins = await Promise.all(people.map(async ({ id }) => (await books(id)).coins))
    expect(coins).toEqual([250, 150, 150])
  })
})

describe('people', () => {
  test('two /start at once, on two updates: one account, one bonus', async () => {
    const telegramId = randomInt(2 ** 40)
    const start = () =>
      updateOf({
        message: {
          message_id: randomInt(2 ** 30),
          date: 1_790_000_000,
          chat: { id: telegramId, type: 'private' },
          from: { id: telegramId, is_bot: false, first_name: 'Ann' },
          text: '/start',
        },
      })
    await Promise.all(Array.from({ length: 8 }, () => postUpdate(house, start())))
    const rows = await house.ownerSql`
      select b.coins from users u join user_balances b on b.user_id = u.id where u.telegram_id = ${telegramId}`
    expect(rows).toEqual([{ coins: 50 }])
  })

  test('an anonymous admin and a post of a channel pay nothing and get no account', async () => {
    const before = await countRows()
    const group = { id: -1_001_111_111_111, type: 'supergroup' }
    const anonymous = { id: 1_087_968_824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' }
    for (const content of [
      { message: { message_id: 1, chat: group, sender_chat: group, from: anonymous, text: '/start' } },
      { channel_post: { message_id: 1, chat: { id: -1_002, type: 'channel' }, text: '/start' } },
      { message: { message_id: 1, chat: group, text: `/start ${randomUUID()}` } },
    ]) {
      expect((await postUpdate(house, updateOf(content))).status).toBe(200)
    }
    expect(await countRows()).toBe(before)
  })
})
