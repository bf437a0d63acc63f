import { formatDate } from '#shared/domain/texts/format-date.ts'
import { formatPrice } from '#shared/domain/texts/format-price.ts'
import type { Chat } from './chat.ts'

/** A moment in the person's language and time zone. */
export const dateOf = (chat: Chat, iso: string): string =>
  formatDate(new Date(iso), chat.person.settings.language, chat.person.settings.timeZone)

/** A sum of money in the person's language; `amount` in minor units. */
export const priceOf = (chat: Chat, price: { currency: string; amount: number }): string =>
  formatPrice(price, chat.person.settings.language)
