import { decimalsOf } from '../currency.ts'
import type { Language } from '../settings.ts'

/** A sum of money as a person reads it: "50 ⭐", "99 ₽", "99,50 ₽". `amount` in minor units; whole Stars for XTR. */
export const formatPrice = (price: { currency: string; amount: number }, language: Language): string => {
  if (price.currency === 'XTR') return `${new Intl.NumberFormat(language).format(price.amount)} ⭐`
  const digits = decimalsOf(price.currency)
  const format = new Intl.NumberFormat(language, {
    style: 'currency',
    currency: price.currency,
    currencyDisplay: 'narrowSymbol',
    trailingZeroDisplay: 'stripIfInteger',
    // given, since Intl leaves out the hundredths of some currencies that have them
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return format.format(price.amount / 10 ** digits)
}
