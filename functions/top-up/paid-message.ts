import { z } from 'zod'
import { TelegramId } from '#shared/http/subject.ts'

/** Names are not ours to judge: an odd one is cut or left out, and never keeps a payment from being taken. */
const name = (maxLength: number) =>
  z
    .string()
    .transform((text) => text.trim().slice(0, maxLength).toWellFormed() || undefined)
    .optional()
    .catch(undefined)

export const Payer = z.looseObject({
  id: TelegramId,
  username: name(64),
  first_name: name(128),
  language_code: name(35),
})
export type Payer = z.infer<typeof Payer>

/** The fields of the Bot API's SuccessfulPayment that are read; the payload is missing where it was not UTF-8. */
export const SuccessfulPayment = z.looseObject({
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be a currency code of three letters'),
  total_amount: z.int().positive(),
  invoice_payload: z.string().optional(),
  telegram_payment_charge_id: z.string().min(1).max(255),
})
export type SuccessfulPayment = z.infer<typeof SuccessfulPayment>

/** A message of the Bot API that reports a payment; the rest of it passes by. */
export const PaidMessage = z.looseObject({ from: Payer, successful_payment: SuccessfulPayment })
