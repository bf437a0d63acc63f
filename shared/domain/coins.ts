import { z } from 'zod'
import { invalidInput } from '#shared/errors.ts'

/** Coins are JSON integers: beyond this a JSON number is no longer exact (design §3). */
const MAX_COINS = Number.MAX_SAFE_INTEGER

/** An amount that moves: a whole number of coins, 1..2^53-1. */
export const CoinAmount = z
  .int({ error: `must be a whole number of coins from 1 to ${MAX_COINS}` })
  .min(1, { error: 'must be at least 1 coin' })

/** What an account holds: a whole number of coins, 0..2^53-1. */
export const CoinBalance = z
  .int({ error: `must be a whole number of coins from 0 to ${MAX_COINS}` })
  .min(0, { error: 'must not be negative' })

const requireSafe = (coins: number): number => {
  if (!Number.isSafeInteger(coins)) {
    throw invalidInput(`That is more coins than can be counted exactly (${MAX_COINS}).`)
  }
  return coins
}

/** Exact sum of two whole amounts (either may be negative); AppError `invalid_input` beyond +-(2^53-1). */
export const addCoins = (left: number, right: number): number =>
  requireSafe(requireSafe(left) + requireSafe(right))

/**
 * Exact price of several units; AppError `invalid_input` beyond 2^53-1. A product of safe integers that is rounded is
 * over 2^53 before and after rounding, so the check of the result is enough.
 */
export const multiplyCoins = (coins: number, units: number): number =>
  requireSafe(requireSafe(coins) * requireSafe(units))

/** Coins that may be spent now. Never negative: a reversal may leave a moment with more held than there is. */
export const spendable = (balance: { coins: number; held: number }): number =>
  Math.max(0, balance.coins - balance.held)

/** True once for each fall through the threshold: told when it is crossed, not at every charge below it. */
export const crossesLowBalance = (before: number, after: number, threshold: number): boolean =>
  before >= threshold && after < threshold
