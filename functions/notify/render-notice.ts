import type { Language, Settings } from '#shared/domain/settings.ts'
import { escapeHtml } from '#shared/domain/texts/escape-html.ts'
import { formatPrice } from '#shared/domain/texts/format-price.ts'
import { text } from '#shared/domain/texts/texts.ts'
import type { QueuedNotice } from './notices.ts'

/** Whether the person wants to hear of this; words about own money cannot be switched off. */
export const isWanted = (notice: QueuedNotice, settings: Settings): boolean => {
  switch (notice.kind) {
    case 'charge-receipt':
      return settings.receipts
    case 'low-balance':
      return settings.lowBalance
    default:
      return true
  }
}

/** The notice in the person's language, in Telegram's HTML. */
export const renderNotice = (notice: QueuedNotice, language: Language): string => {
  switch (notice.kind) {
    case 'payment-credited':
      return text(language, notice.kind, { ...notice.params, amount: formatPrice(notice.params, language) })
    case 'payment-refunded':
      return text(language, notice.kind, { ...notice.params, amount: formatPrice(notice.params, language) })
    case 'refund-failed':
      return text(language, notice.kind, { ...notice.params, amount: formatPrice(notice.params, language) })
    case 'payment-suspense':
      return text(language, notice.kind, { ...notice.params, amount: formatPrice(notice.params, language) })
    case 'charge-receipt':
      return text(language, notice.kind, { ...notice.params, details: notice.params.description })
    case 'low-balance':
      return text(language, notice.kind, notice.params)
    case 'text':
      return escapeHtml(notice.params.text)
  }
}
