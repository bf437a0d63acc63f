import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import type { FunctionCall } from '#shared/http/call.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { TelegramMessage, TelegramUpdate } from '#shared/telegram/updates.ts'

type Incoming = { resources: Resources; update: TelegramUpdate; requestId: string; signal: AbortSignal }

const Credited = z.looseObject({ paymentId: z.string() })
const Reversed = z.looseObject({ refundId: z.string().nullable() })

const topUp = <T>(
  { resources, update, requestId, signal }: Incoming,
  { purpose, ...call }: Pick<FunctionCall, 'path' | 'body'> & { purpose: string },
  schema: z.ZodType<T>,
): Promise<T> =>
  resources.call(
    {
      functionName: 'top-up',
      method: 'POST',
      ...call,
      idempotencyKey: `update:${update.updateId}:${purpose}`,
      requestId,
      signal,
    },
    schema,
  )

/** The money has moved already: whatever happens, this update ends in a credit or in suspense, never in a shrug. */
export const creditPayment = async (incoming: Incoming, message: TelegramMessage): Promise<void> => {
  if (!message.from)
    throw new AppError('internal', { cause: new Error('A successful_payment without a payer.') })
  // the receipt follows as a notice, written in the transaction of the credit
  await topUp(incoming, { purpose: 'payment', path: '/payments', body: message }, Credited)
}

/** Telegram says that a payment went back: the coins go too. A charge that we do not know is harmless here: `reconcile` finds it. */
export const reversePayment = async (incoming: Incoming, message: TelegramMessage): Promise<void> => {
  const { refundId } = await topUp(
    incoming,
    { purpose: 'refund', path: '/refunded-payments', body: message },
    Reversed,
  )
  if (refundId !== null) return
  const { updateId } = incoming.update
  incoming.resources.log.warn({ updateId }, 'a refund of a payment that is not known here')
}
