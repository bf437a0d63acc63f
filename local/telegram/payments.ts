import { randomBytes } from 'node:crypto'
import type { StarTransaction, TransactionPartnerUser } from '@grammyjs/types'
import { badRequest } from './api-error.ts'
import { nowSeconds } from './clock.ts'
import { receiveFromPerson } from './messages.ts'
import type { Charge, InvoiceRecord, Person } from './model.ts'
import { STARS_TO_START, savePerson, toUser } from './people.ts'
import { type SimulatorState, takeNumber } from './state.ts'
import { emitUpdate } from './updates.ts'

/** The bot must answer a pre-checkout query within this time (Bot API, answerPreCheckoutQuery). */
const PRE_CHECKOUT_MS = 10_000

export type PaymentOutcome =
  | { outcome: 'paid'; chargeId: string; messageId: number; updateId: number | undefined }
  | { outcome: 'refused'; errorMessage: string }
  | { outcome: 'expired'; errorMessage: string }

const saveTransaction = (state: SimulatorState, transaction: StarTransaction): void => {
  const sequence = takeNumber(state, 'starTransaction')
  state.transactions.set(sequence, { sequence, transaction })
}

const asPartner = (person: Person, payload: string, periodSeconds?: number): TransactionPartnerUser => {
  const partner: TransactionPartnerUser = {
    type: 'user',
    transaction_type: 'invoice_payment',
    user: toUser(person),
    invoice_payload: payload,
  }
  return periodSeconds === undefined ? partner : { ...partner, subscription_period: periodSeconds }
}

/** Stars cost nothing here: a purse that is too small is filled up in whole steps. */
const fillPurse = (person: Person, price: number): Person => {
  const missing = Math.max(0, price - person.stars)
  return { ...person, stars: person.stars + Math.ceil(missing / STARS_TO_START) * STARS_TO_START }
}

const takeMoney = (state: SimulatorState, payer: Person, invoice: InvoiceRecord): Charge => {
  const isStars = invoice.currency === 'XTR'
  const charge: Charge = {
    chargeId: `${isStars ? 'stx' : ''}${randomBytes(48).toString('base64url')}`,
    personId: payer.id,
    amount: invoice.amount,
    currency: invoice.currency,
    payload: invoice.payload,
    refunded: false,
    paidAt: nowSeconds(state.clock),
    providerChargeId: isStars
      ? `${payer.id}_${takeNumber(state, 'providerCharge')}`
      : randomBytes(14).toString('hex'),
  }
  state.charges.set(charge.chargeId, charge)
  if (!isStars) return charge
  const filled = fillPurse(payer, invoice.amount)
  savePerson(state, { ...filled, stars: filled.stars - invoice.amount })
  saveTransaction(state, {
    id: charge.chargeId,
    amount: charge.amount,
    date: nowSeconds(state.clock),
    source: asPartner(payer, invoice.payload, invoice.subscriptionPeriodSeconds),
  })
  return charge
}

/**
 * A person pays an invoice, their own or a forwarded one, the first time or again: asks the bot (pre_checkout_query), waits up
 * to 10 s for its answer, takes the money and tells the bot (successful_payment). Every payment has its own charge id.
 */
export const payInvoice = async (
  state: SimulatorState,
  payerId: number,
  invoice: InvoiceRecord,
): Promise<PaymentOutcome> => {
  const payer = state.people.get(payerId)
  if (payer === undefined) throw new Error(`No person ${payerId} to pay an invoice`)
  const query = state.queries.open('pre_checkout', PRE_CHECKOUT_MS)
  emitUpdate(state, 'pre_checkout_query', payerId, {
    pre_checkout_query: {
      id: query.id,
      from: toUser(payer),
      currency: invoice.currency,
      total_amount: invoice.amount,
      invoice_payload: invoice.payload,
    },
  })
  const answer = await query.answer
  if (answer === undefined) return { outcome: 'expired', errorMessage: 'The bot did not answer in time.' }
  if (!answer.ok) return { outcome: 'refused', errorMessage: answer.text ?? '' }

  const charge = takeMoney(state, state.people.get(payerId) ?? payer, invoice)
  const { stored, updateId } = receiveFromPerson(state, state.people.get(payerId) ?? payer, {
    successful_payment: {
      currency: charge.currency,
      total_amount: charge.amount,
      invoice_payload: charge.payload,
      telegram_payment_charge_id: charge.chargeId,
      provider_payment_charge_id: charge.providerChargeId ?? '',
    },
  })
  return { outcome: 'paid', chargeId: charge.chargeId, messageId: stored.message.message_id, updateId }
}

/** Marks the charge of Stars as given back; answers it and its payer. Throws Telegram's 400. */
const takeBack = (state: SimulatorState, personId: number, chargeId: string): [Charge, Person] => {
  const charge = state.charges.get(chargeId)
  const person = state.people.get(personId)
  if (person === undefined) throw badRequest('USER_ID_INVALID')
  if (charge === undefined || charge.personId !== personId || charge.currency !== 'XTR') {
    throw badRequest('CHARGE_NOT_FOUND')
  }
  if (charge.refunded) throw badRequest('CHARGE_ALREADY_REFUNDED')
  state.charges.set(chargeId, { ...charge, refunded: true })
  return [charge, person]
}

/**
 * The payer got the money back from the store that sold the Stars: they are taken from the bot, and nothing but a line in
 * getStarTransactions says so. Throws like a refund.
 */
export const chargeBack = (state: SimulatorState, personId: number, chargeId: string): void => {
  const [charge, person] = takeBack(state, personId, chargeId)
  saveTransaction(state, {
    id: chargeId,
    amount: charge.amount,
    date: nowSeconds(state.clock),
    receiver: asPartner(person, charge.payload),
  })
}

/** Gives the Stars of that charge back. Throws Telegram's 400: CHARGE_NOT_FOUND, CHARGE_ALREADY_REFUNDED. */
export const refundCharge = (state: SimulatorState, personId: number, chargeId: string): void => {
  const [charge, person] = takeBack(state, personId, chargeId)
  // The refund has the id of its payment: only its direction tells them apart (Bot API, StarTransaction).
  saveTransaction(state, {
    id: chargeId,
    amount: charge.amount,
    date: nowSeconds(state.clock),
    receiver: asPartner(person, charge.payload),
  })
  const paidBack = savePerson(state, { ...person, stars: person.stars + charge.amount })
  receiveFromPerson(state, paidBack, {
    refunded_payment: {
      currency: 'XTR',
      total_amount: charge.amount,
      invoice_payload: charge.payload,
      telegram_payment_charge_id: chargeId,
    },
  })
}

/** Star transactions of the bot, oldest first. */
export const listTransactions = (state: SimulatorState, offset: number, limit: number): StarTransaction[] =>
  [...state.transactions.values()]
    .sort((a, b) => a.sequence - b.sequence)
    .slice(offset, offset + limit)
    .map(({ transaction }) => transaction)

/** What the bot has earned and not given back, in Stars. */
export const starBalance = (state: SimulatorState): number =>
  [...state.transactions.values()].reduce(
    (sum, { transaction }) =>
      sum + (transaction.source === undefined ? -transaction.amount : transaction.amount),
    0,
  )
