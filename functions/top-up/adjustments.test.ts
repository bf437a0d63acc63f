import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { findDrift } from '#shared/db/ledger-check.ts'
import { type CallOptions, type House, openHouse } from '../../test/support/house.ts'
import { handler as charge } from '../charge/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

const BONUS = 50
const OPERATOR = 700_001

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [handler, register, charge], config: { operators: [OPERATOR] } })
})
afterEach(async () => expect(await findDrift(house.appSql)).toEqual([]))
afterAll(() => house?.close())

const adjust = (body: object, options: CallOptions = {}) =>
  house.call('top-up', 'POST', '/adjustments', { body: { reason: 'by hand', ...body }, ...options })

const walletOf = async (userId: string) => {
  const [row] = await house.ownerSql`select coins, held, debt from user_balances where user_id = ${userId}`
  return row
}

describe('POST /adjustments', () => {
  test('gives and takes, each with a row of the ledger and a line of the log', async () => {
    const { id, telegramId } = await house.person()
    const given = await adjust({ telegramId, coins: 25 })
    expect([given.status, given.body]).toEqual([
      200,
      {
        transactionId: expect.any(String),
        coins: 25,
        debtPaid: 0,
        balance: { coins: BONUS + 25, held: 0, debt: 0 },
      },
    ])
    const taken = await adjust({ userId: id, coins: -75 })
    expect(taken.body.balance).toEqual({ coins: 0, held: 0, debt: 0 })
    const rows = await house.ownerSql`
      select type, amount, description, actor from transactions where user_id = ${id} and type = 'adjustment' order by id`
    expect(rows).toEqual([
      { type: 'adjustment', amount: 25, description: 'by hand', actor: 'client' },
      { type: 'adjustment', amount: -75, description: 'by hand', actor: 'client' },
    ])
    const log = await house.ownerSql`
      select actor, details from audit_log where subject = ${`user:${id}`} and action = 'coins-adjusted' order by id`
    expect(log.map(({ details }) => details.coins)).toEqual([25, -75])
  })

  test('one key, one effect', async () => {
    const { id } = await house.person()
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => adjust({ userId: id, coins: 3 }, { key: `once-${id}` })),
    )
    expect(new Set(answers.map(({ body }) => body.transactionId)).size).toBe(1)
    expect(await walletOf(id)).toMatchObject({ coins: BONUS + 3 })
  })

  test('takes only what is free: neither held coins, nor more than there are', async () => {
    const { id } = await house.person()
    await house.call('charge', 'POST', '/holds', { body: { userId: id, coins: 20, description: 'work' } })
    const refused = await adjust({ userId: id, coins: -31 })
    expect([refused.status, refused.body.code, refused.body.missing]).toEqual([402, 'insufficient_funds', 1])
    expect((await adjust({ userId: id, coins: -30 })).status).toBe(200)
    expect(await walletOf(id)).toEqual({ coins: 20, held: 20, debt: 0 })
  })

  test('coins of a hold that has run out are free', async () => {
    const { id } = await house.person()
    await house.call('charge', 'POST', '/holds', { body: { userId: id, coins: 50, description: 'work' } })
    await house.ownerSql`update holds set expires_at = now() - interval '1 second' where user_id = ${id}`
    expect((await adjust({ userId: id, coins: -50 })).status).toBe(200)
  })

  test('100 at once take 50 coins one by one, and not one more', async () => {
    const { id } = await house.person()
    const answers = await Promise.all(Array.from({ length: 100 }, () => adjust({ userId: id, coins: -1 })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(BONUS)
    expect(await walletOf(id)).toMatchObject({ coins: 0 })
  })

  test('a balance that would outgrow what can be counted is refused', async () => {
    const { id } = await house.person()
    const reply = await adjust({ userId: id, coins: Number.MAX_SAFE_INTEGER })
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_input'])
    expect(await walletOf(id)).toMatchObject({ coins: BONUS })
  })

  test.each([
    ['nothing', { coins: 0 }],
    ['a part of a coin', { coins: 1.5 }],
    ['text', { coins: '5' }],
    ['more than can be counted', { coins: 2 ** 53 }],
    ['no reason', { coins: 1, reason: '' }],
    ['blanks for a reason', { coins: 1, reason: '   ' }],
    ['a long reason', { coins: 1, reason: 'x'.repeat(501) }],
    ['a NUL in the reason', { coins: 1, reason: 'a\0b' }],
    ['something more', { coins: 1, service: 'image' }],
    ['two names for one person', { coins: 1, telegramId: 5 }],
    ['an operator that is no id', { coins: 1, operator: 'me' }],
  ])('refuses %s', async (_, body) => {
    const { id } = await house.person()
    const reply = await adjust({ userId: id, ...body })
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_input'])
  })

  test('nobody is found: 404', async () => {
    expect((await adjust({ telegramId: 4_242_424_242, coins: 1 })).status).toBe(404)
  })
})

describe('who may', () => {
  test.each([
    ['a program without the scope admin', { as: 'other-client' }, {}],
    ['a program that names an operator', { as: 'client' }, { operator: OPERATOR }],
    ['one of our functions without an operator', { as: 'dispatcher' }, {}],
    ['the bot for somebody who is no operator', { as: 'dispatcher' }, { operator: OPERATOR + 1 }],
  ])('not %s', async (_, options, body) => {
    const { id } = await house.person()
    const paths = [
      ['/adjustments', { userId: id, coins: 1 }],
      ['/refunds', { paymentId: id }],
      [`/payments/${id}/resolve`, { coins: 1 }],
    ] as const
    for (const [path, wanted] of paths) {
      const reply = await house.call('top-up', 'POST', path, {
        body: { reason: 'x', ...wanted, ...body },
        ...options,
      })
      expect([path, reply.status]).toEqual([path, 403])
    }
    const blocked = await house.call('register', 'POST', '/suspensions', {
      body: { userId: id, suspended: true, reason: 'x', ...body },
      ...options,
    })
    expect(blocked.status).toBe(403)
    expect(await walletOf(id)).toMatchObject({ coins: BONUS })
  })

  test('the bot for an operator, under whose name it stands in the books', async () => {
    const { id } = await house.person()
    const reply = await adjust({ userId: id, coins: 1, operator: OPERATOR }, { as: 'dispatcher' })
    expect(reply.status).toBe(200)
    const [row] = await house.ownerSql`
      select actor from transactions where user_id = ${id} and type = 'adjustment'`
    expect(row).toEqual({ actor: `operator:${OPERATOR}` })
  })
})
