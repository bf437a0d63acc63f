import { randomUUID } from 'node:crypto'
import type { StarTransaction, TransactionPartner } from 'grammy/types'
import { createOrder, type Order } from '#shared/db/orders.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { payloadOf } from '#shared/money/signed-payload.ts'
import { takeNumber } from '../../local/telegram/state.ts'
import type { House } from './house.ts'

/** Older than what is the webhook's own. */
const OLD_SECONDS = 120

/** An open order for Stars, as an invoice of ours makes it, and the payload that comes back with its payment. */
export const orderStars = async (
  house: House,
  userId: string,
  { coins = 100, amount = 50 } = {},
): Promise<Order & { payload: string }> => {
  const order = await inTransaction(house.appSql, (tx) =>
    createOrder(tx, {
      userId,
      provider: 'stars',
      pack: 'small',
      coins,
      price: { currency: 'XTR', amount },
      priceVersion: 'v-test',
      expiresInSeconds: 3_600,
    }),
  )
  return { ...order, payload: payloadOf(house.resourcesOf('reconcile'), order) }
}

/** Who paid, or got it back, for an invoice with this payload. */
export const partnerOf = (telegramId: number, payload?: string): TransactionPartner => ({
  type: 'user',
  transaction_type: 'invoice_payment',
  user: { id: telegramId, is_bot: false, first_name: 'Ann', language_code: 'en' },
  ...(payload === undefined ? {} : { invoice_payload: payload }),
})

type Line = { id?: string; amount?: number; ageSeconds?: number } & (
  | { source: TransactionPartner }
  | { receiver: TransactionPartner }
)

/** Writes a line into Telegram's book, where no webhook tells of it. Gives the charge's id. */
export const addLine = (house: House, line: Line): string => {
  const { state } = house.sim
  const { id = `stx-${randomUUID()}`, amount = 50, ageSeconds = OLD_SECONDS, ...partners } = line
  const sequence = takeNumber(state, 'starTransaction')
  const date = Math.floor(Date.now() / 1000) - ageSeconds
  const transaction: StarTransaction = { id, amount, date, ...partners }
  state.transactions.set(sequence, { sequence, transaction })
  return id
}

/** Takes every line out of Telegram's book. */
export const clearBook = (house: House): void => {
  const { transactions } = house.sim.state
  for (const { sequence } of [...transactions.values()]) transactions.delete(sequence)
}

/** A person who has paid an invoice, and nobody told us. */
export const payUnheard = async (house: House, options: { coins?: number; ageSeconds?: number } = {}) => {
  const { coins, ...line } = options
  const person = await house.person()
  const { payload } = await orderStars(house, person.id, coins === undefined ? {} : { coins })
  const chargeId = addLine(house, { source: partnerOf(person.telegramId, payload), ...line })
  return { ...person, chargeId, payload }
}
