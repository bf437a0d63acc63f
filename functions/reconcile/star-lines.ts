import type { StarTransaction, TransactionPartner } from 'grammy/types'
import type { ProviderEntry } from '#shared/db/provider-entries.ts'

type Payer = { id: number; username?: string; first_name?: string; language_code?: string }

/** A Star transaction as far as we act on it. */
export type StarLine = {
  entry: ProviderEntry
  /**
   * `payment`: somebody paid an invoice of ours. `refund`: an invoice's Stars went back. `other`: gifts, withdrawals, ads; an outgoing one
   * is a refund all the same where a payment of ours has its id.
   */
  kind: 'payment' | 'refund' | 'other'
  /** Telegram's word for it. */
  word: string
  payer?: Payer
  payload?: string
}

const wordOf = (partner: TransactionPartner | undefined): string => {
  if (partner === undefined) return 'unknown'
  return partner.type === 'user' ? partner.transaction_type : partner.type
}

/** Reads one line of getStarTransactions. Both ways at once does not exist: what has a source came in. */
export const readStarTransaction = (transaction: StarTransaction): StarLine => {
  const isIncoming = transaction.source !== undefined
  const partner = transaction.source ?? transaction.receiver
  const word = wordOf(partner)
  const entry: ProviderEntry = {
    provider: 'stars',
    direction: isIncoming ? 'in' : 'out',
    externalId: transaction.id,
    chargeId: transaction.id,
    currency: 'XTR',
    amount: transaction.amount,
    occurredAt: new Date(transaction.date * 1000),
  }
  if (partner?.type !== 'user' || word !== 'invoice_payment') return { entry, kind: 'other', word }
  const { id, username, first_name, language_code } = partner.user
  return {
    entry,
    kind: isIncoming ? 'payment' : 'refund',
    word,
    payer: {
      id,
      first_name,
      ...(username === undefined ? {} : { username }),
      ...(language_code === undefined ? {} : { language_code }),
    },
    ...(partner.invoice_payload === undefined ? {} : { payload: partner.invoice_payload }),
  }
}
