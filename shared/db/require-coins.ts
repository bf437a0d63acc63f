import { spendable } from '#shared/domain/coins.ts'
import { insufficientFunds } from '#shared/errors.ts'
import type { Queryable } from './client.ts'
import { getBalance } from './wallets.ts'

/**
 * The cheap look before costly work (design 5.6). The charge itself decides: coins may go meanwhile.
 * @throws AppError insufficient_funds with `price` and `missing`, user_not_found
 */
export const requireCoins = async (sql: Queryable, userId: string, coins: number): Promise<void> => {
  const missing = coins - spendable(await getBalance(sql, userId))
  if (missing > 0) throw insufficientFunds(coins, missing)
}
