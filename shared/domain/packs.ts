import { invalidInput } from '#shared/errors.ts'
import type { Pack } from './tariff.ts'

/** The ways to pay, each with the currency it is asked in unless the installation says another one. */
export const CURRENCY_OF_PROVIDER = { stars: 'XTR', telegram: 'RUB', yookassa: 'RUB' } as const
export type Provider = keyof typeof CURRENCY_OF_PROVIDER

/** Minor units of the currency (kopecks); whole Stars for XTR. */
export type Price = { currency: string; amount: number }

/** What a pack costs at a provider; AppError `invalid_input` where it has no price in the provider's currency. */
export const packPrice = (
  pack: Pack,
  provider: Provider,
  currency: string = CURRENCY_OF_PROVIDER[provider],
): Price => {
  const amount = Object.hasOwn(pack.prices, currency) ? pack.prices[currency] : undefined
  if (amount !== undefined) return { currency, amount }
  throw invalidInput(`The pack ${pack.id} is not sold through ${provider}: it has no price in ${currency}.`, [
    { path: 'provider', message: `has no ${currency} price for this pack` },
  ])
}

/**
 * Whether a payment is the one that the order asked for. The currency comes first: amounts of different currencies say
 * nothing. Anything but `ok` is refused at pre-checkout and goes to suspense when it was paid all the same (design §5.3).
 */
export const checkPayment = (
  order: { currency: string; amount: number },
  payment: { currency: string; totalAmount: number },
): 'ok' | 'amount_differs' | 'currency_differs' => {
  if (payment.currency !== order.currency) return 'currency_differs'
  return payment.totalAmount === order.amount ? 'ok' : 'amount_differs'
}
