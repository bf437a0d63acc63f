import type { Language } from '#shared/domain/settings.ts'
import { formatDate, formatDay } from '#shared/domain/texts/format-date.ts'
import { formatPrice } from '#shared/domain/texts/format-price.ts'

const LOCALES = { ru: 'ru', en: 'en-GB' } as const

/** Numbers, money and times as the person reads them: by their language and in their time zone. */
export type Formats = {
  number: (value: number) => string
  /** With + or a true minus in front. */
  signed: (value: number) => string
  percent: (share: number) => string
  price: (amount: number, currency: string) => string
  /** "5 March 2026, 14:05" */
  moment: (iso: string) => string
  /** "5 March 2026" */
  day: (iso: string) => string
  /** "14:05" */
  time: (iso: string) => string
  /** "5 Mar", for the foot of a chart */
  shortDay: (iso: string) => string
  /** "20 MB" */
  bytes: (value: number) => string
}

/** A zone that this browser's list lacks is no reason to show nothing. */
const knownZone = (timeZone: string): string => {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return timeZone
  } catch {
    return 'UTC'
  }
}

const MEGABYTE = 1024 * 1024

export const formatsFor = (language: Language, zone: string): Formats => {
  const locale = LOCALES[language]
  const timeZone = knownZone(zone)
  const numbers = new Intl.NumberFormat(language)
  const shares = new Intl.NumberFormat(language, { style: 'percent' })
  const days = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone })
  const times = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone })
  const number = (value: number): string => numbers.format(value)
  return {
    number,
    signed: (value) => `${value < 0 ? '−' : '+'}${number(Math.abs(value))}`,
    percent: (share) => shares.format(share),
    price: (amount, currency) => formatPrice({ amount, currency }, language),
    moment: (iso) => formatDate(new Date(iso), language, timeZone),
    day: (iso) => formatDay(new Date(iso), language, timeZone),
    time: (iso) => times.format(new Date(iso)),
    shortDay: (iso) => days.format(new Date(iso)),
    bytes: (value) => {
      const unit = value >= MEGABYTE ? 'megabyte' : 'kilobyte'
      const amount = value / (value >= MEGABYTE ? MEGABYTE : 1024)
      const format = new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 0 })
      return format.format(Math.max(1, amount))
    },
  }
}

/** "1:05", "1:02:03": a moment within a recording. */
export const clockOf = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds))
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const pad = (value: number): string => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`
}
