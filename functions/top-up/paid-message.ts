import { z } from 'zod'
import { Payer } from '#shared/money/payer.ts'

const Charged = {
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be a currency code of three letters'),
  total_amount: z.int().positive(),
  telegram_payment_charge_id: z.string().min(1).max(255),
}

/** The fields of the Bot API's SuccessfulPayment that are read; the payload is missing where it was not UTF-8. */
const SuccessfulPayment = z.looseObject({
  ...Charged,
  invoice_payload: z.string().optional(),
  provider_payment_charge_id: z.string().min(1).max(255).optional().catch(undefined),
})

/** Seconds; an odd one is no reason to lose a payment. */
const MessageDate = z
  .int()
  .min(1)
  .max(32_503_680_000)
  .transform((seconds) => new Date(seconds * 1000))
  .optional()
  .catch(undefined)

/** A message of the Bot API that reports a payment; the rest of it passes by. */
export const PaidMessage = z.looseObject({
  from: Payer,
  date: MessageDate,
  successful_payment: SuccessfulPayment,
})

/** A message of the Bot API that reports Stars (or money) which went back. */
export const RefundedMessage = z.looseObject({
  date: MessageDate,
  refunded_payment: z.looseObject(Charged),
})

/** The provider of a payment that Telegram reports: Stars are their own currency. */
export const providerOfCurrency = (currency: string): 'stars' | 'telegram' =>
  currency === 'XTR' ? 'stars' : 'telegram'
