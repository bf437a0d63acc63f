import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { erasePerson } from '#shared/db/erasure.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as charge } from '../charge/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { handler } from './handler.ts'

const OPERATOR = 700_002

let house: House
beforeAll(async () => {
  house = await openHouse({
    functions: [handler, charge, topUp, transcriptSave],
    config: { operators: [OPERATOR] },
  })
})
afterAll(() => house?.close())

const suspend = (body: object) =>
  house.call('register', 'POST', '/suspensions', { body: { suspended: true, reason: 'spam', ...body } })

const pay = (userId: string) =>
  house.call('charge', 'POST', '/', { body: { userId, coins: 1, description: 'work' } })

describe('POST /suspensions', () => {
  test('blocks once and unblocks once, each with its reason in the log', async () => {
    const { id: userId } = await house.person()
    const first = await suspend({ userId })
    expect([first.status, first.body]).toEqual([200, { userId, suspended: true }])
    const again = await suspend({ userId })
    expect([again.status, again.body.account]).toEqual([409, 'blocked'])
    const open = await suspend({ userId, suspended: false, reason: 'sorry' })
    expect(open.body).toEqual({ userId, suspended: false })
    const late = await suspend({ userId, suspended: false })
    expect([late.status, late.body.account]).toEqual([409, 'open'])
    const log = await house.ownerSql`
      select actor, action, details from audit_log where subject = ${`user:${userId}`} and action like 'account-%' order by id`
    expect(log).toEqual([
      { actor: 'client', action: 'account-blocked', details: { reason: 'spam' } },
      { actor: 'client', action: 'account-unblocked', details: { reason: 'sorry' } },
    ])
  })

  test('settings and what else is kept of the person stay as they are', async () => {
    const { id } = await house.person()
    const stateOf = async () => {
      const [row] = await house.ownerSql`select state_data as state from user_states where user_id = ${id}`
      return row?.state
    }
    await house.ownerSql`
      update user_states set state_data = '{"settings":{"receipts":false},"dialogue":{"kind":"x"}}' where user_id = ${id}`
    const before = await stateOf()
    await suspend({ userId: id })
    expect(await stateOf()).toEqual({ ...before, suspension: { at: expect.any(String), reason: 'spam' } })
    await suspend({ userId: id, suspended: false })
    expect(await stateOf()).toEqual(before)
  })

  test('a person without a row of states is shut out as well', async () => {
    const { id } = await house.person()
    await house.ownerSql`delete from user_states where user_id = ${id}`
    expect((await suspend({ userId: id })).status).toBe(200)
    expect((await pay(id)).status).toBe(403)
  })

  test('what costs or is kept is refused; what is held is ended as ever', async () => {
    const { id: userId } = await house.person()
    const hold = await house.call('charge', 'POST', '/holds', {
      body: { userId, coins: 5, description: 'work' },
    })
    await suspend({ userId })
    const refused = [
      await pay(userId),
      await house.call('charge', 'POST', '/holds', { body: { userId, coins: 1, description: 'work' } }),
      await house.call('top-up', 'POST', '/invoices', { body: { userId, pack: 'small', provider: 'stars' } }),
      await house.call('transcript-save', 'POST', '/', { body: { userId, text: 'words', format: 'text' } }),
    ]
    for (const { status, body } of refused)
      expect([status, body.code, body.account]).toEqual([403, 'forbidden', 'blocked'])
    const captured = await house.call('charge', 'POST', `/holds/${hold.body.holdId}/capture`, { body: {} })
    expect(captured.status).toBe(200)
  })

  test('among many charges that are taken together only the blocked one is refused', async () => {
    const people = await Promise.all(Array.from({ length: 10 }, () => house.person()))
    const [blocked] = people
    await suspend({ userId: blocked?.id })
    const replies = await Promise.all(people.map(({ id }) => pay(id)))
    expect(replies.map(({ status }) => status)).toEqual([403, ...Array.from({ length: 9 }, () => 200)])
  })

  test('nobody gets in again by an erasure, until an operator lets them in', async () => {
    const { id, telegramId } = await house.person()
    const leaveAndReturn = async (userId: string): Promise<string> => {
      await inTransaction(house.appSql, (tx) => erasePerson(tx, { userId, actor: 'test' }))
      const { status, body } = await house.call('register', 'POST', '/', { body: { telegramId } })
      expect([status, body.created]).toEqual([201, true])
      return body.user.id
    }
    await suspend({ userId: id })
    const second = await leaveAndReturn(id)
    const third = await leaveAndReturn(second)
    const [row] = await house.ownerSql`
      select state_data -> 'suspension' ->> 'reason' as reason from user_states where user_id = ${third}`
    expect(row).toEqual({ reason: 'spam' })
    expect((await pay(third)).body).toMatchObject({ code: 'forbidden', account: 'blocked' })
    expect((await suspend({ userId: third })).body.account).toBe('blocked')
    const log = await house.ownerSql`
      select actor, action, details from audit_log where subject = ${`user:${third}`} and action like 'account-%'`
    expect(log).toEqual([
      { actor: 'client', action: 'account-blocked', details: { reason: 'spam', returned: true } },
    ])
    expect((await suspend({ userId: third, suspended: false, reason: 'sorry' })).status).toBe(200)
    // 402: in again, and without the welcome bonus
    expect((await pay(third)).status).toBe(402)
    expect((await pay(await leaveAndReturn(third))).status).toBe(402)
  })

  test('an operator is not blocked', async () => {
    await house.call('register', 'POST', '/', { body: { telegramId: OPERATOR } })
    const reply = await suspend({ telegramId: OPERATOR })
    expect([reply.status, reply.body.account]).toEqual([409, 'operator'])
  })

  test.each([
    ['no reason', { reason: ' ' }],
    ['a long reason', { reason: 'x'.repeat(501) }],
    ['no truth value', { suspended: 'yes' }],
    ['something more', { until: 'tomorrow' }],
  ])('refuses %s', async (_, body) => {
    const { id } = await house.person()
    expect((await suspend({ userId: id, ...body })).status).toBe(400)
  })

  test('nobody is found: 404', async () => {
    expect((await suspend({ telegramId: 4_242_424_243 })).status).toBe(404)
  })
})
