import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addPerson, readBooks } from '#shared/db/people.testing.ts'
import { handler as charge } from '../../functions/charge/handler.ts'
import { type House, openHouse } from '../support/house.ts'
import { checkInvariants } from './invariants.ts'
import { createLauncher, type Launcher } from './support/function-process.ts'

let house: House
let launcher: Launcher

beforeAll(async () => {
  house = await openHouse({ functions: [charge] })
  launcher = createLauncher(house.resourcesOf('charge').config)
})
afterEach(async () => {
  expect(await checkInvariants(house.ownerSql, { noticesAreKept: true })).toEqual([])
})
afterAll(async () => {
  await launcher.close()
  await house.close()
})

const post = async (url: string, userId: string, key: string) =>
  fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await house.token('client', 'charge')}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify({ userId, coins: 1, description: 'Work' }),
  })

test('SIGTERM, twice, during 200 charges: what began is answered, nothing is lost or made twice, and it ends with 0', async () => {
  const userId = await addPerson(house.ownerSql, { coins: 200 })
  const keys = Array.from({ length: 200 }, () => randomUUID())
  const running = await launcher.start('charge')
  const calls = keys.map((key) => post(running.url, userId, key).catch(() => undefined))
  await Promise.race(calls)
  running.terminate()
  running.terminate()
  const first = await Promise.all(calls)
  await running.gone
  expect(running.exitCode()).toBe(0)
  for (const reply of first) if (reply) expect(reply.status).toBe(200)

  const next = await launcher.start('charge')
  const second = await Promise.all(keys.map((key) => post(next.url, userId, key)))
  expect(second.map(({ status }) => status)).toEqual(Array(200).fill(200))
  const replayed = second.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')
  // every answer that was heard is found again
  expect(replayed.length).toBeGreaterThanOrEqual(first.filter((reply) => reply !== undefined).length)
  expect(await readBooks(house.ownerSql, userId)).toMatchObject({ coins: 0, rows: 201 })
  next.kill()
  await next.gone
})

test('SIGKILL during 200 charges: each was taken once after all are repeated', async () => {
  const userId = await addPerson(house.ownerSql, { coins: 250 })
  const keys = Array.from({ length: 200 }, () => randomUUID())
  const running = await launcher.start('charge')
  const calls = keys.map((key) => post(running.url, userId, key).catch(() => undefined))
  await Promise.race(calls)
  running.kill()
  const heard = (await Promise.all(calls)).filter((reply) => reply?.status === 200)
  await running.gone
  const next = await launcher.start('charge')
  for (const reply of await Promise.all(keys.map((key) => post(next.url, userId, key)))) {
    expect(reply.status).toBe(200)
  }
  expect(heard.length).toBeGreaterThan(0)
  expect(await readBooks(house.ownerSql, userId)).toMatchObject({ coins: 50, rows: 201 })
  next.kill()
  await next.gone
})
