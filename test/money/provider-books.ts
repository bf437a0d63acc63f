import type { Sql } from '#shared/db/client.ts'
import type { StarTransactionRow } from '../../local/telegram/model.ts'

/** What a provider says it took and gave back. */
export type ProviderBook = {
  provider: 'stars' | 'telegram' | 'yookassa'
  charges: { chargeId: string; currency: string; amount: number }[]
  refunds: { chargeId: string; amount: number }[]
  /** False: charges of ours that are not in the book are not looked for (tests that invent charges). */
  isComplete?: boolean
}

/** The book of Stars, as getStarTransactions shows it. */
export const bookOfStars = (rows: Iterable<StarTransactionRow>): ProviderBook => {
  const book: ProviderBook = { provider: 'stars', charges: [], refunds: [] }
  for (const { transaction } of rows) {
    const { id, amount } = transaction
    if (transaction.source !== undefined) book.charges.push({ chargeId: id, currency: 'XTR', amount })
    else book.refunds.push({ chargeId: id, amount })
  }
  return book
}

type Payment = { id: string; charge_id: string; currency: string; amount: number; refunded: number }

const sumByCharge = (lines: readonly { chargeId: string; amount: number }[]): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const { chargeId, amount } of lines) sums.set(chargeId, (sums.get(chargeId) ?? 0) + amount)
  return sums
}

/** I4 and I6 against the provider's own book: each charge credited once, none invented, each refund reversed, none invented. */
export const findMissedCharges = async (sql: Sql, book: ProviderBook): Promise<string[]> => {
  const { provider, charges, refunds, isComplete = true } = book
  const payments = await sql<Payment[]>`
    select p.id, p.charge_id, p.currency, p.amount,
      (select coalesce(sum(r.amount), 0)::bigint from refunds r where r.payment_id = p.id and r.state = 'done') as refunded
    from payments p where p.provider = ${provider}`
  const ours = new Map(payments.map((payment) => [payment.charge_id, payment]))
  const theirs = new Map(charges.map((charge) => [charge.chargeId, charge]))
  const given = sumByCharge(refunds)
  const found: string[] = []
  for (const { chargeId, currency, amount } of charges) {
    const payment = ours.get(chargeId)
    if (!payment) found.push(`I4: the charge ${chargeId} of ${provider} (${amount} ${currency}) was lost`)
    else if (payment.amount !== amount || payment.currency !== currency)
      found.push(
        `I4: the charge ${chargeId} of ${provider} was taken as ${payment.amount} ${payment.currency}`,
      )
  }
  for (const payment of payments) {
    const charge = theirs.get(payment.charge_id)
    if (!charge && isComplete) found.push(`I4: ${provider} knows nothing of payment ${payment.id}`)
    const returned = given.get(payment.charge_id) ?? 0
    if ((charge || isComplete) && payment.refunded !== returned) {
      found.push(
        `I6: payment ${payment.id}: ${provider} gave back ${returned}, our refunds say ${payment.refunded}`,
      )
    }
  }
  return found
}
