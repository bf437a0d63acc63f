import type { Tx } from './client.ts'
import { type Balance, lockBalance, type Posted, postTransaction } from './wallets.ts'

/** Why coins go: words for the person's history, and the cause. */
type Cause = {
  userId: string
  description: string
  /** Such as 'refund:<id>'; the same cause moves coins once. */
  reference: string
  actor: string
}

export type TakenBack = {
  /** The ledger row; null where nothing was left to take. */
  transactionId: string | null
  /** Coins that were still there. */
  taken: number
  /** Coins that were spent already, or are held: owed from now on. */
  debtAdded: number
  balance: Balance
}

/**
 * Takes back coins whose payment was refunded. What is free goes now, the rest becomes debt (design 5.5): it is paid by whatever comes in
 * next or is set free by a hold, and nothing can be spent until then.
 * @throws AppError user_not_found
 */
export const takeBack = async (tx: Tx, coins: number, cause: Cause): Promise<TakenBack> => {
  const before = await lockBalance(tx, cause.userId)
  const taken = Math.min(coins, before.coins - before.held)
  const debtAdded = coins - taken
  const posted: Posted | undefined =
    taken === 0 ? undefined : await postTransaction(tx, { ...cause, amount: -taken, type: 'reversal' })
  if (debtAdded > 0) {
    await tx`
      update user_balances set debt = debt + ${debtAdded}, updated_at = now() where user_id = ${cause.userId}`
  }
  return {
    transactionId: posted?.transactionId ?? null,
    taken,
    debtAdded,
    balance: { ...(posted?.balance ?? before), debt: before.debt + debtAdded },
  }
}

/**
 * Pays debt out of coins that are free: to be called after every credit and every hold that ends, in the same transaction. Gives the
 * coins paid and the balance afterwards.
 * @throws AppError user_not_found
 */
export const settleDebt = async (tx: Tx, cause: Cause): Promise<{ paid: number; balance: Balance }> => {
  const before = await lockBalance(tx, cause.userId)
  const paid = Math.min(before.debt, before.coins - before.held)
  if (paid === 0) return { paid, balance: before }
  await tx`update user_balances set debt = debt - ${paid}, updated_at = now() where user_id = ${cause.userId}`
  const { balance } = await postTransaction(tx, { ...cause, amount: -paid, type: 'debt_payment' })
  return { paid, balance }
}
