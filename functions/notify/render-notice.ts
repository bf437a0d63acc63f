import { quietUntil } from '#shared/domain/quiet-hours.ts'
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

/** What can wait for the end of somebody's quiet hours: receipts, reminders, news. Words about money that was paid come at once. */
const CAN_WAIT: readonly QueuedNotice['kind'][] = ['charge-receipt', 'low-balance', 'text']

/** For how many seconds the notice must wait now; 0 where it may go. */
export const secondsOfQuiet = (notice: QueuedNotice, settings: Settings, nowMs: number): number => {
  if (!CAN_WAIT.includes(notice.kind)) return 0
  const until = quietUntil(settings.quietHours, settings.timeZone, nowMs)
  return until === undefined ? 0 : Math.ceil((until - nowMs) / 1_000)
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
    case 'coins-adjusted':
      return text(language, notice.kind, { ...notice.params, details: notice.params.reason })
    case 'charge-receipt':
      return text(language, notice.kind, { ...notice.params, details: notice.params.description })
    case 'low-balance':
      return text(language, notice.kind, notice.params)
    case 'text':
      return escapeHtml(notice.params.text)
  }
}
