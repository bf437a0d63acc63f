import { z } from 'zod'
import { parseAmount } from './amounts.ts'
import type { NewPayment, NewRefund } from './book.ts'
import { invalid } from './errors.ts'

const Sum = z.looseObject({
  value: z.string().transform((value, context) => {
    const minor = parseAmount(value)
    if (minor !== undefined) return minor
    context.addIssue({ code: 'custom', message: 'Invalid amount value' })
    return z.NEVER
  }),
  currency: z.literal('RUB', 'Only RUB'),
})

const PaymentRequest = z.looseObject({
  amount: Sum,
  capture: z.boolean().default(false),
  confirmation: z.looseObject({
    type: z.literal('redirect', 'The simulator knows redirect alone'),
    return_url: z.url({ protocol: /^https?$/ }).max(2048),
  }),
  description: z.string().max(128).optional(),
  metadata: z
    .record(z.string().max(32), z.string().max(512))
    .refine((metadata) => Object.keys(metadata).length <= 16, 'At most 16 keys')
    .default({}),
})

const RefundRequest = z.looseObject({
  payment_id: z.string().min(1),
  amount: Sum,
  description: z.string().max(250).optional(),
})

const parse = <S extends z.ZodType>(schema: S, body: unknown): z.output<S> => {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const parameter = issue?.path.join('.') ?? ''
  throw invalid(issue?.message ?? 'Invalid request', parameter === '' ? undefined : parameter)
}

/** The body of POST /v3/payments. Throws 400. */
export const readPaymentRequest = (body: unknown): NewPayment => {
  const { amount, capture, confirmation, description, metadata } = parse(PaymentRequest, body)
  return {
    amount: amount.value,
    currency: amount.currency,
    capture,
    returnUrl: confirmation.return_url,
    description,
    metadata,
  }
}

/** The body of POST /v3/refunds. Throws 400. */
export const readRefundRequest = (body: unknown): NewRefund => {
  const { payment_id: paymentId, amount, description } = parse(RefundRequest, body)
  return { paymentId, amount: amount.value, currency: amount.currency, description }
}
