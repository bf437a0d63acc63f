import { z } from 'zod'
import { findUser } from '#shared/db/users.ts'
import { type Language, pickLanguage } from '#shared/domain/settings.ts'
import { text } from '#shared/domain/texts/texts.ts'
import type { Resources } from '#shared/http/resources.ts'
import { classifyTelegramError, toAppError } from '#shared/telegram/errors.ts'
import type { TelegramPreCheckoutQuery } from '#shared/telegram/updates.ts'

/**
 * Telegram cancels the payment 10 s after its query; we answer within 2 s. Whatever does not answer within this time is taken for away, so
 * that the person reads why nothing was taken instead of watching a spinner.
 */
export const PRE_CHECKOUT_MS = 1_500
/** A refusal needs no more than the sender's own words for the language. */
const LANGUAGE_MS = 300

const Verdict = z.looseObject({ ok: z.boolean(), errorMessage: z.string().optional() })
type Verdict = z.infer<typeof Verdict>

/** Gives up on something that cannot be aborted, such as a query to a database that hangs. */
export const within = async <T>(ms: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms.`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

const languageOf = async (
  resources: Resources,
  from: TelegramPreCheckoutQuery['from'],
): Promise<Language> => {
  try {
    const user = await within(LANGUAGE_MS, findUser(resources.sql, { telegramId: from.id }))
    if (user) return user.settings.language
  } catch {
    // the database may be the very part that is away
  }
  return pickLanguage(from.language_code)
}

const answer = async (resources: Resources, id: string, { ok, errorMessage }: Verdict): Promise<void> => {
  try {
    await resources.telegram.answerPreCheckoutQuery(
      id,
      ok,
      ok ? {} : { error_message: errorMessage ?? 'This invoice cannot be paid any more.' },
    )
  } catch (error) {
    // a query delivered again after its time can't be answered by anybody: done
    if (classifyTelegramError(error).kind === 'too_old') return
    throw toAppError(error)
  }
}

/** Something we need is away: nothing is taken, and the person is told so. @throws AppError where Telegram cannot be told */
export const refusePreCheckout = async (
  resources: Resources,
  query: TelegramPreCheckoutQuery,
  cause: unknown,
): Promise<void> => {
  resources.log.error({ err: cause }, 'a payment was refused before it was made: a part is away')
  const language = await languageOf(resources, query.from)
  await answer(resources, query.id, { ok: false, errorMessage: text(language, 'precheckout-unavailable') })
}

/**
 * The last word before a payment. `top-up` decides, within its time; where it does not, the answer is no: a person who is told so tries
 * again, while a query that dies looks like a bot that does.
 */
export const answerPreCheckout = async (
  incoming: { resources: Resources; requestId: string; signal: AbortSignal },
  query: TelegramPreCheckoutQuery,
): Promise<void> => {
  const { resources, requestId, signal } = incoming
  let verdict: Verdict
  try {
    verdict = await resources.call(
      {
        functionName: 'top-up',
        method: 'POST',
        path: '/pre-checkout',
        body: query,
        requestId,
        signal: AbortSignal.any([signal, AbortSignal.timeout(PRE_CHECKOUT_MS)]),
      },
      Verdict,
    )
  } catch (error) {
    return refusePreCheckout(resources, query, error)
  }
  await answer(resources, query.id, verdict)
}
