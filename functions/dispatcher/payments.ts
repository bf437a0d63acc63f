import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import { classifyTelegramError, toAppError } from '#shared/telegram/errors.ts'
import type { TelegramMessage, TelegramPreCheckoutQuery, TelegramUpdate } from '#shared/telegram/updates.ts'

type Incoming = { resources: Resources; update: TelegramUpdate; requestId: string; signal: AbortSignal }

const Verdict = z.looseObject({ ok: z.boolean(), errorMessage: z.string().optional() })
const Credited = z.looseObject({ paymentId: z.string() })

/** Telegram wants the answer within 10 s, and drops the query after 150 s. */
export const answerPreCheckout = async (
  incoming: Incoming,
  query: TelegramPreCheckoutQuery,
): Promise<void> => {
  const { resources, requestId, signal } = incoming
  const verdict = await resources.call(
    { functionName: 'top-up', method: 'POST', path: '/pre-checkout', body: query, requestId, signal },
    Verdict,
  )
  try {
    await resources.telegram.answerPreCheckoutQuery(
      query.id,
      verdict.ok,
      verdict.ok ? {} : { error_message: verdict.errorMessage ?? 'This invoice cannot be paid any more.' },
    )
  } catch (error) {
    // a query delivered again after its time can't be answered by anybody: done
    if (classifyTelegramError(error).kind === 'too_old') return
    throw toAppError(error)
  }
}

/** The money has moved already: whatever happens, this update ends in a credit or in suspense, never in a shrug. */
export const creditPayment = async (incoming: Incoming, message: TelegramMessage): Promise<void> => {
  const { resources, requestId, update, signal } = incoming
  if (!message.from)
    throw new AppError('internal', { cause: new Error('A successful_payment without a payer.') })
  // the receipt follows as a notice, written in the transaction of the credit
  await resources.call(
    {
      functionName: 'top-up',
      method: 'POST',
      path: '/payments',
      body: message,
      idempotencyKey: `update:${update.updateId}:payment`,
      requestId,
      signal,
    },
    Credited,
  )
}
