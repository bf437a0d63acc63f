import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '#shared/db/transaction.ts'
import { creditCharge } from '#shared/money/credit.ts'
import { type MoneyHouse, openMoneyHouse } from '../../test/support/money-house.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler } from './handler.ts'

let money: MoneyHouse
beforeAll(async () => {
  money = await openMoneyHouse([handler, topUp])
})
afterAll(() => money.close())

test('a refund whose payment somebody else credits while we ask for it takes its coins back at once', async () => {
  const { id, telegramId } = await money.house.person()
  const { orderId, url } = await money.order(telegramId, 'yookassa')
  const chargeId = money.idOf(url)
  money.shop.pay(chargeId)
  const refund = money.shop.refund(chargeId)
  const { id: rule } = money.shop.faults.add({
    target: 'method',
    method: 'getPayment',
    do: 'delay',
    delayMs: 1_500,
  })
  const notified = money.notify('refund.succeeded', String(refund.id))
  // our own books know nothing of it yet: it is being read back
  await expect
    .poll(() => money.shop.faults.list().find((one) => one.id === rule)?.struck, { timeout: 10_000 })
    .toBe(1)
  await inTransaction(money.house.appSql, (tx) =>
    creditCharge(tx, money.house.resourcesOf('payment-webhook'), {
      provider: 'yookassa',
      chargeId,
      currency: 'RUB',
      amount: 9900,
      orderId,
      actor: 'reconcile',
    }),
  )
  expect(await money.wallet(id)).toEqual({ coins: 100, debt: 0 })
  expect((await notified).status).toBe(200)
  expect(await money.wallet(id)).toEqual({ coins: 0, debt: 0 })
  await money.booksClose()
})
