import type { Tx } from './client.ts'
import { settleDebt } from './debt.ts'
import { type Balance, lockBalance, type Posted, postTransaction } from './wallets.ts'

/**
 * Undoes `takeBack` after the provider refused the refund: debt that is still owed for it goes, and what was taken then, or has been paid
 * of that debt since, comes back as coins. So the person stands as if nothing had been asked for.
 * @throws AppError user_not_found
 */
export const giveBack = async (
  tx: Tx,
  refund: { coins: number; debtAdded: number },
  cause: { userId: string; description: string; debtPayment: string; reference: string; actor: string },
): Promise<{ transactionId: string | null; balance: Balance }> => {
  const { userId, description, reference, actor } = cause
  const before = await lockBalance(tx, userId)
  const forgiven = Math.min(before.debt, refund.debtAdded)
  if (forgiven > 0) {
    await tx`update user_balances set debt = debt - ${forgiven}, updated_at = now() where user_id = ${userId}`
  }
  const coins = refund.coins - forgiven
  const posted: Posted | undefined =
    coins === 0
      ? undefined
      : await postTransaction(tx, { userId, amount: coins, type: 'refund', description, reference, actor })
  // another refund may have made a debt in the meantime, which these coins pay first
  const { balance } = await settleDebt(tx, { userId, description: cause.debtPayment, reference, actor })
  return { transactionId: posted?.transactionId ?? null, balance }
}
