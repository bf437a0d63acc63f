import { DEBT_PAYMENT_WORDS } from '#shared/domain/debt-words.ts'
import type { Language } from '#shared/domain/settings.ts'

const WORDS = {
  ru: {
    topUp: 'Пополнение',
    refund: 'Возврат оплаты',
    refundFailed: 'Возврат не состоялся',
  },
  en: {
    topUp: 'Top-up',
    refund: 'Payment refunded',
    refundFailed: 'Refund failed',
  },
} as const satisfies Record<Language, Record<string, string>>

export type LedgerWords = { topUp: string; debtPayment: string; refund: string; refundFailed: string }

/** Descriptions of the ledger rows that a payment leads to; `pack` is the pack's title, where it is known. */
export const ledgerWords = (language: Language, pack?: string): LedgerWords => {
  const words = WORDS[language]
  return {
    ...words,
    debtPayment: DEBT_PAYMENT_WORDS[language],
    topUp: pack === undefined ? words.topUp : `${words.topUp}: ${pack}`,
  }
}
