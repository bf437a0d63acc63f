import { writeAudit } from '#shared/db/audit.ts'
import type { Tx } from '#shared/db/client.ts'
import { settleDebt } from '#shared/db/debt.ts'
import { freeExpiredHolds } from '#shared/db/expired-holds.ts'
import { enqueueNotice, PRIORITY } from '#shared/db/jobs.ts'
import type { User } from '#shared/db/users.ts'
import { type Balance, postTransaction } from '#shared/db/wallets.ts'
import { ledgerWords } from '#shared/payments/ledger-words.ts'

export type Adjusted = { transactionId: string; coins: number; debtPaid: number; balance: Balance }

/**
 * Gives coins (or takes them: a negative amount) as an operator decides, and tells the person. What is given pays a debt first; only free
 * coins are taken.
 * @throws AppError insufficient_funds with `missing`; invalid_input where the balance would outgrow what can be counted
 */
export const adjustWallet = async (
  tx: Tx,
  { user, coins, reason, actor }: { user: User; coins: number; reason: string; actor: string },
): Promise<Adjusted> => {
  const { id: userId, settings } = user
  // what expired holds still keep is free
  if (coins < 0) await freeExpiredHolds(tx, userId)
  const { transactionId } = await postTransaction(tx, {
    userId,
    amount: coins,
    type: 'adjustment',
    description: reason,
    actor,
  })
  const { paid, balance } = await settleDebt(tx, {
    userId,
    description: ledgerWords(settings.language).debtPayment,
    reference: `adjustment:${transactionId}`,
    actor,
  })
  await writeAudit(tx, {
    actor,
    action: 'coins-adjusted',
    subject: `user:${userId}`,
    details: { coins, reason, transactionId, debtPaid: paid, balance: balance.coins },
  })
  await enqueueNotice(
    tx,
    { userId, kind: 'coins-adjusted', params: { amount: coins, reason, balance: balance.coins } },
    { priority: PRIORITY.payment, jobKey: `adjustment:${transactionId}` },
  )
  return { transactionId, coins, debtPaid: paid, balance }
}
