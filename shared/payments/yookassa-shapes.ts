import { z } from 'zod'

const AMOUNT = /^(\d{1,15})\.(\d{2})$/

/**
 * YooKassa writes sums as text with two decimals. Read strictly: "10,00", "1e3" and "10.999" are no sums of ours, and a number read
 * loosely is how money is lost. Gives minor units.
 */
const Sum = z.string().transform((text, context) => {
  const [, whole, hundredths] = AMOUNT.exec(text) ?? []
  const minor = Number(`${whole}${hundredths}`)
  if (Number.isSafeInteger(minor)) return minor
  context.addIssue({ code: 'custom', message: 'is no sum with two decimals' })
  return z.NEVER
})

const Money = z.object({ value: Sum, currency: z.string().regex(/^[A-Z]{3}$/) })
const ExternalId = z.string().regex(/^[\w-]{1,255}$/)
const Moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text))

/** A payment, as far as we believe it: anything that is read here decides about money. */
export const YookassaPayment = z
  .object({
    id: ExternalId,
    status: z.enum(['pending', 'waiting_for_capture', 'succeeded', 'canceled']),
    paid: z.boolean(),
    test: z.boolean(),
    amount: Money,
    recipient: z.object({ account_id: z.string() }),
    created_at: Moment,
    captured_at: Moment.optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    confirmation: z.looseObject({ confirmation_url: z.string().optional() }).optional(),
  })
  .transform((raw) => ({
    id: raw.id,
    status: raw.status,
    paid: raw.paid,
    test: raw.test,
    amount: raw.amount.value,
    currency: raw.amount.currency,
    shopId: raw.recipient.account_id,
    createdAt: raw.created_at,
    capturedAt: raw.captured_at,
    /** Of ours, where we opened the payment. */
    orderId: raw.metadata?.orderId,
    confirmationUrl: raw.confirmation?.confirmation_url,
  }))
export type YookassaPayment = z.infer<typeof YookassaPayment>

export const YookassaRefund = z
  .object({
    id: ExternalId,
    payment_id: ExternalId,
    status: z.enum(['pending', 'succeeded', 'canceled']),
    amount: Money,
    created_at: Moment,
    description: z.string().optional(),
    cancellation_details: z.looseObject({ reason: z.string().max(100) }).optional(),
  })
  .transform((raw) => ({
    id: raw.id,
    paymentId: raw.payment_id,
    status: raw.status,
    amount: raw.amount.value,
    currency: raw.amount.currency,
    createdAt: raw.created_at,
    description: raw.description,
    cancellationReason: raw.cancellation_details?.reason,
  }))
export type YookassaRefund = z.infer<typeof YookassaRefund>

export const List = z.object({
  items: z.array(z.unknown()).max(1_000),
  next_cursor: z.string().max(1_000).optional(),
})

/** What an error says of itself; the description may quote what was sent. */
export const Refusal = z.looseObject({ code: z.string().regex(/^[a-z_]{1,64}$/) })

/** Kopecks as YooKassa writes them: 9900 is "99.00". */
export const formatSum = (minor: number): string => {
  const digits = String(minor).padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}
