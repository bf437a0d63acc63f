import { AppError, insufficientFunds } from '#shared/errors.ts'
import { crossesLowBalance } from './coins.ts'
import type { Settings } from './settings.ts'

/** What decides whether coins can be taken: a wallet, and what was spent today where the person limits that. */
export type Purse = {
  coins: number
  held: number
  debt: number
  /** Coins charged since midnight in the person's time zone, and those reserved by holds; read only where a limit is set. */
  spentToday: number
}

/** Coins that may be taken or reserved now; none while something is owed (design 5.5). Never negative. */
export const freeCoins = ({ coins, held, debt }: Omit<Purse, 'spentToday'>): number =>
  Math.max(0, coins - held - debt)

/**
 * Why so many coins cannot be taken, or undefined where they can. The person's own daily limit (design 11) counts charges and
 * reserved coins alike, so that a hold is never a way around it.
 */
export const refuseSpending = (
  purse: Purse,
  coins: number,
  { dailyLimit }: Pick<Settings, 'dailyLimit'>,
): AppError | undefined => {
  if (dailyLimit !== null) {
    const left = Math.max(0, dailyLimit - purse.spentToday)
    if (coins > left) {
      return new AppError('forbidden', {
        detail: `The person's own daily limit leaves ${left} coins for today.`,
        extra: { limit: 'daily', left },
      })
    }
  }
  const missing = coins + purse.debt - (purse.coins - purse.held)
  return missing > 0 ? insufficientFunds(coins, missing, purse.debt) : undefined
}

/** Whether the person wants to hear now that coins run low: once for each fall of the free coins through the threshold. */
export const tellsLowBalance = (
  free: { before: number; after: number },
  { lowBalance, lowBalanceThreshold }: Pick<Settings, 'lowBalance' | 'lowBalanceThreshold'>,
): boolean => lowBalance && crossesLowBalance(free.before, free.after, lowBalanceThreshold)
