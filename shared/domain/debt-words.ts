import type { Language } from './settings.ts'

/** What the ledger says of coins that paid a debt, in the person's language, whatever set them free. */
export const DEBT_PAYMENT_WORDS: Readonly<Record<Language, string>> = {
  ru: 'Погашение долга',
  en: 'Debt paid off',
}
