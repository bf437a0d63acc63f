import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openDatabase, type Sql } from '#shared/db/client.ts'
import { addPerson, readBooks } from '#shared/db/people.testing.ts'
import { handler as charge } from '../../functions/charge/handler.ts'
import { handler as topUp } from '../../functions/top-up/handler.ts'
import { type House, openHouse } from '../support/house.ts'
import { checkInvariants } from './invariants.ts'
import { type Beside, type BesideReply, openBeside } from './support/beside.ts'
import { type OwnPostgres, startOwnPostgres } from './support/own-postgres.ts'
import { paidMessage } from './support/payments.ts'
import { sizes } from './support/sizes.ts'

/** The catalogue's 60 s where everything is tried, less in `npm test`. */
const OUTAGE_MS = sizes.crashRounds === 0 ? 3_000 : 20_000

let postgres: OwnPostgres
let house: House
let sql: Sql
let charges: Beside
let topUps: Beside

beforeAll(async () => {
  ;[postgres, house] = await Promise.all([startOwnPostgres(), openHouse({ functions: [charge, topUp] })])
  const config = { databaseUrl: postgres.appUrl }
  ;[charges, topUps] = await Promise.all([
    openBeside(house, charge, config),
    openBeside(house, topUp, config),
  ])
  sql = openDatabase({ url: postgres.ownerUrl, applicationName: 'test-owner' })
})
afterEach(async () => {
  expect(await checkInvariants(sql, { noticesAreKept: true })).toEqual([])
})
afterAll(async () => {
  await sql.end({ timeout: 1 })
  await Promise.all([charges.close(), topUps.close()])
  await house.close()
  await postgres.close()
})

type Told = { reply: BesideReply; key: string }

/** Calls one after the other until it is told to stop; every call is repeated until it is taken, as a caller does. */
const load = (work: (key: string) => Promise<BesideReply>) => {
  let isStopping = false
  const taken: Told[] = []
  let refused = 0
  const run = async (): Promise<void> => {
    while (!isStopping) {
      const key = randomUUID()
      for (;;) {
        const reply = await work(key)
        if (reply.status < 300) {
          taken.push({ reply, key })
          break
        }
        expect([503, 504]).toContain(reply.status)
        refused += 1
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }
  const running = Array.from({ length: 4 }, run)
  return {
    taken,
    refused: () => refused,
    stop: async () => {
      isStopping = true
      await Promise.all(running)
    },
  }
}

const until = (isTrue: () => boolean, timeoutMs: number) =>
  expect.poll(isTrue, { timeout: timeoutMs, interval: 20 }).toBe(true)

test.each([
  ['killed (kill -9) and recovers', () => postgres.kill()],
  ['stopped for a while', () => postgres.stopFor(OUTAGE_MS)],
])(
  'PostgreSQL is %s under load: what was acknowledged is there, the rest is taken afterwards',
  {
    timeout: 120_000,
  },
  async (_how, breakIt) => {
    const userId = await addPerson(sql, { coins: 100_000 })
    const [row] = await sql<{ id: number }[]>`select telegram_id as id from users where id = ${userId}`
    const telegramId = row?.id ?? 0
    const charging = load((key) => charges.call({ key, body: { userId, coins: 1, description: 'Work' } }))
    const paying = load((key) =>
      topUps.call({
        path: '/payments',
        key,
        body: paidMessage(telegramId, { telegram_payment_charge_id: `stx-${key}`, invoice_payload: 'x' }),
      }),
    )
    await until(() => charging.taken.length > 50 && paying.taken.length > 20, 20_000)
    await breakIt()
    const upAt = performance.now()
    const [chargesThen, paymentsThen] = [charging.taken.length, paying.taken.length]
    await until(
      () => charging.taken.length > chargesThen + 20 && paying.taken.length > paymentsThen + 10,
      10_000,
    )
    expect(performance.now() - upAt).toBeLessThan(10_000)
    await Promise.all([charging.stop(), paying.stop()])
    expect(charging.refused() + paying.refused()).toBeGreaterThan(0)

    const ids = charging.taken.map(({ reply }) => reply.body.transactionId as string)
    expect(new Set(ids).size).toBe(ids.length)
    const [found] = await sql<{ rows: number }[]>`
    select count(*) as rows from transactions where user_id = ${userId} and type = 'charge' and id in ${sql(ids)}`
    expect(found?.rows).toBe(ids.length)
    expect(await readBooks(sql, userId)).toMatchObject({ coins: 100_000 - ids.length, rows: ids.length + 1 })
    const payments = await sql`select charge_id from payments where user_id = ${userId}`
    expect(new Set(payments.map(({ charge_id }) => charge_id))).toEqual(
      new Set(paying.taken.map(({ key }) => `stx-${key}`)),
    )
  },
)
