import { z } from 'zod'
import type { Queryable } from '#shared/db/client.ts'
import { findOrder } from '#shared/db/orders.ts'
import { findUser } from '#shared/db/users.ts'
import { type Language, pickLanguage } from '#shared/domain/settings.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { readRoute } from '#shared/http/route.ts'
import { TelegramId } from '#shared/http/subject.ts'
import { fitPayment, type MisfitReason, orderIdOf } from '#shared/payments/fit-payment.ts'
import { readPayload } from './signed-payload.ts'

/** The fields of the Bot API's PreCheckoutQuery that decide; the rest passes by. */
const PreCheckoutQuery = z.looseObject({
  from: z.looseObject({ id: TelegramId, language_code: z.string().optional().catch(undefined) }),
  currency: z.string(),
  total_amount: z.int(),
  invoice_payload: z.string().optional(),
})
type PreCheckoutQuery = z.infer<typeof PreCheckoutQuery>

const languageOf = async (sql: Queryable, from: PreCheckoutQuery['from']): Promise<Language> => {
  const user = await findUser(sql, { telegramId: from.id })
  return user ? user.settings.language : pickLanguage(from.language_code)
}

const REFUSALS = {
  payload_missing: 'precheckout-unknown',
  payload_unknown: 'precheckout-unknown',
  payload_forged: 'precheckout-unknown',
  order_unknown: 'precheckout-unknown',
  provider_differs: 'precheckout-unknown',
  currency_differs: 'precheckout-price-changed',
  amount_differs: 'precheckout-price-changed',
} as const satisfies Record<MisfitReason, string>

/**
 * POST /pre-checkout: may this be paid? It changes nothing, so it needs no key. An open invoice keeps its coins and its price until it
 * expires, whatever the tariff says by then; anybody may pay it, and who pays gets the coins.
 */
export const checkPreCheckout = readRoute({
  method: 'POST',
  path: '/pre-checkout',
  summary: "The last word before a payment: takes Telegram's pre_checkout_query",
  body: PreCheckoutQuery,
  answers: { 200: z.strictObject({ ok: z.boolean(), errorMessage: z.string().optional() }) },
  run: async ({ body, sql, resources, log }) => {
    const decoded = readPayload(resources, body.invoice_payload)
    const orderId = decoded && orderIdOf(decoded)
    const order = orderId === undefined ? undefined : await findOrder(sql, orderId)
    const paid = { provider: 'stars', currency: body.currency, totalAmount: body.total_amount }
    const fit = fitPayment(decoded, order, paid)
    const isExpired = fit.fits && decoded?.ok === false
    if (fit.fits && !isExpired) return { status: 200, body: { ok: true } }
    const refusal = fit.fits ? 'precheckout-expired' : REFUSALS[fit.reason]
    log.info({ orderId, reason: fit.fits ? 'expired' : fit.reason }, 'pre-checkout refused')
    return { status: 200, body: { ok: false, errorMessage: text(await languageOf(sql, body.from), refusal) } }
  },
})
