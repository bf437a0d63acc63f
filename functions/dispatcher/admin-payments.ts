import { z } from 'zod'
import { readQueues } from '#shared/db/health-admin.ts'
import {
  getPaymentFile,
  type ListedPayment,
  listPaymentsForOperator,
  type PaymentFile,
} from '#shared/db/payments-admin.ts'
import { findUser } from '#shared/db/users.ts'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { displayName } from '#shared/domain/names.ts'
import { AppError } from '#shared/errors.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import { adminButton, menuButton, noteView, personButton, refused, type Screen } from './admin-rights.ts'
import type { Chat } from './chat.ts'
import { dateOf, priceOf } from './money-words.ts'

const SUSPENSE_LISTED = 10

const State = z.enum(['credited', 'suspense', 'refunded', 'partly_refunded'])
const Way = z.enum(['stars', 'telegram', 'yookassa'])
const Refund = z.looseObject({ state: z.string(), amount: z.int(), coins: z.int() })

/** What is left of a payment: minor units and coins that no refund has taken, or is about to take. */
export const leftOf = ({ refunds, amount, coins, state }: PaymentFile): { amount: number; coins: number } => {
  const counted = refunds.map((refund) => Refund.parse(refund)).filter((refund) => refund.state !== 'failed')
  const sum = (of: 'amount' | 'coins') => counted.reduce((total, refund) => total + refund[of], 0)
  return {
    amount: Math.max(0, amount - sum('amount')),
    coins: state === 'suspense' ? 0 : Math.max(0, coins - sum('coins')),
  }
}

/** The payment with everything about it, or undefined. */
export const findPayment = async (chat: Chat, id: string): Promise<PaymentFile | undefined> => {
  try {
    return await getPaymentFile(chat.resources.sql, id)
  } catch (error) {
    if (error instanceof AppError && error.code === 'payment_not_found') return undefined
    throw error
  }
}

/** A payment in a list. */
export const paymentLine = (chat: Chat, payment: ListedPayment): string =>
  chat.say('admin-payment-line', {
    state: State.parse(payment.state),
    amount: priceOf(chat, payment),
    coins: payment.coins,
    date: dateOf(chat, payment.createdAt.toISOString()),
  })

/** The button that opens a payment. */
export const paymentButton = (chat: Chat, payment: ListedPayment): Keyboard[number][number] => ({
  text: chat.say('admin-button-payment', {
    amount: priceOf(chat, payment),
    date: dateOf(chat, payment.createdAt.toISOString()),
  }),
  data: encodeCallback({ kind: 'operator', screen: 'payment', id: payment.id }),
})

const paymentKeyboard = (chat: Chat, payment: PaymentFile): Keyboard => {
  const { id, userId, state } = payment
  const isWaiting = state === 'suspense' && leftOf(payment).amount > 0
  return [
    ...(isWaiting && userId !== null
      ? [[adminButton(chat, 'admin-button-resolve', { screen: 'resolve', id })]]
      : []),
    ...(isWaiting ? [[adminButton(chat, 'admin-button-resolve-to', { screen: 'resolve-to', id })]] : []),
    ...(leftOf(payment).amount > 0
      ? [[adminButton(chat, 'admin-button-refund', { screen: 'refund', id })]]
      : []),
    [...(userId === null ? [] : [personButton(chat, userId)]), menuButton(chat)],
  ]
}

/** One payment, with what can be done about it. Whoever looks is noted. */
export const paymentScreen = async (chat: Chat, id: string): Promise<Screen> => {
  const payment = await findPayment(chat, id)
  if (!payment) return refused(chat, 'payment-gone')
  await noteView(chat, `payment:${id}`, 'payment')
  const { amount, currency, userId } = payment
  const user = userId === null ? undefined : await findUser(chat.resources.sql, { userId })
  const refunded = amount - leftOf(payment).amount
  const text = chat.say('admin-payment', {
    amount: priceOf(chat, payment),
    provider: Way.parse(payment.provider),
    state: State.parse(payment.state),
    coins: payment.coins,
    refunded: refunded === 0 ? null : priceOf(chat, { currency, amount: refunded }),
    date: dateOf(chat, payment.createdAt.toISOString()),
    name: user ? displayName(user, chat.person.settings.language) : null,
    reason: payment.reason,
    paymentId: id,
    chargeId: payment.chargeId,
  })
  return { text, keyboard: paymentKeyboard(chat, payment) }
}

/** The payments that wait for an operator, oldest first. */
export const suspenseScreen = async (chat: Chat): Promise<Screen> => {
  const { sql } = chat.resources
  const payments = await listPaymentsForOperator(sql, { isSuspense: true, limit: SUSPENSE_LISTED })
  const { paymentsSuspended } = await readQueues(sql)
  return {
    text:
      payments.length === 0
        ? chat.say('admin-suspense-none')
        : chat.say('admin-suspense-title', { count: paymentsSuspended }),
    keyboard: [...payments.map((payment) => [paymentButton(chat, payment)]), [menuButton(chat)]],
  }
}
