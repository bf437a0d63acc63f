import { afterEach, describe, expect, it } from 'vitest'
import { connectWebhook, meet, postUpdate, updateOf } from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as notify } from '../notify/handler.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler as dispatcher } from './handler.ts'
import { standIn } from './stand-in.testing.ts'

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
  const [row] = await at.ownerSql<{ state: string }[]>`
    select state from telegram_updates where update_id = ${updateId}`
  return row?.state
}

describe('a refund made at Telegram', () => {
  const refundOf = (personId: number, chargeId: string) => ({
    message: {
      message_id: 1,
      chat: { id: personId, type: 'private' },
      from: { id: personId, is_bot: false, first_name: 'Test' },
      refunded_payment: {
        currency: 'XTR',
        total_amount: 50,
        invoice_payload: 'whatever',
        telegram_payment_charge_id: chargeId,
      },
    },
  })

  it.each([
    ['known', '0198f1c2-7d3e-7a4b-8c5d-0e1f2a3b4c5d'],
    ['unknown', null],
  ])('goes to top-up once, whether its charge is %s', async (_, refundId) => {
    const { fn, calls } = standIn('top-up', { 'POST /refunded-payments': () => ({ refundId, coins: 0 }) })
    const at = await open({ functions: [dispatcher, fn] })
    const content = refundOf(4_010, 'charge-1')
    const update = updateOf(content)
    await Promise.all(Array.from({ length: 5 }, () => postUpdate(at, update)))
    expect(calls).toEqual([
      {
        route: 'POST /refunded-payments',
        path: '/refunded-payments',
        body: expect.objectContaining({ refunded_payment: content.message.refunded_payment }),
        key: `update:${update.update_id}:refund`,
      },
    ])
    expect(await stateOf(at, update.update_id)).toBe('done')
  })

  it('waits for top-up to come back', async () => {
    const at = await open({ functions: [dispatcher] })
    const update = updateOf(refundOf(4_011, 'charge-2'))
    expect((await postUpdate(at, update)).status).toBe(503)
    expect(await stateOf(at, update.update_id)).toBe('failed')
  })

  it('takes the coins back through the whole house', async () => {
    const at = await open({ functions: [dispatcher, register, profile, topUp, notify] })
    const chat = await meet(at, 'en')
    await chat.say('/start')
    const invoice = await chat.press(await chat.say('/topup'), 'Small')
    await chat.pay(invoice)
    const [payment] = await at.ownerSql<{ chargeId: string }[]>`
      select charge_id as "chargeId" from payments join users u on u.id = user_id where telegram_id = ${chat.personId}`
    await chat.awaitMessage(() => postUpdate(at, updateOf(refundOf(chat.personId, payment?.chargeId ?? ''))))
    const balance = await chat.say('/balance')
    expect(balance.text).toContain('50 coins')
  })
})
