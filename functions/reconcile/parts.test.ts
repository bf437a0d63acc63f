import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction } from '#shared/db/transaction.ts'
import { requestRefund } from '#shared/money/request-refund.ts'
import { type MoneyHouse, openMoneyHouse } from '../../test/support/money-house.ts'
import { addLine, partnerOf, payUnheard } from '../../test/support/stars-book.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler } from './handler.ts'

let money: MoneyHouse
beforeAll(async () => {
  money = await openMoneyHouse([handler, topUp])
})
afterAll(() => money.close())
beforeEach(() => {
  money.shop.faults.clear()
  money.house.resourcesOf('reconcile').clock = () => Date.now() + 2 * 60_000
})

const reconcile = () => money.house.call('reconcile', 'POST', '/', { as: 'client', key: null })

const payByCard = async () => {
  const person = await money.house.person()
  const { url } = await money.order(person.telegramId, 'yookassa')
  const chargeId = money.idOf(url)
  money.shop.pay(chargeId)
  return { ...person, chargeId }
}

const metric = async (name: string): Promise<number> => {
  const headers = { authorization: `Bearer ${money.house.metricsToken}` }
  const reply = await money.house.call('reconcile', 'GET', '/metrics', { as: null, headers })
  const line = String(reply.body)
    .split('\n')
    .find((text) => text.startsWith(name))
  return Number(line?.split(' ').at(-1))
}

describe('refunds whose outcome is not known', () => {
  /** A payment and a refund of it that was asked for two minutes ago. */
  const ask = async (chargeId: string) => {
    const [payment] = await money.house.ownerSql<{ id: string }[]>`
      select id from payments where charge_id = ${chargeId}`
    const { id } = await inTransaction(money.house.appSql, (tx) =>
      requestRefund(tx, money.house.resourcesOf('reconcile'), {
        paymentId: payment?.id ?? '',
        reason: 'asked',
        actor: 'test',
        origin: 'operator',
      }),
    )
    await money.house.ownerSql`
      update refunds set created_at = now() - interval '2 minutes', updated_at = now() - interval '2 minutes' where id = ${id}`
    return id
  }
  const stateOf = async (id: string) => {
    const [row] = await money.house.ownerSql<{ state: string }[]>`select state from refunds where id = ${id}`
    return row?.state
  }

  test('twenty that stay open do not keep the twenty-first from its turn', async () => {
    const paid = await Promise.all(Array.from({ length: 21 }, payByCard))
    expect((await reconcile()).body.payments).toMatchObject({ credited: 21 })
    for (const { chargeId } of paid) await ask(chargeId)
    expect(await metric('kopeika_refunds_requested_age_seconds')).toBe(0)
    money.shop.faults.add({ target: 'method', method: 'createRefund', do: 'refund-pending' })
    expect((await reconcile()).status).toBe(200)
    // the run's clock is two minutes ahead of that
    expect(await metric('kopeika_refunds_requested_age_seconds')).toBeGreaterThanOrEqual(240)
    const first = money.shop.book().refunds.length
    expect(first).toBeLessThan(21)
    // the machine may have been slow: those that were asked for come last each time
    for (let runs = 0; runs < 21 && money.shop.book().refunds.length < 21; runs += 1) {
      const before = money.shop.book().refunds.length
      await reconcile()
      expect(money.shop.book().refunds.length).toBeGreaterThan(before)
    }
    expect(money.shop.book().refunds).toHaveLength(21)
  })

  test('one whose provider is not configured any more only concerns itself', async () => {
    const [stuck, other] = [await payByCard(), await payByCard()]
    await reconcile()
    const [stuckId, otherId] = [await ask(stuck.chargeId), await ask(other.chargeId)]
    await money.house.ownerSql`
      update payments set provider = 'telegram' where charge_id = ${stuck.chargeId}`
    await money.house.ownerSql`
      update refunds set updated_at = now() - interval '1 hour' where id = ${stuckId}`
    const { config } = money.house.resourcesOf('reconcile')
    const { providers } = config
    Object.assign(config, { providers: { ...providers, telegram: undefined } })
    try {
      expect((await reconcile()).status).toBe(200)
      for (let runs = 0; runs < 3 && (await stateOf(otherId)) !== 'done'; runs += 1) await reconcile()
      expect([await stateOf(stuckId), await stateOf(otherId)]).toEqual(['requested', 'done'])
    } finally {
      Object.assign(config, { providers })
    }
  })
})

test('a statement that takes too long ends its part; the other provider, the books and the report go on', async () => {
  const { ownerSql } = money.house
  await ownerSql`
    create function too_slow() returns trigger language plpgsql as
    $$ begin if new.provider = 'stars' then perform pg_sleep(10); end if; return new; end $$`
  await ownerSql`create trigger too_slow before insert on provider_entries for each row execute function too_slow()`
  const card = await payByCard()
  const star = await payUnheard(money.house)
  try {
    const reply = await reconcile()
    expect([reply.status, reply.body.code]).toEqual([503, 'unavailable'])
    expect(await money.wallet(card.id)).toEqual({ coins: 100, debt: 0 })
    expect(await money.wallet(star.id)).toEqual({ coins: 0, debt: 0 })
    const [row] = await ownerSql`select report, failure from reconcile_runs order by id desc limit 1`
    expect(row?.failure).toMatch(/^stars: .*statement timeout/)
    expect(row?.report.ledger.users).toBeGreaterThan(0)
    expect(row?.report).toMatchObject({ incomplete: true, incompleteParts: ['stars'] })
  } finally {
    await ownerSql`drop trigger too_slow on provider_entries`
    await ownerSql`drop function too_slow`
  }
  expect((await reconcile()).status).toBe(200)
  expect(await money.wallet(star.id)).toEqual({ coins: 100, debt: 0 })
})

test('our payments are compared from where the last run ended, a little of it again', async () => {
  const { ownerSql } = money.house
  const { telegramId } = await money.house.person()
  addLine(money.house, { source: partnerOf(telegramId, 'none of ours') })
  await reconcile()
  const [cursor] = await ownerSql`select matched_until from provider_cursors where provider = 'stars'`
  expect(Date.now() - cursor?.matched_until.getTime()).toBeLessThan(11 * 60_000)
  const add = async (chargeId: string, age: string) => {
    await ownerSql`
      insert into payments (provider, charge_id, state, reason, currency, amount, created_at)
      values ('stars', ${chargeId}, 'suspense', 'x', 'XTR', 1, now() - ${age}::interval)`
  }
  await add('ours-alone-new', '1 hour')
  await add('ours-alone-old', '3 days')
  await reconcile()
  const named = () =>
    ownerSql`select external_id as id, reason from provider_entries where external_id like 'ours-alone%'`
  expect([...(await named())]).toEqual([{ id: 'ours-alone-new', reason: 'not_at_provider' }])
  // from the beginning, as after a restore
  await ownerSql`update provider_cursors set matched_until = null where provider = 'stars'`
  await reconcile()
  expect(await named()).toHaveLength(2)
})
