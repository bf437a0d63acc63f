import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import { messagesOf } from '../../local/telegram/messages.ts'
import { addPerson, savePerson } from '../../local/telegram/people.ts'
import { checkInvariants } from '../../test/money/invariants.ts'
import { type CallOptions, type House, openHouse, type Reply } from '../../test/support/house.ts'
import { handler as charge } from '../charge/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

/** Welcome bonus, and days of grace of the tariff in the repository. */
const BONUS = 50
const DAYS = 7
const DAY_MS = 86_400_000

let house: House

beforeAll(async () => {
  house = await openHouse({ functions: [handler, register, charge] })
})
afterEach(async () => {
  await house.settled()
  expect(await checkInvariants(house.ownerSql)).toEqual([])
})
afterAll(() => house?.close())

const ask = (userId: string, options: CallOptions = {}): Promise<Reply> =>
  house.call('profile', 'POST', '/deletion', { body: { userId }, ...options })
const undo = (userId: string, options: CallOptions = {}): Promise<Reply> =>
  house.call('profile', 'DELETE', `/deletion?userId=${userId}`, options)
const agree = (userId: string, terms: string, options: CallOptions = {}): Promise<Reply> =>
  house.call('profile', 'POST', '/consents', { body: { userId, terms }, ...options })
const profileOf = (userId: string): Promise<Reply> => house.call('profile', 'GET', `/?userId=${userId}`)
const run = (options: CallOptions = { as: 'cron', key: null }): Promise<Reply> =>
  house.call('profile', 'POST', '/', options)
const version = (): string => house.resourcesOf('profile').tariff.terms.version

/** Somebody with an account who has written to the bot. */
const person = async (language = 'en') => {
  const made = await house.person()
  const { state } = house.sim
  savePerson(state, { ...addPerson(state, { id: made.telegramId, firstName: 'Ann' }), started: true })
  await house.ownerSql`update users set language_code = ${language} where id = ${made.id}`
  return made
}

const textsTo = (telegramId: number): string[] =>
  messagesOf(house.sim.state, telegramId).map(({ message }) => message.text ?? '')

/** As if the time had passed. */
const comeTo = (userId: string, left: string) => house.ownerSql`
  update deletion_requests set erase_at = now() + ${left}::text::interval, created_at = now() - interval '8 days'
  where user_id = ${userId} and undone_at is null`

describe('a deletion with a grace period', () => {
  test('is asked for, shown, and undone; each goes into the audit log once', async () => {
    const { id } = await person()
    const first = await ask(id)
    expect(first.status).toBe(200)
    expect(Math.round((Date.parse(first.body.eraseAt) - Date.now()) / DAY_MS)).toBe(DAYS)
    // asked for again the day stays
    expect((await ask(id)).body).toEqual(first.body)
    expect((await profileOf(id)).body.deletion).toEqual(first.body)
    // until then everything works
    expect(
      (await house.call('charge', 'POST', '/', { body: { userId: id, service: 'message' } })).status,
    ).toBe(200)
    expect((await undo(id)).body).toEqual({ undone: true })
    expect((await undo(id)).body).toEqual({ undone: false })
    expect((await profileOf(id)).body.deletion).toBeNull()
    const actions = await house.ownerSql`
      select action from audit_log where subject = ${`user:${id}`} order by id`
    expect(actions.map(({ action }) => action)).toEqual(['deletion-requested', 'deletion-undone'])
    expect((await ask(id)).body).not.toEqual(first.body)
  })

  test('of many at once one is new', async () => {
    const { id } = await person()
    const replies = await Promise.all(Array.from({ length: 8 }, () => ask(id)))
    expect(new Set(replies.map(({ body }) => body.eraseAt)).size).toBe(1)
    expect(await house.ownerSql`select 1 from deletion_requests where user_id = ${id}`).toHaveLength(1)
  })

  test.each(['ru', 'en'] as const)('erases by itself when it is over, and says so (%s)', async (language) => {
    const { id, telegramId } = await person(language)
    await ask(id)
    expect((await run()).body.erased).toBe(0)
    expect((await profileOf(id)).status).toBe(200)
    await comeTo(id, '-1 second')
    expect((await run()).body.erased).toBe(1)
    expect((await profileOf(id)).status).toBe(404)
    expect(textsTo(telegramId)).toEqual([text(language, 'deletion-done', { coins: BONUS })])
    expect((await run()).body.erased).toBe(0)
    const [entry] = await house.ownerSql`
      select actor, details from audit_log where action = 'person-erased' and subject = ${`user:${id}`}`
    expect(entry).toEqual({ actor: 'profile', details: { coinsLost: BONUS } })
  })

  test('two runs at once, and an undo at the last moment: erased once, or not at all', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await person()
      await ask(id)
      await comeTo(id, '-1 second')
      const [taken] = await Promise.all([undo(id), run(), run()])
      const isThere = (await profileOf(id)).status === 200
      // who was told that it is undone is there
      expect([taken.status === 200 && taken.body.undone, isThere]).toEqual([isThere, isThere])
    }
  })

  test.each(['ru', 'en'] as const)('reminds once, a day before, with a way back (%s)', async (language) => {
    const { id, telegramId } = await person(language)
    await ask(id)
    await run()
    expect(textsTo(telegramId)).toEqual([])
    await comeTo(id, '20 hours')
    await run()
    await run()
    const messages = messagesOf(house.sim.state, telegramId).map(({ message }) => message)
    expect(messages).toHaveLength(1)
    expect(messages[0]?.text).toContain('/export')
    const [[button] = []] = messages[0]?.reply_markup?.inline_keyboard ?? []
    expect(button).toEqual({ text: text(language, 'button-deletion-undo'), callback_data: 'pv:undo' })
  })

  test('one of a day or two needs no reminder', async () => {
    const { id, telegramId } = await person()
    await ask(id)
    await house.ownerSql`update deletion_requests set erase_at = now() + interval '20 hours' where user_id = ${id}`
    await run()
    expect(textsTo(telegramId)).toEqual([])
  })

  test('without a grace period it begins at once', async () => {
    const { id } = await person()
    const { tariff } = house.resourcesOf('profile')
    const { deletion } = tariff
    tariff.deletion = { graceDays: 0 }
    try {
      expect((await ask(id)).status).toBe(200)
      await expect.poll(async () => (await profileOf(id)).status, { timeout: 10_000 }).toBe(404)
    } finally {
      tariff.deletion = deletion
    }
  })

  test('a person who cannot be erased now keeps nobody else waiting', async () => {
    const [stuck, next] = [await person(), await person()]
    await ask(stuck.id)
    await ask(next.id)
    await comeTo(stuck.id, '-2 seconds')
    await comeTo(next.id, '-1 second')
    await house.ownerSql.begin(async (tx) => {
      await tx`select 1 from users where id = ${stuck.id} for update`
      expect((await run()).body.erased).toBe(1)
    })
    expect((await profileOf(next.id)).status).toBe(404)
    expect((await profileOf(stuck.id)).status).toBe(200)
    expect((await run()).body.erased).toBe(1)
    expect((await profileOf(stuck.id)).status).toBe(404)
  })
})

describe('a consent', () => {
  test('names the version and the moment, and is recorded once', async () => {
    const { id } = await person()
    const first = await agree(id, version())
    expect([first.status, first.body]).toEqual([
      200,
      { consent: { version: version(), at: expect.stringMatching(/T.*Z$/) } },
    ])
    expect((await agree(id, version())).body).toEqual(first.body)
    expect((await profileOf(id)).body.consent).toEqual(first.body.consent)
    const actions = await house.ownerSql`select action from audit_log where subject = ${`user:${id}`}`
    expect(actions).toEqual([{ action: 'terms-accepted' }])
  })

  test('to another version than the present one is none', async () => {
    const { id } = await person()
    const reply = await agree(id, '1999-1')
    expect([reply.status, reply.body.code, reply.body.version]).toEqual([409, 'conflict', version()])
    expect((await profileOf(id)).body.consent).toBeNull()
  })
})

describe('refuses', () => {
  const stranger = randomUUID()
  test.each<[string, string, string, CallOptions, number, string]>([
    ['a deletion of nobody', 'POST', '/deletion', { body: {} }, 400, 'invalid_input'],
    ['a deletion of a stranger', 'POST', '/deletion', { body: { userId: stranger } }, 404, 'user_not_found'],
    [
      'a day of our own',
      'POST',
      '/deletion',
      { body: { userId: stranger, eraseAt: 'now' } },
      400,
      'invalid_input',
    ],
    [
      'a deletion without a key',
      'POST',
      '/deletion',
      { body: { userId: stranger }, key: null },
      400,
      'invalid_input',
    ],
    [
      'a deletion without the scope',
      'POST',
      '/deletion',
      { body: {}, as: 'limited-client' },
      403,
      'forbidden',
    ],
    ['an undo of nobody', 'DELETE', '/deletion', {}, 400, 'invalid_input'],
    ['an undo of a stranger', 'DELETE', `/deletion?userId=${stranger}`, {}, 404, 'user_not_found'],
    [
      'a consent without a version',
      'POST',
      '/consents',
      { body: { userId: stranger } },
      400,
      'invalid_input',
    ],
    [
      'a version that is none',
      'POST',
      '/consents',
      { body: { userId: stranger, terms: 'a b' } },
      400,
      'invalid_input',
    ],
    ['a run by a stranger', 'POST', '/', { as: null, key: null }, 401, 'unauthenticated'],
    ['a run without the scope', 'POST', '/', { as: 'limited-client', key: null }, 403, 'forbidden'],
  ])('%s', async (_name, method, path, options, status, code) => {
    const reply = await house.call('profile', method, path, options)
    expect([reply.status, reply.body.code]).toEqual([status, code])
  })
})
