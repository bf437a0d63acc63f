import { z } from 'zod'
import { findOrder } from '#shared/db/orders.ts'
import { findUser, type User } from '#shared/db/users.ts'
import { type Language, pickLanguage } from '#shared/domain/settings.ts'
import { text } from '#shared/domain/texts/texts.ts'
import type { Resources } from '#shared/http/resources.ts'
import { readRoute } from '#shared/http/route.ts'
import { TelegramId } from '#shared/http/subject.ts'
import { readPayload } from '#shared/money/signed-payload.ts'
import { fitPayment, type MisfitReason, orderIdOf } from '#shared/payments/fit-payment.ts'
import { withDeadline } from '#shared/platform/deadline.ts'
import { providerOfCurrency } from './paid-message.ts'

/** The fields of the Bot API's PreCheckoutQuery that decide; the rest passes by. */
const PreCheckoutQuery = z.looseObject({
  from: z.looseObject({ id: TelegramId, language_code: z.string().optional().catch(undefined) }),
  currency: z.string(),
  total_amount: z.int(),
  invoice_payload: z.string().optional(),
})
type PreCheckoutQuery = z.infer<typeof PreCheckoutQuery>

const languageOf = (user: User | undefined, from: PreCheckoutQuery['from']): Language =>
  user ? user.settings.language : pickLanguage(from.language_code)

const REFUSALS = {
  expired: 'precheckout-expired',
  suspended: 'precheckout-suspended',
  payload_missing: 'precheckout-unknown',
  payload_unknown: 'precheckout-unknown',
  payload_forged: 'precheckout-unknown',
  order_unknown: 'precheckout-unknown',
  provider_differs: 'precheckout-unknown',
  currency_differs: 'precheckout-price-changed',
  amount_differs: 'precheckout-price-changed',
} as const satisfies Record<MisfitReason | 'expired' | 'suspended', string>

type Verdict = { ok: true } | { ok: false; errorMessage: string }

const judge = async (resources: Resources, query: PreCheckoutQuery): Promise<Verdict> => {
  const { sql, log } = resources
  const decoded = readPayload(resources, query.invoice_payload)
  const orderId = decoded && orderIdOf(decoded)
  const order = orderId === undefined ? undefined : await findOrder(sql, orderId)
  const { currency } = query
  // money may have been asked for in Stars or through a provider token; an order of the other kind differs in its currency
  const provider = order && order.currency !== currency ? order.provider : providerOfCurrency(currency)
  const fit = fitPayment(decoded, order, { provider, currency, totalAmount: query.total_amount })
  const payer = await findUser(sql, { telegramId: query.from.id })
  const isFitting = fit.fits && decoded?.ok === true
  if (isFitting && (payer?.suspension ?? null) === null) return { ok: true }
  const reason = isFitting ? 'suspended' : fit.fits ? 'expired' : fit.reason
  log.info({ orderId, reason }, 'pre-checkout refused')
  return { ok: false, errorMessage: text(languageOf(payer, query.from), REFUSALS[reason]) }
}

/** Telegram wants the answer within 10 s, and what leads there and back takes its own. */
const ANSWER_MS = 1_800

/**
 * POST /pre-checkout: may this be paid? It changes nothing, so it needs no key. An open invoice keeps its coins and its price until it
 * expires, whatever the tariff says by then; anybody may pay it, and who pays gets the coins. Whoever cannot be answered in time is told
 * so: a payment that is refused can be made again, one that hangs annoys.
 */
export const checkPreCheckout = readRoute({
  method: 'POST',
  path: '/pre-checkout',
  summary: "The last word before a payment: takes Telegram's pre_checkout_query",
  body: PreCheckoutQuery,
  answers: { 200: z.strictObject({ ok: z.boolean(), errorMessage: z.string().optional() }) },
  run: async ({ body, resources, log, signal }) => {
    try {
      const verdict = await withDeadline(ANSWER_MS, signal, () => judge(resources, body))
      return { status: 200, body: verdict }
    } catch (error) {
      log.error({ err: error }, 'a pre-checkout could not be judged in time')
      const errorMessage = text(pickLanguage(body.from.language_code), 'precheckout-unavailable')
      return { status: 200, body: { ok: false, errorMessage } }
    }
  },
})
