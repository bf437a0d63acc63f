import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { text } from '#shared/domain/texts/texts.ts'
import { defineFunction } from '#shared/http/define-function.ts'
import { readRoute } from '#shared/http/route.ts'
import {
  answersOf,
  connectWebhook,
  meet,
  messageFrom,
  postUpdate,
  updateOf,
} from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as notify } from '../notify/handler.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { handler as dispatcher } from './handler.ts'

/** Nothing listens on port 1. */
const NOWHERE = '127.0.0.1:1'

let house: House | undefined
afterEach(async () => {
  await house?.close()
  house = undefined
})

const open = async (...options: Parameters<typeof openHouse>): Promise<House> => {
  house = await openHouse(...options)
  await connectWebhook(house)
  return house
}

const stateOf = async (at: House, updateId: number) => {
  const [row] = await at.ownerSql<{ state: string; attempts: number }[]>`
    select state, attempts from telegram_updates where update_id = ${updateId}`
  return row
}

describe('when a part is away', () => {
  it('asks Telegram to come back in 5 s while the database is away', async () => {
    const at = await open({
      functions: [dispatcher],
      config: { databaseUrl: `postgres://app:secret@${NOWHERE}/none` },
    })
    const response = await postUpdate(at, messageFrom(1234, { text: '/start' }))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await response.text()).not.toMatch(/secret|ECONNREFUSED|postgres/)
  })

  it('does not lose an update that another function could not handle, nor count it as poison', async () => {
    // register is not there: the call ends in 503
    const at = await open({ functions: [dispatcher] })
    const update = messageFrom(1235, { text: '/start' })
    for (let attempt = 1; attempt <= 7; attempt += 1) {
      const response = await postUpdate(at, update)
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    }
    expect(await stateOf(at, update.update_id)).toEqual({ state: 'failed', attempts: 1 })
  })

  it('queues an answer while Telegram is away, and keeps private words out of the queue', async () => {
    const at = await open({
      functions: [dispatcher, register, profile, transcriptSave],
      config: { telegram: { token: '100:not-a-real-token-of-anybody', apiRoot: `http://${NOWHERE}` } },
    })
    const { id, telegramId } = await at.person()
    expect((await postUpdate(at, messageFrom(telegramId, { text: '/balance' }))).status).toBe(200)
    const jobs = await at.ownerSql<{ payload: unknown }[]>`
      select payload from graphile_worker._private_jobs j
      join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'send_reply'`
    expect(jobs).toHaveLength(1)
    expect(jobs[0]?.payload).toMatchObject({ userId: id, chatId: telegramId, message: { kind: 'text' } })

    await at.call('transcript-save', 'POST', '/', {
      body: { userId: id, text: 'planted phrase', format: 'text' },
    })
    const update = messageFrom(telegramId, { text: '/transcripts' })
    expect((await postUpdate(at, update)).status).toBe(503)
    const dump = await at.ownerSql`select payload::text from graphile_worker._private_jobs`
    expect(JSON.stringify(dump)).not.toContain('planted')
    expect(at.logs.join('')).not.toContain('not-a-real-token-of-anybody')
  })
})

describe('an update that fails each time', () => {
  const brokenProfile = defineFunction({
    name: 'profile',
    needs: ['database', 'redis'],
    routes: [
      readRoute({
        method: 'GET',
        path: '/',
        summary: 'breaks',
        answers: {},
        query: z.any(),
        run: () => Promise.reject(new Error('a bug')),
      }),
    ],
  })

  it('is a dead letter after five times, and the chat goes on', async () => {
    const at = await open({ functions: [dispatcher, register, brokenProfile, notify] })
    const chat = await meet(at)
    await chat.say('/help')
    const update = messageFrom(chat.personId, { text: '/balance' })
    const statuses: number[] = []
    for (let attempt = 1; attempt <= 6; attempt += 1) statuses.push((await postUpdate(at, update)).status)
    expect(statuses).toEqual([503, 503, 503, 503, 200, 200])
    expect(await stateOf(at, update.update_id)).toEqual({ state: 'dead', attempts: 5 })
    expect(
      at.logs.filter((line) => line.includes('dead letter') && line.includes('"level":"error"')),
    ).toHaveLength(1)
    // the person is not left without an answer: with the number that the log knows it by, once
    const apologies = (await answersOf(at, chat.personId)).filter(({ text = '' }) =>
      text.includes('Something went wrong'),
    )
    expect(apologies).toHaveLength(1)
    const [, number = ''] = /tell us this number: (\S+)/.exec(apologies[0]?.text ?? '') ?? []
    expect(at.logs.some((line) => number !== '' && line.includes(number))).toBe(true)
    expect((await chat.say('/terms')).text).toBeDefined()
  })
})

describe('an update that takes too long', () => {
  const hangingProfile = defineFunction({
    name: 'profile',
    needs: ['database', 'redis'],
    routes: [
      readRoute({
        method: 'GET',
        path: '/',
        summary: 'never answers',
        answers: {},
        query: z.any(),
        run: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', reject)),
      }),
    ],
  })
  const { name, needs, routes } = dispatcher
  const hurried = defineFunction({ name, needs, routes, deadlineMs: 300 })

  it('is let go at the deadline, so that its next delivery meets no handler still at work', async () => {
    const at = await open({ functions: [hurried, hangingProfile] })
    const { telegramId } = await at.person()
    const update = messageFrom(telegramId, { text: '/balance' })
    expect((await postUpdate(at, update)).status).toBe(504)
    await vi.waitFor(
      async () => expect(await stateOf(at, update.update_id)).toEqual({ state: 'failed', attempts: 1 }),
      { timeout: 3_000 },
    )
  })
})

describe('limits', () => {
  it('answers a flood once, and loses no payment for it', async () => {
    const at = await open({ functions: [dispatcher, register, profile], rateLimits: true })
    const chat = await meet(at)
    await chat.say('/start')
    await Promise.all(
      Array.from({ length: 45 }, () =>
        postUpdate(at, messageFrom(chat.personId, { text: 'x', sticker: {} })),
      ),
    )
    const told = (await answersOf(at, chat.personId)).filter(({ text: words }) => words?.includes('second'))
    expect(told.length).toBeLessThanOrEqual(1)
    const queued = await at.ownerSql`
      select 1 from graphile_worker._private_jobs where payload::text like ${`%${text('en', 'seconds', { count: 1 })}%`}`
    expect(told.length + queued.length).toBe(1)
    // a payment is handed on although the person is over the limit: top-up is not there, so it must come again
    const payment = messageFrom(chat.personId, {
      successful_payment: {
        currency: 'XTR',
        total_amount: 50,
        invoice_payload: 'x',
        telegram_payment_charge_id: 'c1',
        provider_payment_charge_id: '',
      },
    })
    expect((await postUpdate(at, payment)).status).toBe(503)
  })
})

describe('a group', () => {
  it('hears of the bot only when it addresses it, and never of a balance', async () => {
    const at = await open({ functions: [dispatcher, register, profile] })
    const chat = await meet(at)
    await chat.say('/start')
    const before = (await answersOf(at, chat.personId)).length
    // the group's id is the person's here, so that the simulator has a chat to show it in
    const say = (words: string) => {
      const update = messageFrom(chat.personId, { text: words })
      return postUpdate(at, {
        ...update,
        message: { ...(update.message as object), chat: { id: chat.personId, type: 'group' } },
      })
    }
    await say('hello everybody')
    await say('/balance')
    await say('/balance@another_bot')
    expect(await answersOf(at, chat.personId)).toHaveLength(before)
    const { username } = await at.resourcesOf('dispatcher').telegram.getMe()
    await say(`/balance@${username}`)
    const answers = await answersOf(at, chat.personId)
    expect(answers).toHaveLength(before + 1)
    expect(answers.at(-1)?.text).toContain(username)
    expect(answers.at(-1)?.text).not.toMatch(/coins/)
  })
})

describe('a button', () => {
  it('of an older version, or without a message, answers politely', async () => {
    const at = await open({ functions: [dispatcher, register, profile] })
    const chat = await meet(at)
    await chat.say('/start')
    const press = (data: string | undefined) =>
      postUpdate(
        at,
        updateOf({
          callback_query: { id: '1', from: { id: chat.personId, is_bot: false, first_name: 'A' }, data },
        }),
      )
    expect((await press('of:an:older:version')).status).toBe(200)
    expect((await press(undefined)).status).toBe(200)
  })
})
