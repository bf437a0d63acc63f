import type { YookassaPart } from './parts/yookassa.ts'
import type { KeptSecrets, PaymentProviders } from './secrets.ts'
import { isTelegramOutside, type Settings } from './settings.ts'

/** What an invoice inside Telegram is in; the packs of tariff.yml have prices in it. */
const CURRENCY = 'RUB'

/**
 * What can be paid with beside Stars: Telegram's provider token as it is set, or a made-up one for the simulated Telegram (a real bot would
 * send it to Telegram and get every invoice refused), and YooKassa's shop where there is one. Pure.
 */
export const providersOf = (
  settings: Settings,
  { providerToken }: Pick<KeptSecrets, 'providerToken'>,
  shop: YookassaPart['shop'],
): PaymentProviders => {
  const token = settings.providerToken ?? (isTelegramOutside(settings) ? undefined : providerToken)
  const providers: PaymentProviders = {}
  if (token !== undefined) providers.telegram = { token, currency: CURRENCY }
  if (shop !== undefined) {
    const { shopId, secretKey, test } = shop
    providers.yookassa = { shopId, secretKey, test }
  }
  return providers
}
