import { insufficientFunds } from '#shared/errors.ts'
import type { Queryable } from './client.ts'
import { getBalance } from './wallets.ts'

/**
 * The cheap look before costly work (design 5.6). The charge itself decides: coins may go meanwhile.
 * @throws AppError insufficient_funds with `price`, `missing` and `debt`, user_not_found
 */
export const requireCoins = async (sql: Queryable, userId: string, coins: number): Promise<void> => {
  const balance = await getBalance(sql, userId)
  // what is owed is paid first: nothing can be spent until then
  const missing = coins + balance.debt - (balance.coins - balance.held)
  if (missing > 0) throw insufficientFunds(coins, missing, balance.debt)
}
