import { randomInt, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { messageFrom } from '../support/chat.ts'
import { ask, readBooks } from './support/books.ts'
import { type Answer, call, charge, coinsOf, expectProblem, register } from './support/caller.ts'
import { answersIn, makePerson, postUpdate, say } from './support/chat.ts'
import { cleanUp, makeHome, type RunningStack, startStack } from './support/starter.ts'

let stack: RunningStack['stack']
beforeAll(async () => {
  ;({ stack } = await startStack(makeHome()))
}, 60_000)
afterAll(cleanUp, 60_000)

const BONUS = 50
const PACK = { id: 'small', coins: 100, stars: 50 }

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))
const newTelegramId = (): number => randomInt(2 ** 40)
const countOf = (answers: readonly Answer[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

const Invoice = z.looseObject({ invoice: z.looseObject({ payload: z.string() }) })

/** Orders the pack, as a chat does, and gives what its invoice carries. */
const orderPack = async (telegramId: number): Promise<string> => {
  const body = { telegramId, pack: PACK.id, provider: 'stars' }
  const answer = await call(stack, 'top-up', 'POST', '/invoices', { body })
  expect(answer.status).toBe(201)
  return Invoice.parse(answer.json).invoice.payload
}

/** The update by which Telegram tells that an invoice was paid. */
const paidUpdate = (telegramId: number, payload: string, chargeId: string) =>
  messageFrom(telegramId, {
    successful_payment: {
      currency: 'XTR',
      total_amount: PACK.stars,
      invoice_payload: payload,
      telegram_payment_charge_id: chargeId,
      provider_payment_charge_id: '',
    },
  })

const handled = { status: 200, text: '' }

it('makes one account with one bonus of an update that comes 50 times at once', async () => {
  const telegramId = newTelegramId()
  const update = messageFrom(telegramId, { text: '/start' })
  const answers = await Promise.all(times(50, () => postUpdate(stack, update)))
  expect(answers.map(({ status, text }) => ({ status, text }))).toEqual(times(50, () => handled))
  expect(await readBooks(stack, telegramId)).toEqual({ accounts: 1, coins: BONUS, movements: { bonus: 1 } })
})

it('makes one account with one bonus for a person whom 50 callers register at once', async () => {
  const telegramId = newTelegramId()
  await Promise.all(times(50, () => call(stack, 'register', 'POST', '', { body: { telegramId } })))
  expect(await readBooks(stack, telegramId)).toEqual({ accounts: 1, coins: BONUS, movements: { bonus: 1 } })
})

it('credits a payment once, whose update comes 50 times at once', async () => {
  const telegramId = newTelegramId()
  await register(stack, telegramId)
  const update = paidUpdate(telegramId, await orderPack(telegramId), randomUUID())
  const answers = await Promise.all(times(50, () => postUpdate(stack, update)))
  expect(answers.map(({ status, text }) => ({ status, text }))).toEqual(times(50, () => handled))
  expect(await readBooks(stack, telegramId)).toEqual({
    accounts: 1,
    coins: BONUS + PACK.coins,
    movements: { bonus: 1, top_up: 1 },
  })
})

it('credits a charge once that comes in two updates, and an invoice twice that was paid twice', async () => {
  const telegramId = newTelegramId()
  await register(stack, telegramId)
  const payload = await orderPack(telegramId)
  const chargeIds = [randomUUID(), randomUUID()]
  const updates = chargeIds.flatMap((chargeId) => times(2, () => paidUpdate(telegramId, payload, chargeId)))
  expect(new Set(updates.map(({ update_id }) => update_id)).size).toBe(4)
  const answers = await Promise.all(updates.map((update) => postUpdate(stack, update)))
  expect(countOf(answers)).toEqual({ 200: 4 })
  expect(await readBooks(stack, telegramId)).toEqual({
    accounts: 1,
    coins: BONUS + 2 * PACK.coins,
    movements: { bonus: 1, top_up: 2 },
  })
  const payments = await ask(
    stack,
    (sql) =>
      sql`select charge_id, state from payments where charge_id in ${sql(chargeIds)} order by charge_id`,
  )
  expect(payments).toEqual(chargeIds.sort().map((id) => ({ charge_id: id, state: 'credited' })))
})

it('takes 50 of 100 charges at once from 50 coins, and tells the others what is missing', async () => {
  const telegramId = newTelegramId()
  await register(stack, telegramId)
  const keys = times(100, () => randomUUID())
  const answers = await Promise.all(keys.map((key) => charge(stack, telegramId, 1, key)))
  expect(countOf(answers)).toEqual({ 200: 50, 402: 50 })
  for (const answer of answers) {
    if (answer.status === 200) continue
    expectProblem(answer, 402, 'insufficient_funds')
    expect(answer.json).toMatchObject({ missing: 1 })
  }
  const movements = { bonus: 1, charge: 50 }
  expect(await readBooks(stack, telegramId)).toEqual({ accounts: 1, coins: 0, movements })

  // a refused call has not used up its key: after a top-up the very same call takes the coin, once
  const refused = keys.find((_, index) => answers[index]?.status === 402)
  await postUpdate(stack, paidUpdate(telegramId, await orderPack(telegramId), randomUUID()))
  const again = await Promise.all(times(2, () => charge(stack, telegramId, 1, refused)))
  expect(countOf(again)).toEqual({ 200: 2 })
  expect(await coinsOf(stack, telegramId)).toBe(PACK.coins - 1)
})

it('charges once for a key that comes 20 times at once', async () => {
  const telegramId = newTelegramId()
  await register(stack, telegramId)
  const key = randomUUID()
  const answers = await Promise.all(times(20, () => charge(stack, telegramId, 7, key)))
  const done = answers.filter(({ status }) => status === 200)
  const fresh = done.filter(({ headers }) => headers.get('idempotency-replayed') === null)
  expect(fresh).toHaveLength(1)
  for (const answer of done) {
    if (answer !== fresh[0]) expect(answer.headers.get('idempotency-replayed')).toBe('true')
    expect(answer.json).toEqual(fresh[0]?.json)
  }
  for (const answer of answers) if (answer.status !== 200) expectProblem(answer, 409, 'in_progress')
  expect(await readBooks(stack, telegramId)).toEqual({
    accounts: 1,
    coins: BONUS - 7,
    movements: { bonus: 1, charge: 1 },
  })
  expectProblem(await charge(stack, telegramId, 8, key), 422, 'key_reused')
})

it('answers a person once, however often the update comes', async () => {
  const personId = await makePerson(stack)
  await say(stack, personId, '/start')
  const before = await answersIn(stack, personId)
  const update = messageFrom(personId, { text: '/balance' })
  const answers = await Promise.all(times(20, () => postUpdate(stack, update)))
  expect(countOf(answers)).toEqual({ 200: 20 })
  expect((await answersIn(stack, personId)).slice(before.length)).toEqual([expect.stringContaining('50')])
})
