import { crossesLowBalance, spendable } from '#shared/domain/coins.ts'
import type { Settings } from '#shared/domain/settings.ts'
import { AppError } from '#shared/errors.ts'
import type { Tx } from './client.ts'
import { enqueueNotice, PRIORITY } from './jobs.ts'
import { lockBalance, type Posted, postTransaction } from './wallets.ts'

/** Coins to be taken for finished work. */
export type NewCharge = {
  userId: string
  coins: number
  description: string
  service?: string
  reference?: string
  priceVersion?: string
  actor: string
  settings: Settings
  /** Whether the person is told by a message of its own (the chat names the price in its answer instead). */
  withReceipt: boolean
}

/** A person's own daily limit counts charges since midnight in the person's time zone. */
const checkDailyLimit = async (tx: Tx, charge: NewCharge): Promise<void> => {
  const { dailyLimit, timeZone } = charge.settings
  if (dailyLimit === null) return
  // the wallet's lock makes two charges at once see each other
  await lockBalance(tx, charge.userId)
  const [row]: [{ spent: number }?] = await tx`
    select coalesce(-sum(amount), 0)::bigint as spent from transactions
    where user_id = ${charge.userId} and type = 'charge'
      and created_at >= date_trunc('day', now(), ${timeZone})`
  const left = Math.max(0, dailyLimit - (row?.spent ?? 0))
  if (charge.coins > left) {
    throw new AppError('forbidden', {
      detail: `The person's own daily limit leaves ${left} coins for today.`,
      extra: { limit: 'daily', left },
    })
  }
}

/**
 * Takes coins and queues what the person should hear of it, all in the caller's transaction.
 * @throws AppError insufficient_funds, user_not_found, forbidden (the person's daily limit)
 */
export const chargeCoins = async (tx: Tx, charge: NewCharge): Promise<Posted> => {
  await checkDailyLimit(tx, charge)
  const { settings, coins, withReceipt, ...entry } = charge
  const posted = await postTransaction(tx, { ...entry, amount: -coins, type: 'charge' })

  if (withReceipt && settings.receipts) {
    await enqueueNotice(
      tx,
      {
        userId: charge.userId,
        kind: 'charge-receipt',
        params: {
          coins,
          description: charge.description,
          service: charge.service ?? null,
          balance: posted.balance.coins,
          priceVersion: charge.priceVersion ?? null,
        },
      },
      { priority: PRIORITY.receipt, jobKey: `receipt:${posted.transactionId}` },
    )
  }
  const after = spendable(posted.balance)
  if (settings.lowBalance && crossesLowBalance(after + coins, after, settings.lowBalanceThreshold)) {
    await enqueueNotice(
      tx,
      {
        userId: charge.userId,
        kind: 'low-balance',
        params: { coins: after, threshold: settings.lowBalanceThreshold },
      },
      { priority: PRIORITY.receipt, jobKey: `low-balance:${posted.transactionId}` },
    )
  }
  return posted
}
