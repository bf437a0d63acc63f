import type { Language } from '../settings.ts'

/** British order in English: a day before the month cannot be misread. */
const LOCALES = { ru: 'ru', en: 'en-GB' } as const satisfies Record<Language, string>

/**
 * A moment as a person reads it, in their time zone (IANA): "5 мар. 2026 г., 14:05", "5 Mar 2026, 14:05". Throws RangeError
 * for a time zone that does not exist.
 */
export const formatDate = (date: Date, language: Language, timeZone: string): string =>
  new Intl.DateTimeFormat(LOCALES[language], {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  }).format(date)

/** The day alone: "5 марта 2026 г.", "5 March 2026". */
export const formatDay = (date: Date, language: Language, timeZone: string): string =>
  new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'long', timeZone }).format(date)

/** The day without its year: "5 мар.", "5 Mar". */
export const formatShortDay = (date: Date, language: Language, timeZone: string): string =>
  new Intl.DateTimeFormat(LOCALES[language], { day: 'numeric', month: 'short', timeZone }).format(date)
