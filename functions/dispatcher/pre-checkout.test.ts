import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import { AppError } from '#shared/errors.ts'
import { connectWebhook, postUpdate, updateOf } from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler as dispatcher } from './handler.ts'
import { PRE_CHECKOUT_MS } from './pre-checkout.ts'
import { standIn } from './stand-in.testing.ts'

let house: House | undefined
let silent: Server | undefined
afterEach(async () => {
  await house?.close()
  house = undefined
  silent?.close()
  silent = undefined
})

const open = async (...options: Parameters<typeof openHouse>): Promise<House> => {
  house = await openHouse(...options)
  await connectWebhook(house)
  return house
}

/** Takes connections and never says a word, as a machine behind a pulled cable does. */
const openSilence = async (): Promise<number> => {
  silent = createServer(() => undefined)
  await new Promise<void>((resolve) => silent?.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** What the bot said of a query: the simulator's own query ids, so that its answer is taken. */
const ask = async (at: House, from: { id: number; language_code?: string }) => {
  const query = at.sim.state.queries.open('pre_checkout', 9_000)
  const update = updateOf({
    pre_checkout_query: {
      id: query.id,
      from: { is_bot: false, first_name: 'Test', ...from },
      currency: 'XTR',
      total_amount: 50,
      invoice_payload: 'whatever',
    },
  })
  const startedAt = performance.now()
  const response = await postUpdate(at, update)
  const milliseconds = performance.now() - startedAt
  return { status: response.status, milliseconds, answer: () => query.answer, update }
}

const stateOf = async (at: House, updateId: number) => {
  const [row] = await at.ownerSql<{ state: string }[]>`
    select state from telegram_updates where update_id = ${updateId}`
  return row?.state
}

/** The functions' time, the language's and a margin: Telegram's own limit is 10 s. */
const SOON_MS = 5_000

describe('a pre-checkout query', () => {
  it.each(['ru', 'en'] as const)('is refused in words when top-up is away (%s)', async (language) => {
    const at = await open({ functions: [dispatcher] })
    const { status, answer, milliseconds, update } = await ask(at, { id: 4_001, language_code: language })
    expect(status).toBe(200)
    expect(await answer()).toEqual({ ok: false, text: text(language, 'precheckout-unavailable') })
    expect(milliseconds).toBeLessThan(SOON_MS)
    expect(await stateOf(at, update.update_id)).toBe('done')
  })

  it('is refused in the language that a known person chose', async () => {
    const at = await open({ functions: [dispatcher, register, profile] })
    const { telegramId } = await at.person()
    await at.call('profile', 'PATCH', `/?telegramId=${telegramId}`, {
      body: { settings: { language: 'ru' } },
    })
    const { answer } = await ask(at, { id: telegramId, language_code: 'en' })
    expect(await answer()).toMatchObject({ ok: false, text: text('ru', 'precheckout-unavailable') })
  })

  it.each([
    ['refuses to speak', () => new AppError('internal')],
    ['has no time', () => new AppError('deadline')],
    ['does not understand', () => new AppError('invalid_input')],
  ])('is refused in words when top-up %s', async (_, failure) => {
    const { fn } = standIn('top-up', {
      'POST /pre-checkout': () => {
        throw failure()
      },
    })
    const at = await open({ functions: [dispatcher, fn] })
    const { status, answer } = await ask(at, { id: 4_002, language_code: 'en' })
    expect([status, await answer()]).toEqual([
      200,
      { ok: false, text: text('en', 'precheckout-unavailable') },
    ])
  })

  it('waits for top-up, but not for ever: words come instead of a spinner', async () => {
    const held = Promise.withResolvers<void>()
    const { fn } = standIn('top-up', {
      'POST /pre-checkout': async () => {
        await held.promise
        return { ok: true }
      },
    })
    const at = await open({ functions: [dispatcher, fn] })
    const { status, answer, milliseconds } = await ask(at, { id: 4_003, language_code: 'ru' })
    held.resolve()
    expect([status, await answer()]).toEqual([
      200,
      { ok: false, text: text('ru', 'precheckout-unavailable') },
    ])
    expect(milliseconds).toBeGreaterThanOrEqual(PRE_CHECKOUT_MS - 10)
    expect(milliseconds).toBeLessThan(SOON_MS)
  })

  it('is refused in words when the database is away', async () => {
    const at = await open({
      functions: [dispatcher],
      config: { databaseUrl: 'postgres://app:secret@127.0.0.1:1/none' },
    })
    const { status, answer } = await ask(at, { id: 4_004, language_code: 'uk' })
    expect([status, await answer()]).toEqual([
      200,
      { ok: false, text: text('ru', 'precheckout-unavailable') },
    ])
  })

  it('is refused in words when the database says nothing', async () => {
    const port = await openSilence()
    const at = await open({
      functions: [dispatcher],
      config: { databaseUrl: `postgres://app:secret@127.0.0.1:${port}/none` },
    })
    const { status, answer, milliseconds } = await ask(at, { id: 4_005 })
    expect([status, await answer()]).toEqual([
      200,
      { ok: false, text: text('en', 'precheckout-unavailable') },
    ])
    expect(milliseconds).toBeLessThan(SOON_MS)
  })

  it('delivered again after its time is harmless', async () => {
    const at = await open({ functions: [dispatcher, topUp] })
    const body = {
      id: 'a-query-of-yesterday',
      from: { id: 4_006, is_bot: false, first_name: 'Test' },
      currency: 'XTR',
      total_amount: 50,
      invoice_payload: 'whatever',
    }
    const update = updateOf({ pre_checkout_query: body })
    expect((await postUpdate(at, update)).status).toBe(200)
    expect((await postUpdate(at, update)).status).toBe(200)
    expect(await stateOf(at, update.update_id)).toBe('done')
  })

  it('is not thrown away while Telegram cannot be told', async () => {
    const at = await open({
      functions: [dispatcher],
      config: { telegram: { token: '100:not-a-real-token-of-anybody', apiRoot: 'http://127.0.0.1:1' } },
    })
    expect((await ask(at, { id: 4_007 })).status).toBe(503)
  })
})
