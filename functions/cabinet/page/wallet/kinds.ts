import type { TransactionType } from '../api/types.ts'
import type { MessageId } from '../texts/translate.ts'
import type { IconName } from '../ui/icon.tsx'

/** What the kinds of entries are called. */
export const KIND_NAMES = {
  bonus: 'kind-bonus',
  top_up: 'kind-top-up',
  charge: 'kind-charge',
  refund: 'kind-refund',
  reversal: 'kind-reversal',
  debt_payment: 'kind-debt-payment',
  adjustment: 'kind-adjustment',
  opening: 'kind-opening',
} as const satisfies Record<TransactionType, MessageId>

/** Why an entry of that kind is made. */
export const KIND_REASONS = {
  bonus: 'why-bonus',
  top_up: 'why-top-up',
  charge: 'why-charge',
  refund: 'why-refund',
  reversal: 'why-reversal',
  debt_payment: 'why-debt-payment',
  adjustment: 'why-adjustment',
  opening: 'why-opening',
} as const satisfies Record<TransactionType, MessageId>

export const iconOf = ({ amount }: { amount: number }): IconName => (amount < 0 ? 'minus' : 'plus')
