import type { Tariff } from './tariff.ts'

/** A payment as far as its refunds are concerned; amounts in minor units. */
export type Refundable = {
  amount: number
  /** Coins that it brought; 0 while it waits in suspense. */
  coins: number
  /** What had gone back before the coins were credited: they stand for the rest. */
  returnedBeforeCredit: number
  /** Of refunds that are done or under way. */
  refundedAmount: number
  refundedCoins: number
  paidAt: Date
}

/** Why a person cannot have the money back without asking the operator. */
export type RefundRefusal = 'too_late' | 'spent' | 'not_refundable'

/**
 * Coins of a refund of `amount`: counted from the whole that will be refunded by then, so that parts add up to the pack exactly, in
 * whatever steps they come. Never negative: a part may find that a former one, since refused, has left its coin to others.
 */
export const coinsOfRefund = (payment: Refundable, amount: number): number => {
  const { returnedBeforeCredit: before } = payment
  const [refunded, whole] = [payment.refundedAmount + amount - before, payment.amount - before]
  if (whole <= 0) return 0
  const coins = (BigInt(payment.coins) * BigInt(refunded)) / BigInt(whole)
  return Math.max(0, Number(coins) - payment.refundedCoins)
}

const DAY_MS = 86_400_000

/** The last moment at which a person may ask for this payment back. */
export const refundableUntil = (payment: Pick<Refundable, 'paidAt'>, policy: Tariff['refunds']): Date =>
  new Date(payment.paidAt.getTime() + policy.days * DAY_MS)

/**
 * What the operator's policy says to a person who wants `amount` of a payment back; undefined where it agrees. Unspent means that the
 * coins that are free now cover those of the refund: coins are alike, and nobody can say which of them were spent.
 */
export const refuseSelfService = (
  payment: Refundable,
  amount: number,
  { policy, now, spendable }: { policy: Tariff['refunds']; now: number; spendable: number },
): RefundRefusal | undefined => {
  if (payment.coins === 0 || amount <= 0) return 'not_refundable'
  if (now >= refundableUntil(payment, policy).getTime()) return 'too_late'
  return policy.unspentOnly && spendable < coinsOfRefund(payment, amount) ? 'spent' : undefined
}
