import { invalidInput } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { PaymentProvider, RefundStanding } from '#shared/payments/provider.ts'
import { createStars } from '#shared/payments/stars.ts'
import { createTelegramPayments } from '#shared/payments/telegram-payments.ts'
import { createYookassa } from '#shared/payments/yookassa.ts'
import { createYookassaClient, type YookassaClient } from '#shared/payments/yookassa-api.ts'
import { classifyTelegramError, toAppError } from '#shared/telegram/errors.ts'

/** Below every deadline of ours, so that the answer can still be written down. */
const YOOKASSA_TIMEOUT_MS = 5_000

const clients = new WeakMap<Resources, YookassaClient>()

/** YooKassa's API, or undefined where it is not configured. */
export const yookassaOf = (resources: Resources): YookassaClient | undefined => {
  const settings = resources.config.providers?.yookassa
  if (settings === undefined) return undefined
  const known = clients.get(resources)
  if (known) return known
  const { apiRoot, shopId, secretKey } = settings
  const client = createYookassaClient({ apiRoot, shopId, secretKey, timeoutMs: YOOKASSA_TIMEOUT_MS })
  clients.set(resources, client)
  return client
}

/** Refusals that no repetition will change; anything else leaves open what happened. */
const FINAL = new Set(['bad_request', 'chat_not_found', 'forbidden', 'deactivated', 'blocked'])

const refundStars =
  (resources: Resources) =>
  async (telegramId: number, chargeId: string): Promise<RefundStanding> => {
    try {
      await resources.telegram.refundStarPayment(telegramId, chargeId)
    } catch (error) {
      const failure = classifyTelegramError(error)
      if (FINAL.has(failure.kind)) return { state: 'refused', reason: failure.description.slice(0, 300) }
      if (failure.kind !== 'already_refunded') throw toAppError(error, 'refundStarPayment')
    }
    // a refund of Stars has the id of its payment
    return { state: 'done', externalId: chargeId }
  }

/** Errors of the Bot API as our own. */
const viaTelegram = (provider: PaymentProvider): PaymentProvider => ({
  ...provider,
  createLink: async (order) => {
    try {
      return await provider.createLink(order)
    } catch (error) {
      throw toAppError(error, 'createInvoiceLink')
    }
  },
})

/** The ways to pay that this installation is set up for; Stars always. */
export const providersOf = (resources: Resources): PaymentProvider[] => {
  const { providers } = resources.config
  const yookassa = yookassaOf(resources)
  return [
    viaTelegram(createStars(resources.telegram, refundStars(resources))),
    ...(providers?.telegram
      ? [viaTelegram(createTelegramPayments(resources.telegram, providers.telegram))]
      : []),
    ...(yookassa && providers?.yookassa
      ? [createYookassa(yookassa, { returnUrl: providers.yookassa.returnUrl, clock: resources.clock })]
      : []),
  ]
}

/** @throws AppError invalid_input naming the ways that are configured */
export const providerOf = (resources: Resources, id: PaymentProvider['id']): PaymentProvider => {
  const configured = providersOf(resources)
  const found = configured.find((provider) => provider.id === id)
  if (found) return found
  const names = configured.map((provider) => provider.id).join(', ')
  throw invalidInput(`The provider ${id} is not configured here; configured: ${names}.`, [
    { path: 'provider', message: `must be one of: ${names}` },
  ])
}
