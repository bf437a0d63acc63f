import { z } from 'zod'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { formatDay } from '#shared/domain/texts/format-date.ts'
import { AppError } from '#shared/errors.ts'
import type { Chat } from './chat.ts'
import { backButton, screenBelow, screenButton } from './keyboards.ts'
import { dateOf, priceOf } from './money-words.ts'

const Payment = z.looseObject({
  paymentId: z.string(),
  amount: z.int(),
  refundedAmount: z.int(),
  currency: z.string(),
  createdAt: z.string(),
  refundable: z.looseObject({
    ok: z.boolean(),
    amount: z.int(),
    coins: z.int(),
    reason: z.string().nullable(),
    until: z.string().nullable(),
  }),
})
type Payment = z.infer<typeof Payment>

const Payments = z.looseObject({ items: z.array(Payment) })

/** What top-up answers to a refund. */
export const Refunded = z.looseObject({
  coins: z.int(),
  debt: z.int(),
  amount: z.int(),
  currency: z.string(),
  state: z.enum(['requested', 'done']),
})

/** Refunds are a matter of days: whoever has paid more often than this in that time writes to us. */
const PAYMENTS_READ = 50
const MAX_OFFERED = 6

const readPayments = async (chat: Chat): Promise<Payment[]> => {
  const path = `/payments?userId=${chat.person.user.id}&limit=${PAYMENTS_READ}`
  return (await chat.call({ functionName: 'top-up', method: 'GET', path }, Payments)).items
}

const refundButton = (chat: Chat, { paymentId, currency, createdAt, refundable }: Payment) => ({
  text: chat.say('refund-button', {
    amount: priceOf(chat, { currency, amount: refundable.amount }),
    date: dateOf(chat, createdAt),
  }),
  data: encodeCallback({ kind: 'refund', id: paymentId }),
})

/** What the person can get back right away; undefined when it cannot be told now: how to get help must be answered all the same. */
const findRefundable = async (chat: Chat): Promise<Payment[] | undefined> => {
  try {
    return (await readPayments(chat)).filter(({ refundable }) => refundable.ok).slice(0, MAX_OFFERED)
  } catch (error) {
    chat.resources.log.warn({ err: error }, 'payments could not be listed')
    return undefined
  }
}

/** /paysupport: how to get help, and the payments that the person can get back right away. */
export const showPaySupport = async (chat: Chat): Promise<void> => {
  const help = chat.say('paysupport', { contact: chat.resources.tariff.support.contact })
  const offered = await findRefundable(chat)
  const keyboard = [[screenButton(chat, 'terms'), screenButton(chat, 'menu')]]
  if (!offered) return chat.reply({ kind: 'text', text: help, keyboard })
  if (offered.length === 0) {
    return chat.reply({ kind: 'text', text: `${help}\n\n${chat.say('refunds-none')}`, keyboard })
  }
  await chat.reply({
    kind: 'text',
    text: `${help}\n\n${chat.say('refunds-title')}`,
    keyboard: [...offered.map((payment) => [refundButton(chat, payment)]), ...keyboard],
  })
}

const REASONS = ['too_late', 'spent', 'not_refundable'] as const
type Reason = (typeof REASONS)[number] | 'already' | 'changed' | 'provider'

const knownReason = (reason: unknown): Reason | undefined => REASONS.find((known) => known === reason)

/** A refund that is not to be, in words, in place of the question. */
const refuse = (chat: Chat, reason: Reason, messageId: number): Promise<void> => {
  const { refunds, support } = chat.resources.tariff
  const text = chat.say('refund-refused', { reason, days: refunds.days, contact: support.contact })
  return chat.reply({
    kind: 'edit',
    messageId,
    text,
    keyboard: [[backButton(chat, { kind: 'menu', screen: 'paysupport' }), screenButton(chat, 'menu')]],
  })
}

/** A payment was chosen: says what comes back and what it costs, and asks once more. */
export const askRefund = async (chat: Chat, paymentId: string, messageId: number): Promise<void> => {
  const { language, timeZone } = chat.person.settings
  const payment = (await readPayments(chat)).find((candidate) => candidate.paymentId === paymentId)
  if (!payment) return refuse(chat, 'changed', messageId)
  const { ok, amount, coins, reason, until } = payment.refundable
  const isRefunded = payment.refundedAmount >= payment.amount
  if (isRefunded) return refuse(chat, 'already', messageId)
  if (!ok) return refuse(chat, knownReason(reason) ?? 'changed', messageId)
  const price = priceOf(chat, { currency: payment.currency, amount })
  await chat.reply({
    kind: 'edit',
    messageId,
    text: chat.say('refund-confirm', {
      amount: price,
      coins,
      until: until === null ? null : formatDay(new Date(until), language, timeZone),
    }),
    keyboard: [
      [
        {
          text: chat.say('button-refund', { amount: price }),
          data: encodeCallback({ kind: 'refund-confirmed', id: paymentId, amount }),
        },
      ],
      [backButton(chat, { kind: 'menu', screen: 'paysupport' }), screenButton(chat, 'menu')],
    ],
  })
}

/** Why top-up refused; undefined where the update should be delivered again. */
const reasonOf = ({ code, extra }: AppError): Reason | undefined => {
  if (code === 'conflict') {
    if (extra.failure !== undefined) return 'provider'
    if (typeof extra.left === 'number' && extra.left > 0) return 'changed'
    return knownReason(extra.policy) ?? 'already'
  }
  if (code === 'invalid_input' || code === 'payment_not_found') return 'changed'
  return code === 'forbidden' ? 'not_refundable' : undefined
}

/** The person has agreed to this amount: refunded, or refused by the policy, in words. */
export const refundPayment = async (
  chat: Chat,
  { id, amount }: { id: string; amount: number },
  messageId: number,
): Promise<void> => {
  try {
    const refunded = await chat.call(
      {
        functionName: 'top-up',
        method: 'POST',
        path: '/refunds',
        body: { paymentId: id, amount, userId: chat.person.user.id, reason: 'asked for in the chat' },
      },
      Refunded,
    )
    const { state, coins, debt } = refunded
    await chat.reply({
      kind: 'edit',
      messageId,
      text: chat.say('refund-accepted', { state, amount: priceOf(chat, refunded), coins, debt }),
      keyboard: [[screenBelow(chat, 'balance'), screenBelow(chat, 'history')]],
    })
  } catch (error) {
    const reason = error instanceof AppError ? reasonOf(error) : undefined
    if (reason === undefined) throw error
    await refuse(chat, reason, messageId)
  }
}
