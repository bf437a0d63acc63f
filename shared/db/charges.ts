import { refuseSpending } from '#shared/domain/charging.ts'
import { AppError } from '#shared/errors.ts'
import type { Tx } from './client.ts'
import { freeExpiredHolds } from './expired-holds.ts'
import { enqueueNotice } from './jobs.ts'
import { lowBalanceOf, receiptOf, type Spending, spentTodayOf } from './spending.ts'
import { lockBalance, type Posted, postTransaction } from './wallets.ts'

/** Coins to be taken for finished work. */
export type NewCharge = Spending & { reference?: string; actor: string }

/** A person's own daily limit; the wallet's lock makes two charges at once see each other. */
const checkDailyLimit = async (tx: Tx, { userId, coins, settings }: NewCharge): Promise<void> => {
  if (settings.dailyLimit === null) return
  await lockBalance(tx, userId)
  const spentToday = await spentTodayOf(tx, userId, settings)
  // only the limit is asked here: whether there are coins is for the statement that takes them
  const refusal = refuseSpending({ coins, held: 0, debt: 0, spentToday }, coins, settings)
  if (refusal) throw refusal
}

/**
 * Runs what takes or reserves coins; where there are too few, what expired holds still reserve is set free and it is tried once more, so
 * that it is free at once for the person's next charge (design 11).
 */
export const withExpiredHoldsFreed = async <T>(
  tx: Tx,
  userId: string,
  take: () => Promise<T>,
): Promise<T> => {
  try {
    return await take()
  } catch (error) {
    const isShort = error instanceof AppError && error.code === 'insufficient_funds'
    if (!isShort || (await freeExpiredHolds(tx, userId)) === 0) throw error
    return take()
  }
}

/**
 * Takes coins and queues what the person should hear of it, all in the caller's transaction.
 * @throws AppError insufficient_funds, user_not_found, forbidden (the person's daily limit)
 */
export const chargeCoins = async (tx: Tx, charge: NewCharge): Promise<Posted> => {
  await checkDailyLimit(tx, charge)
  const { userId, coins, description, service, priceVersion, reference, actor } = charge
  const posted = await withExpiredHoldsFreed(tx, userId, () =>
    postTransaction(tx, {
      userId,
      amount: -coins,
      type: 'charge',
      description,
      actor,
      ...(service === undefined ? {} : { service }),
      ...(priceVersion === undefined ? {} : { priceVersion }),
      ...(reference === undefined ? {} : { reference }),
    }),
  )
  const { transactionId, balance } = posted
  for (const { notice, options } of [
    ...receiptOf(charge, transactionId, balance),
    ...lowBalanceOf(charge, transactionId, balance),
  ]) {
    await enqueueNotice(tx, notice, options)
  }
  return posted
}
