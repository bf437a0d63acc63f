import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findDrift } from '#shared/db/ledger-check.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { postTransaction } from '#shared/db/wallets.ts'
import { creditCharge } from '#shared/money/credit.ts'
import { BotApiError } from '../../local/telegram/api-error.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { addLine, clearBook, orderStars, partnerOf, payUnheard } from '../../test/support/stars-book.ts'
import { handler } from './handler.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [handler] })
})
afterAll(() => house.close())

/** Each test has a book of its own, and nothing of ours is left of the one before. */
beforeEach(async () => {
  clearBook(house)
  delete house.sim.state.faults.beforeMethod
  const { ownerSql } = house
  await ownerSql`delete from provider_entries`
  await ownerSql`delete from provider_cursors`
  await ownerSql`delete from reconcile_runs`
  await ownerSql`delete from refunds`
  await ownerSql`delete from payments`
  await ownerSql`delete from graphile_worker._private_jobs`
  await ownerSql`delete from audit_log`
})
afterEach(async () => expect(await findDrift(house.ownerSql)).toEqual([]))

const reconcile = async (as = 'client') => house.call('reconcile', 'POST', '/', { as, key: null })

const run = async (as?: string) => {
  const reply = await reconcile(as)
  expect([reply.status, reply.body]).toEqual([200, expect.anything()])
  return reply.body.payments as { checked: number; credited: number; reversed: number; unmatched: number }
}

const balanceOf = async (userId: string) => {
  const [row] = await house.ownerSql<{ coins: number; debt: number }[]>`
    select coins, debt from user_balances where user_id = ${userId}`
  return row
}

const auditOf = (action: string) => house.ownerSql<
  { subject: string; details: Record<string, unknown>; actor: string }[]
>`
  select subject, details, actor from audit_log where action = ${action} order by id desc`

const entryOf = async (externalId: string, direction = 'in') => {
  const [row] = await house.ownerSql<{ state: string; reason: string | null }[]>`
    select state, reason from provider_entries where external_id = ${externalId} and direction = ${direction}`
  return row
}

const alerts = async () =>
  (
    await house.ownerSql<{ payload: { kind: string; subject: string } }[]>`
    select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
    where t.identifier = 'alert_operators' order by j.id`
  ).map(({ payload }) => payload)

const metric = async (name: string): Promise<number> => {
  const reply = await house.call('reconcile', 'GET', '/metrics', {
    as: null,
    headers: { authorization: `Bearer ${house.metricsToken}` },
  })
  return String(reply.body)
    .split('\n')
    .filter((line) => line.startsWith(name))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

/** As the webhook does it. */
const credit = (telegramId: number, chargeId: string, payload: string, amount = 50) =>
  inTransaction(house.appSql, (tx) =>
    creditCharge(tx, house.resourcesOf('reconcile'), {
      provider: 'stars',
      chargeId,
      currency: 'XTR',
      amount,
      payload,
      payer: { id: telegramId },
      actor: 'webhook',
    }),
  )

const spend = (userId: string, coins: number) =>
  inTransaction(house.appSql, (tx) =>
    postTransaction(tx, { userId, amount: -coins, type: 'charge', description: 'work', actor: 'test' }),
  )

describe('money that came in', () => {
  test('every webhook lost: all payments are credited to who paid, and named in the audit log', async () => {
    const paid = await Promise.all(Array.from({ length: 12 }, () => payUnheard(house)))
    expect(await run()).toEqual({ checked: 12, credited: 12, reversed: 0, unmatched: 0 })
    for (const { id } of paid) expect(await balanceOf(id)).toEqual({ coins: 100, debt: 0 })
    const named = (await auditOf('payment-found')).map(({ details }) => details.chargeId)
    expect(named.toSorted()).toEqual(paid.map(({ chargeId }) => chargeId).toSorted())
    // nothing a second time
    expect(await run()).toMatchObject({ credited: 0, reversed: 0, unmatched: 0 })
    expect(await auditOf('payment-found')).toHaveLength(12)
    expect(await metric('kopeika_reconcile_credited_total')).toBeGreaterThanOrEqual(12)
    for (const { id } of paid) expect(await balanceOf(id)).toEqual({ coins: 100, debt: 0 })
  })

  test('a stranger who paid gets an account and the coins; the orderer gets none', async () => {
    const orderer = await house.person()
    const { payload } = await orderStars(house, orderer.id)
    const strangerId = 5_000_000_000 + Math.floor(Math.random() * 1e9)
    addLine(house, { source: partnerOf(strangerId, payload) })
    expect(await run()).toMatchObject({ credited: 1 })
    const [stranger] = await house.ownerSql<{ id: string }[]>`
      select id from users where telegram_id = ${strangerId}`
    // the welcome bonus of 50 beside the pack
    expect(await balanceOf(stranger?.id ?? '')).toEqual({ coins: 150, debt: 0 })
    expect(await balanceOf(orderer.id)).toEqual({ coins: 0, debt: 0 })
  })

  test('what fits no order waits in suspense with an alert, once', async () => {
    const person = await house.person()
    const chargeId = addLine(house, { source: partnerOf(person.telegramId, 'gibberish') })
    expect(await run()).toEqual({ checked: 1, credited: 0, reversed: 0, unmatched: 0 })
    expect(await entryOf(chargeId)).toEqual({ state: 'matched', reason: null })
    expect(await alerts()).toMatchObject([{ kind: 'payment-suspense' }])
    expect(await metric('kopeika_payments_suspense_age_seconds')).toBeGreaterThanOrEqual(0)
    expect((await auditOf('payment-found'))[0]?.details).toMatchObject({ chargeId, state: 'suspense' })
    await run()
    expect(await alerts()).toHaveLength(1)
  })

  test('younger than a minute is left to its webhook, and keeps what comes after it waiting', async () => {
    const old = await payUnheard(house)
    const young = await payUnheard(house, { ageSeconds: 5 })
    expect(await run()).toMatchObject({ checked: 1, credited: 1 })
    expect(await balanceOf(old.id)).toMatchObject({ coins: 100 })
    expect(await balanceOf(young.id)).toMatchObject({ coins: 0 })
    for (const row of house.sim.state.transactions.values()) {
      house.sim.state.transactions.set(row.sequence, {
        ...row,
        transaction: { ...row.transaction, date: row.transaction.date - 120 },
      })
    }
    expect(await run('cron')).toMatchObject({ credited: 1 })
    expect(await balanceOf(young.id)).toMatchObject({ coins: 100 })
  })

  test('pages through a long book, and goes on where it ended', async () => {
    const person = await house.person()
    const { payload } = await orderStars(house, person.id)
    for (let count = 0; count < 253; count += 1)
      addLine(house, { source: partnerOf(person.telegramId, payload) })
    expect(await run('cron')).toMatchObject({ checked: 253, credited: 253 })
    expect(await balanceOf(person.id)).toMatchObject({ coins: 25_300 })
    const offsets: unknown[] = []
    house.sim.state.faults.beforeMethod = (method, fields) => {
      if (method === 'getStarTransactions') offsets.push(fields.offset)
      return undefined
    }
    addLine(house, { source: partnerOf(person.telegramId, payload) })
    expect(await run('cron')).toMatchObject({ checked: 1, credited: 1 })
    expect(offsets.map(Number)).toEqual([252, 253])
    // who asks in person gets all of it again
    expect(await run()).toMatchObject({ checked: 254, credited: 0 })
  })

  test('a book that has shifted is read from its beginning', async () => {
    const before = await payUnheard(house)
    await run('cron')
    clearBook(house)
    const after = await payUnheard(house)
    expect(await run('cron')).toMatchObject({ credited: 1 })
    expect(await balanceOf(before.id)).toMatchObject({ coins: 100 })
    expect(await balanceOf(after.id)).toMatchObject({ coins: 100 })
  })

  test('gifts, withdrawals and ads are none of ours', async () => {
    const { telegramId } = await house.person()
    const user = { id: telegramId, is_bot: false, first_name: 'Ann' }
    const ids = [
      addLine(house, { source: { type: 'user', transaction_type: 'premium_purchase', user } as never }),
      addLine(house, { receiver: { type: 'fragment' } }),
      addLine(house, { receiver: { type: 'telegram_ads' } }),
      addLine(house, { source: { type: 'other' } }),
    ]
    expect(await run()).toEqual({ checked: 4, credited: 0, reversed: 0, unmatched: 0 })
    expect(await entryOf(ids[0] ?? '')).toEqual({ state: 'ignored', reason: 'premium_purchase' })
    expect(await entryOf(ids[1] ?? '', 'out')).toEqual({ state: 'ignored', reason: 'fragment' })
    expect(await alerts()).toEqual([])
  })

  test('another sum than the one we took is reported, and nothing moves', async () => {
    const person = await payUnheard(house)
    await credit(person.telegramId, person.chargeId, person.payload)
    const [line] = house.sim.state.transactions.values()
    if (line) {
      const transaction = { ...line.transaction, amount: 49 }
      house.sim.state.transactions.set(line.sequence, { ...line, transaction })
    }
    expect(await run()).toMatchObject({ credited: 0, unmatched: 1 })
    expect(await entryOf(person.chargeId)).toEqual({ state: 'unmatched', reason: 'amount_differs' })
    expect(await balanceOf(person.id)).toMatchObject({ coins: 100 })
  })
})

describe('money that went out', () => {
  test('a refund made outside takes the coins back; what was spent is owed', async () => {
    const [rich, poor] = [await payUnheard(house), await payUnheard(house)]
    await run()
    await spend(poor.id, 70)
    for (const { telegramId, chargeId, payload } of [rich, poor])
      addLine(house, { id: chargeId, receiver: partnerOf(telegramId, payload) })
    expect(await run('cron')).toMatchObject({ checked: 2, credited: 0, reversed: 2, unmatched: 0 })
    expect(await balanceOf(rich.id)).toEqual({ coins: 0, debt: 0 })
    expect(await balanceOf(poor.id)).toEqual({ coins: 0, debt: 70 })
    expect(await auditOf('refund-outside')).toHaveLength(2)
    expect((await alerts()).filter(({ kind }) => kind === 'refund-outside')).toHaveLength(2)
    // once
    expect(await run()).toMatchObject({ reversed: 0 })
    expect(await balanceOf(poor.id)).toEqual({ coins: 0, debt: 70 })
  })

  test('a chargeback that Telegram calls something else is known by its id', async () => {
    const person = await payUnheard(house)
    await run()
    addLine(house, { id: person.chargeId, receiver: { type: 'other' } })
    expect(await run()).toMatchObject({ reversed: 1 })
    expect(await balanceOf(person.id)).toEqual({ coins: 0, debt: 0 })
  })

  test('refunded before we had heard of the payment: credited and reversed in one run', async () => {
    const person = await payUnheard(house)
    addLine(house, { id: person.chargeId, receiver: partnerOf(person.telegramId, person.payload) })
    expect(await run()).toEqual({ checked: 2, credited: 1, reversed: 1, unmatched: 0 })
    expect(await balanceOf(person.id)).toEqual({ coins: 0, debt: 0 })
    expect((await auditOf('payment-found'))[0]?.details).toMatchObject({ chargeId: person.chargeId })
  })

  test('of a payment that nobody shows it is reported once, and matched when the payment turns up', async () => {
    const person = await house.person()
    const { payload } = await orderStars(house, person.id)
    const chargeId = addLine(house, { receiver: partnerOf(person.telegramId, payload) })
    expect(await run()).toMatchObject({ unmatched: 1, reversed: 0 })
    expect(await run('cron')).toMatchObject({ unmatched: 1, reversed: 0 })
    expect(await auditOf('entry-unmatched')).toMatchObject([
      { details: { chargeId, reason: 'payment_unknown' } },
    ])
    expect(await alerts()).toHaveLength(1)
    expect(await metric('kopeika_payments_unmatched')).toBe(1)
    await credit(person.telegramId, chargeId, payload)
    expect(await run('cron')).toMatchObject({ unmatched: 0, reversed: 1 })
    expect(await balanceOf(person.id)).toEqual({ coins: 0, debt: 0 })
    expect(await metric('kopeika_payments_unmatched')).toBe(0)
  })
})

describe('our own side', () => {
  test('a payment that Telegram does not show is reported once, and never taken back', async () => {
    const person = await house.person()
    const { payload } = await orderStars(house, person.id)
    const { paymentId } = await credit(person.telegramId, `stx-${randomUUID()}`, payload)
    expect(await run()).toMatchObject({ unmatched: 0 })
    await house.ownerSql`update payments set created_at = now() - interval '20 minutes' where id = ${paymentId}`
    expect(await run('cron')).toMatchObject({ unmatched: 1, reversed: 0 })
    expect(await run()).toMatchObject({ unmatched: 1, reversed: 0 })
    expect(await alerts()).toMatchObject([{ kind: 'unmatched-entry', subject: `payment:${paymentId}` }])
    expect(
      (await auditOf('entry-unmatched')).filter(({ subject }) => subject === `payment:${paymentId}`),
    ).toHaveLength(1)
    expect(await balanceOf(person.id)).toEqual({ coins: 100, debt: 0 })
  })

  test('invoices that ran out are closed', async () => {
    const person = await house.person()
    const { id } = await orderStars(house, person.id)
    await house.ownerSql`update orders set expires_at = now() - interval '1 second' where id = ${id}`
    await run('cron')
    const [order] = await house.ownerSql`select state from orders where id = ${id}`
    expect(order?.state).toBe('expired')
  })
})

describe('when things go wrong', () => {
  test('Telegram away: 502 naming it, nothing changed, and the next run makes up for it', async () => {
    const person = await payUnheard(house)
    house.sim.state.faults.beforeMethod = (method) =>
      method === 'getStarTransactions' ? new BotApiError(502, 'Bad Gateway') : undefined
    const reply = await reconcile()
    expect([reply.status, reply.body.code]).toEqual([502, 'upstream_failed'])
    expect(reply.body.detail).toContain('stars')
    expect(await balanceOf(person.id)).toEqual({ coins: 0, debt: 0 })
    expect(await house.ownerSql`select 1 from provider_entries`).toHaveLength(0)
    const [row] = await house.ownerSql`select failure, report from reconcile_runs order by id desc limit 1`
    expect(row?.failure).toContain('stars cannot be reached')
    // the books were looked at all the same
    expect(row?.report.ledger.users).toBeGreaterThan(0)
    delete house.sim.state.faults.beforeMethod
    expect(await run()).toMatchObject({ credited: 1 })
  })

  test('one poison line is reported and tried again; the others go on', async () => {
    const [bad, good] = [await payUnheard(house), await payUnheard(house)]
    await house.ownerSql`create table poison (charge_id text)`
    await house.ownerSql`grant select on poison to kopeika_app`
    await house.ownerSql`insert into poison values (${bad.chargeId})`
    await house.ownerSql`
      create function refuse_poison() returns trigger language plpgsql as
      $$ begin if exists (select from poison where charge_id = new.charge_id) then raise exception 'poison'; end if; return new; end $$`
    await house.ownerSql`create trigger refuse_poison before insert on payments for each row execute function refuse_poison()`
    try {
      expect(await run()).toMatchObject({ credited: 1, unmatched: 1 })
      expect(await balanceOf(good.id)).toMatchObject({ coins: 100 })
      expect(await entryOf(bad.chargeId)).toEqual({ state: 'unmatched', reason: 'failed' })
      expect(await run('cron')).toMatchObject({ credited: 0, unmatched: 1 })
      expect(await alerts()).toHaveLength(1)
    } finally {
      await house.ownerSql`drop trigger refuse_poison on payments`
      await house.ownerSql`drop table poison`
    }
    expect(await run('cron')).toMatchObject({ credited: 1, unmatched: 0 })
    expect(await balanceOf(bad.id)).toMatchObject({ coins: 100 })
  })

  test('a run that died between two lines left what it had done, and the next does the rest', async () => {
    const paid = [await payUnheard(house), await payUnheard(house), await payUnheard(house)]
    const [first] = paid
    // the first line's transaction had committed, the cursor had not moved
    await credit(first?.telegramId ?? 0, first?.chargeId ?? '', first?.payload ?? '')
    expect(await run('cron')).toMatchObject({ checked: 3, credited: 2 })
    for (const { id } of paid) expect(await balanceOf(id)).toEqual({ coins: 100, debt: 0 })
  })

  test('two at once: each line once, and both get figures', async () => {
    const paid = await Promise.all(Array.from({ length: 6 }, () => payUnheard(house)))
    const replies = await Promise.all([reconcile(), reconcile(), reconcile()])
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200])
    const credited = replies.reduce((sum, { body }) => sum + body.payments.credited, 0)
    expect(credited).toBe(6)
    expect(replies.every(({ body }) => body.ledger.users > 0)).toBe(true)
    for (const { id } of paid) expect(await balanceOf(id)).toEqual({ coins: 100, debt: 0 })
  })

  test('racing the webhook for the same charge, 50 times: one credit each', async () => {
    for (let round = 0; round < 50; round += 1) {
      const person = await payUnheard(house)
      const [taken] = await Promise.all([
        credit(person.telegramId, person.chargeId, person.payload),
        run('cron'),
      ])
      expect(taken.coins).toBe(100)
      expect(await balanceOf(person.id)).toEqual({ coins: 100, debt: 0 })
    }
    expect(await house.ownerSql`select 1 from payments`).toHaveLength(50)
    expect(await house.ownerSql`select 1 from provider_entries where state = 'matched'`).toHaveLength(50)
  })
})
