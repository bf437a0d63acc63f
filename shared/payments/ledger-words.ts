import type { Language } from '#shared/domain/settings.ts'

const WORDS = {
  ru: { topUp: 'Пополнение', debtPayment: 'Погашение долга' },
  en: { topUp: 'Top-up', debtPayment: 'Debt paid off' },
} as const satisfies Record<Language, Record<string, string>>

/** Descriptions of a payment's ledger rows; `pack` is the pack's title, where it is known. */
export const ledgerWords = (language: Language, pack?: string): { topUp: string; debtPayment: string } => {
  const { topUp, debtPayment } = WORDS[language]
  return { topUp: pack === undefined ? topUp : `${topUp}: ${pack}`, debtPayment }
}
