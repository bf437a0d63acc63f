import { randomInt, randomUUID } from 'node:crypto'
import sharp from 'sharp'
import { expect } from 'vitest'
import { readBooks } from '#shared/db/people.testing.ts'
import { nowSeconds } from '../../local/telegram/clock.ts'
import { refundCharge } from '../../local/telegram/payments.ts'
import { addPerson } from '../../local/telegram/people.ts'
import { takeNumber } from '../../local/telegram/state.ts'
import type { YookassaSimulator } from '../../local/yookassa/server.ts'
import type { House } from '../support/house.ts'

/** One delivery of an operation, to be made again and again with the same key until it is taken. */
export type Prepared = {
  deliver: (functionUrl: string) => Promise<Response>
  /** What only time would do after a crash (a claim or a lease that runs out). */
  recover?: () => Promise<unknown>
  /** The effect is there, once. */
  check: (answer: Response) => Promise<void>
}

export type Operation = { name: string; functionName: string; prepare: () => Promise<Prepared> }

type Call = { path?: string; body?: unknown; key?: string; method?: string }

const BONUS = 50

type PaidMessage = { successful_payment: Record<string, unknown> }

/** Writes the payment into Telegram's own book. */
const addToBook = (house: House, telegramId: number, message: PaidMessage): { chargeId: string } => {
  const { state } = house.sim
  const paid = message.successful_payment
  const chargeId = String(paid.telegram_payment_charge_id)
  const payload = String(paid.invoice_payload)
  addPerson(state, { id: telegramId, firstName: 'Ann', languageCode: 'en' })
  const charge = { chargeId, personId: telegramId, amount: 50, currency: 'XTR', payload, refunded: false }
  state.charges.set(chargeId, charge)
  const sequence = takeNumber(state, 'starTransaction')
  const user = { id: telegramId, is_bot: false, first_name: 'Ann', language_code: 'en' }
  state.transactions.set(sequence, {
    sequence,
    transaction: {
      id: chargeId,
      amount: 50,
      date: nowSeconds(state.clock),
      source: { type: 'user', transaction_type: 'invoice_payment', user, invoice_payload: payload },
    },
  })
  return charge
}

/** Every operation that moves coins, with what must be true after it was delivered as often as it takes. */
export const operationsOf = (houseOf: () => House, shop: () => YookassaSimulator): Operation[] => {
  const post = async (functionName: string, url: string, { path = '/', body, key, method = 'POST' }: Call) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await houseOf().token('client', functionName)}`,
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })

  const books = (userId: string) => readBooks(houseOf().ownerSql, userId)
  const movements = async (userId: string): Promise<string[]> => {
    const rows = await houseOf().ownerSql<{ type: string; amount: number }[]>`
      select type, amount from transactions where user_id = ${userId} order by id`
    return rows.map(({ type, amount }) => `${type} ${amount}`)
  }
  const expectMovements = async (userId: string, expected: string[]): Promise<void> =>
    expect(await movements(userId)).toEqual([`bonus ${BONUS}`, ...expected])

  const invoice = async (telegramId: number): Promise<string> => {
    const reply = await houseOf().call('top-up', 'POST', '/invoices', {
      body: { telegramId, pack: 'small', provider: 'stars', link: false },
    })
    expect(reply.status).toBe(201)
    return reply.body.invoice.payload
  }
  const hold = async (userId: string, coins: number): Promise<string> => {
    const reply = await houseOf().call('charge', 'POST', '/holds', {
      body: { userId, coins, description: 'Work' },
    })
    expect(reply.status).toBe(201)
    return reply.body.holdId
  }
  const paidMessage = (telegramId: number, payload: string | undefined) => ({
    message_id: 7,
    date: 1_790_000_000,
    chat: { id: telegramId, type: 'private' },
    from: { id: telegramId, is_bot: false, first_name: 'Ann', language_code: 'en' },
    successful_payment: {
      currency: 'XTR',
      total_amount: 50,
      ...(payload === undefined ? {} : { invoice_payload: payload }),
      telegram_payment_charge_id: `stx-${randomUUID()}`,
      provider_payment_charge_id: 'p1',
    },
  })

  /** A payment of 50 Stars, at the provider and with us. */
  const paidStars = async () => {
    const house = houseOf()
    const { id: userId, telegramId } = await house.person()
    const message = paidMessage(telegramId, await invoice(telegramId))
    const charge = addToBook(house, telegramId, message)
    const reply = await house.call('top-up', 'POST', '/payments', { body: message })
    expect([reply.status, reply.body.coins]).toEqual([200, 100])
    return { userId, telegramId, chargeId: charge.chargeId, paymentId: reply.body.paymentId as string }
  }
  const paidByCard = async () => {
    const house = houseOf()
    const { id: userId } = await house.person()
    const reply = await house.call('top-up', 'POST', '/invoices', {
      body: { userId, pack: 'small', provider: 'yookassa' },
    })
    expect(reply.status, JSON.stringify(reply.body)).toBe(201)
    const id = new URL(reply.body.url).pathname.split('/').at(-1) ?? ''
    shop().pay(id)
    return { userId, id }
  }
  const notifyShop = (url: string, event: string, object: unknown) =>
    fetch(`${url}/yookassa`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '127.0.0.1' },
      body: JSON.stringify({ type: 'notification', event, object }),
    })
  const refundsOf = async (userId: string): Promise<string[]> => {
    const rows = await houseOf().ownerSql<{ state: string; coins: number }[]>`
      select r.state, r.coins from refunds r join payments p on p.id = r.payment_id where p.user_id = ${userId}`
    return rows.map(({ state, coins }) => `${state} ${coins}`)
  }

  return [
    {
      name: 'a refund of Stars',
      functionName: 'top-up',
      prepare: async () => {
        const { userId, paymentId, chargeId } = await paidStars()
        const key = randomUUID()
        const body = { paymentId, reason: 'asked' }
        return {
          deliver: (url) => post('top-up', url, { path: '/refunds', key, body }),
          check: async () => {
            await expectMovements(userId, ['top_up 100', 'reversal -100'])
            expect(await refundsOf(userId)).toEqual(['done 100'])
            expect(houseOf().sim.state.charges.get(chargeId)?.refunded).toBe(true)
          },
        }
      },
    },
    {
      name: 'a refund of a part at YooKassa',
      functionName: 'top-up',
      prepare: async () => {
        const house = houseOf()
        const { userId, id } = await paidByCard()
        const paid = await house.call('payment-webhook', 'POST', '/yookassa', {
          as: null,
          key: null,
          headers: { 'x-forwarded-for': '127.0.0.1' },
          body: { type: 'notification', event: 'payment.succeeded', object: { id } },
        })
        expect(paid.status).toBe(200)
        const [row] = await house.ownerSql<{ id: string }[]>`select id from payments where charge_id = ${id}`
        const key = randomUUID()
        const body = { paymentId: row?.id, reason: 'asked', amount: 4_950 }
        return {
          deliver: (url) => post('top-up', url, { path: '/refunds', key, body }),
          check: async () => {
            await expectMovements(userId, ['top_up 100', 'reversal -50'])
            expect(await refundsOf(userId)).toEqual(['done 50'])
            const given = shop()
              .book()
              .refunds.filter((refund) => refund.payment_id === id)
            expect(given).toHaveLength(1)
          },
        }
      },
    },
    {
      name: 'a refund made at Telegram',
      functionName: 'top-up',
      prepare: async () => {
        const { userId, telegramId, chargeId } = await paidStars()
        await post('charge', `${houseOf().gateway}/function/charge`, {
          key: randomUUID(),
          body: { userId, coins: 70, description: 'Work' },
        })
        const key = randomUUID()
        const { successful_payment: _payment, ...message } = paidMessage(telegramId, undefined)
        const refunded_payment = {
          currency: 'XTR',
          total_amount: 50,
          invoice_payload: 'x',
          telegram_payment_charge_id: chargeId,
        }
        const body = { ...message, refunded_payment }
        return {
          deliver: (url) => post('top-up', url, { path: '/refunded-payments', key, body }),
          check: async () => {
            await expectMovements(userId, ['top_up 100', 'charge -70', 'reversal -80'])
            const rows = await houseOf().ownerSql`select debt from user_balances where user_id = ${userId}`
            expect(rows).toEqual([{ debt: 20 }])
          },
        }
      },
    },
    {
      name: 'a notification of YooKassa',
      functionName: 'payment-webhook',
      prepare: async () => {
        const { userId, id } = await paidByCard()
        return {
          deliver: (url) => notifyShop(url, 'payment.succeeded', { id }),
          check: async () => expectMovements(userId, ['top_up 100']),
        }
      },
    },
    {
      name: 'reconcile that finds a payment',
      functionName: 'reconcile',
      prepare: async () => {
        const house = houseOf()
        const { id: userId, telegramId } = await house.person()
        addToBook(house, telegramId, paidMessage(telegramId, await invoice(telegramId)))
        return {
          deliver: (url) => post('reconcile', url, { body: {} }),
          // the lease of the dead process runs out by itself
          recover: () => house.ownerSql`update leases set expires_at = now()`,
          check: async () => {
            await expectMovements(userId, ['top_up 100'])
            const rows = await house.ownerSql`
              select 1 from audit_log a join payments p on a.subject = 'payment:' || p.id
              where a.action = 'payment-found' and p.user_id = ${userId}`
            expect(rows).toHaveLength(1)
          },
        }
      },
    },
    {
      name: 'reconcile that finds a refund',
      functionName: 'reconcile',
      prepare: async () => {
        const house = houseOf()
        const { userId, telegramId, chargeId } = await paidStars()
        refundCharge(house.sim.state, telegramId, chargeId)
        return {
          deliver: (url) => post('reconcile', url, { body: {} }),
          recover: () => house.ownerSql`update leases set expires_at = now()`,
          check: async () => expectMovements(userId, ['top_up 100', 'reversal -100']),
        }
      },
    },
    {
      name: 'an avatar with its charge',
      functionName: 'avatar-upload',
      prepare: async () => {
        const house = houseOf()
        const { id: userId } = await house.person()
        const key = randomUUID()
        const color = { r: randomInt(256), g: randomInt(256), b: randomInt(256) }
        const image = await sharp({ create: { width: 64, height: 64, channels: 3, background: color } })
          .jpeg()
          .toBuffer()
        return {
          deliver: async (url) =>
            fetch(`${url}/?userId=${userId}`, {
              method: 'POST',
              headers: {
                authorization: `Bearer ${await house.token('client', 'avatar-upload')}`,
                'content-type': 'image/jpeg',
                'idempotency-key': key,
              },
              body: new Uint8Array(image),
            }),
          check: async () => {
            await expectMovements(userId, ['charge -10'])
            const rows = await house.ownerSql<{ key: string }[]>`
              select avatar_data #>> '{keys,512}' as key from user_avatars where user_id = ${userId}`
            expect(rows).toHaveLength(1)
            // I9: what the row names is there
            expect(await house.storage.stat(house.buckets.avatars, rows[0]?.key ?? '')).toBeDefined()
          },
        }
      },
    },
    {
      name: 'a transcript with its charge',
      functionName: 'transcript-save',
      prepare: async () => {
        const { id: userId } = await houseOf().person()
        const key = randomUUID()
        return {
          deliver: (url) =>
            post('transcript-save', url, { key, body: { userId, text: 'Hello.', format: 'text' } }),
          check: async () => {
            await expectMovements(userId, ['charge -5'])
            const rows = await houseOf().ownerSql`select 1 from user_transcripts where user_id = ${userId}`
            expect(rows).toHaveLength(1)
          },
        }
      },
    },
    {
      name: 'a charge',
      functionName: 'charge',
      prepare: async () => {
        const { id: userId } = await houseOf().person()
        const key = randomUUID()
        return {
          deliver: (url) => post('charge', url, { key, body: { userId, coins: 45, description: 'Work' } }),
          check: async (answer) => {
            expect(await answer.json()).toMatchObject({ charged: 45, balance: { coins: 5, held: 0 } })
            await expectMovements(userId, ['charge -45'])
          },
        }
      },
    },
    {
      name: 'a hold',
      functionName: 'charge',
      prepare: async () => {
        const { id: userId } = await houseOf().person()
        const key = randomUUID()
        return {
          deliver: (url) =>
            post('charge', url, { path: '/holds', key, body: { userId, coins: 30, description: 'Work' } }),
          check: async () => {
            await expectMovements(userId, [])
            expect(await books(userId)).toMatchObject({ coins: BONUS, held: 30 })
          },
        }
      },
    },
    {
      name: 'a capture',
      functionName: 'charge',
      prepare: async () => {
        const { id: userId } = await houseOf().person()
        const key = randomUUID()
        const path = `/holds/${await hold(userId, 30)}/capture`
        return {
          deliver: (url) => post('charge', url, { path, key, body: { coins: 20 } }),
          check: async () => {
            await expectMovements(userId, ['charge -20'])
            expect(await books(userId)).toMatchObject({ coins: 30, held: 0 })
          },
        }
      },
    },
    {
      name: 'a release',
      functionName: 'charge',
      prepare: async () => {
        const { id: userId } = await houseOf().person()
        const key = randomUUID()
        const path = `/holds/${await hold(userId, 30)}/release`
        return {
          deliver: (url) => post('charge', url, { path, key, body: {} }),
          check: async () => {
            await expectMovements(userId, [])
            expect(await books(userId)).toMatchObject({ coins: BONUS, held: 0 })
          },
        }
      },
    },
    {
      name: 'a payment',
      functionName: 'top-up',
      prepare: async () => {
        const { id: userId, telegramId } = await houseOf().person()
        const key = randomUUID()
        const message = paidMessage(telegramId, await invoice(telegramId))
        return {
          deliver: (url) => post('top-up', url, { path: '/payments', key, body: message }),
          check: async () => expectMovements(userId, ['top_up 100']),
        }
      },
    },
    {
      name: 'a payment that fits no order',
      functionName: 'top-up',
      prepare: async () => {
        const { id: userId, telegramId } = await houseOf().person()
        const key = randomUUID()
        const message = paidMessage(telegramId, 'what is this')
        return {
          deliver: (url) => post('top-up', url, { path: '/payments', key, body: message }),
          check: async () => {
            await expectMovements(userId, [])
            const rows = await houseOf().ownerSql`
              select state from payments where user_id = ${userId}`
            expect(rows).toEqual([{ state: 'suspense' }])
          },
        }
      },
    },
    {
      name: 'a stranger who registers',
      functionName: 'register',
      prepare: async () => {
        const telegramId = randomInt(2 ** 40)
        const key = randomUUID()
        return {
          deliver: (url) => post('register', url, { key, body: { telegramId, firstName: 'Ann' } }),
          check: async (answer) => {
            const { user } = (await answer.json()) as { user: { id: string } }
            await expectMovements(user.id, [])
            expect(await books(user.id)).toMatchObject({ coins: BONUS })
          },
        }
      },
    },
    {
      name: 'an update with a payment',
      functionName: 'dispatcher',
      prepare: async () => {
        const house = houseOf()
        const { id: userId, telegramId } = await house.person()
        const updateId = randomInt(2 ** 45)
        const update = { update_id: updateId, message: paidMessage(telegramId, await invoice(telegramId)) }
        return {
          deliver: (url) =>
            fetch(url, {
              method: 'POST',
              headers: {
                'content-type': 'application/json',
                'x-telegram-bot-api-secret-token': house.webhook.secret,
              },
              body: JSON.stringify(update),
            }),
          // the claim of the dead process runs out after 30 s
          recover: () => house.ownerSql`
            update telegram_updates set claimed_until = now() where update_id = ${updateId} and state = 'processing'`,
          check: async () => {
            await expectMovements(userId, ['top_up 100'])
            const rows = await house.ownerSql`
              select state from telegram_updates where update_id = ${updateId}`
            expect(rows).toEqual([{ state: 'done' }])
          },
        }
      },
    },
  ]
}
