import { z } from 'zod'
import type { HistoryItem } from '#shared/db/history.ts'
import { CoinBalance } from '#shared/domain/coins.ts'
import { TRANSACTION_TYPES } from '#shared/domain/texts/message-spec.ts'
import { Id } from '#shared/http/subject.ts'

export const TransactionType = z.enum(TRANSACTION_TYPES)

/** A ledger row as a person and a program see it. */
export const Transaction = z
  .strictObject({
    id: Id,
    amount: z.int(),
    type: TransactionType,
    description: z.string(),
    service: z.string().nullable(),
    reference: z.string().nullable(),
    priceVersion: z.string().nullable(),
    actor: z.string(),
    balanceAfter: CoinBalance,
    createdAt: z.iso.datetime(),
  })
  .meta({
    id: 'Transaction',
    description: '`reference` is the cause, such as payment:<id>; `actor` is who moved the coins',
  })

export const toView = (item: HistoryItem): z.infer<typeof Transaction> => ({
  ...item,
  createdAt: item.createdAt.toISOString(),
})
