import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { badRequest } from '../api-error.ts'
import type { AnyReplyMarkup, InvoiceRecord } from '../model.ts'
import { listTransactions, refundCharge, starBalance } from '../payments.ts'
import { reachablePerson } from '../people.ts'
import type { SimulatorState } from '../state.ts'
import { defineMethod, fromForm, Integer } from './define.ts'
import { SendTarget, sendContent } from './send.ts'

const InvoiceFields = z.object({
  title: z.string().min(1).max(32),
  description: z.string().min(1).max(255),
  payload: z.string().min(1),
  provider_token: z.string().default(''),
  currency: z.string().regex(/^[A-Z]{3}$/),
  prices: fromForm(z.array(z.object({ label: z.string().min(1), amount: z.int() })).min(1)),
})

/** Thirty days: the one period that Telegram allows. */
const SUBSCRIPTION_PERIOD_SECONDS = 2_592_000
const SUBSCRIPTION_LIMIT_STARS = 10_000

const checkStars = (amounts: number[], providerToken: string, periodSeconds: number | undefined): void => {
  if (providerToken !== '') throw badRequest('PAYMENT_PROVIDER_INVALID')
  const [amount = 0, ...more] = amounts
  if (more.length > 0) throw badRequest('STARS_INVOICE_INVALID')
  if (periodSeconds === undefined) return
  if (periodSeconds !== SUBSCRIPTION_PERIOD_SECONDS) throw badRequest('SUBSCRIPTION_PERIOD_INVALID')
  if (amount > SUBSCRIPTION_LIMIT_STARS) throw badRequest('STARS_AMOUNT_INVALID')
}

/** Checks an invoice as Telegram does and keeps it. Throws 400. */
const addInvoice = (
  state: SimulatorState,
  fields: z.output<typeof InvoiceFields>,
  periodSeconds?: number,
): InvoiceRecord => {
  const { title, description, payload, currency, prices, provider_token: providerToken } = fields
  if (Buffer.byteLength(payload) > 128) throw badRequest('INVOICE_PAYLOAD_INVALID')
  const amounts = prices.map((price) => price.amount)
  const amount = amounts.reduce((sum, part) => sum + part, 0)
  if (amount < 1 || !Number.isSafeInteger(amount)) throw badRequest('CURRENCY_TOTAL_AMOUNT_INVALID')
  if (currency === 'XTR') checkStars(amounts, providerToken, periodSeconds)
  else if (providerToken === '') throw badRequest('PAYMENT_PROVIDER_INVALID')
  const record: InvoiceRecord = {
    slug: randomBytes(12).toString('base64url'),
    title,
    description,
    payload,
    currency,
    amount,
  }
  if (periodSeconds !== undefined) record.subscriptionPeriodSeconds = periodSeconds
  state.invoices.set(record.slug, record)
  return record
}

const priceText = ({ currency, amount }: InvoiceRecord) =>
  currency === 'XTR' ? `⭐️${amount}` : `${(amount / 100).toFixed(2)} ${currency}`

/** The first button of an invoice pays; where the bot gives no keyboard Telegram adds the button itself. */
const payButtons = (invoice: InvoiceRecord, given: AnyReplyMarkup | undefined): AnyReplyMarkup => {
  if (given === undefined || !('inline_keyboard' in given) || given.inline_keyboard.length === 0) {
    return { inline_keyboard: [[{ text: `Pay ${priceText(invoice)}`, pay: true }]] }
  }
  const first = given.inline_keyboard[0]?.[0]
  if (first === undefined || !('pay' in first)) throw badRequest('first button must be a pay button')
  return given
}

export const paymentMethods = {
  sendInvoice: defineMethod(
    SendTarget.extend(InvoiceFields.shape).extend({ start_parameter: z.string().default('') }),
    (params, { state }) => {
      reachablePerson(state, params.chat_id)
      const invoice = addInvoice(state, params)
      const { title, description, currency, amount } = invoice
      const shown = {
        title,
        description,
        start_parameter: params.start_parameter,
        currency,
        total_amount: amount,
      }
      const buttons = payButtons(invoice, params.reply_markup)
      return sendContent(state, params, { invoice: shown }, { invoiceSlug: invoice.slug, buttons })
    },
  ),

  createInvoiceLink: defineMethod(
    InvoiceFields.extend({ subscription_period: Integer.optional() }),
    (params, { state }) => `https://t.me/$${addInvoice(state, params, params.subscription_period).slug}`,
  ),

  refundStarPayment: defineMethod(
    z.object({ user_id: Integer, telegram_payment_charge_id: z.string().min(1) }),
    ({ user_id, telegram_payment_charge_id }, { state }) => {
      refundCharge(state, user_id, telegram_payment_charge_id)
      return true
    },
  ),

  getStarTransactions: defineMethod(
    z.object({
      offset: fromForm(z.int().min(0)).default(0),
      limit: fromForm(z.int().min(1).max(100)).default(100),
    }),
    ({ offset, limit }, { state }) => ({ transactions: listTransactions(state, offset, limit) }),
  ),

  getMyStarBalance: defineMethod(z.object({}), (_params, { state }) => ({ amount: starBalance(state) })),
}
