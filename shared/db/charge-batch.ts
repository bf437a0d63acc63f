import { refuseSpending } from '#shared/domain/charging.ts'
import { applySettings, type Settings } from '#shared/domain/settings.ts'
import { AppError } from '#shared/errors.ts'
import { findStoredAnswers, lockWallets, type Wallet, writeCharges } from './charge-batch-sql.ts'
import type { Sql, Tx } from './client.ts'
import { freeExpiredHolds } from './expired-holds.ts'
import { type KeyScope, type OnceOutcome, replayAnswer } from './idempotency.ts'
import { enqueueNotices } from './jobs.ts'
import { lowBalanceOf, type QueuedNotice, readSpentToday, receiptOf, type Spending } from './spending.ts'
import { inTransaction } from './transaction.ts'
import { refuseSuspended, type Subject } from './users.ts'

export type Priced = { coins: number; description: string; service?: string; priceVersion?: string }

/** A charge that a caller asks for under a key. */
export type KeyedCharge = {
  scope: KeyScope
  subject: Subject
  /** What it costs, in words of the person's language. May throw AppError. */
  price: (settings: Settings) => Priced
  actor: string
}

type Settled = PromiseSettledResult<OnceOutcome>
/** What is known of a wallet while the charges of a batch are taken from it, one after the other. */
type OpenWallet = Wallet & { settings: Settings; spentToday: number }
type Indexed = KeyedCharge & { index: number }
type Accepted = Priced & {
  index: number
  userId: string
  balance: { coins: number; held: number; debt: number }
  settings: Settings
}

const refused = (reason: unknown): Settled => ({ status: 'rejected', reason })

/** Wallets of everybody who is charged, locked, with what a daily limit counts where one is set; one and the same for all charges of a person. */
const openWallets = async (
  tx: Tx,
  charges: readonly { index: number; subject: Subject }[],
): Promise<Map<number, OpenWallet>> => {
  const locked = await lockWallets(tx, charges)
  const byPerson = new Map<string, OpenWallet>()
  for (const wallet of locked.values()) {
    const settings = applySettings(wallet.settings, wallet.languageCode)
    if (!byPerson.has(wallet.userId)) byPerson.set(wallet.userId, { ...wallet, settings, spentToday: 0 })
  }
  const limited = [...byPerson.values()].filter(({ settings }) => settings.dailyLimit !== null)
  const spent = await readSpentToday(
    tx,
    limited.map(({ userId, settings }) => ({ userId, timeZone: settings.timeZone })),
  )
  for (const wallet of limited) wallet.spentToday = spent.get(wallet.userId) ?? 0
  return new Map(
    [...locked].flatMap(([index, { userId }]) => {
      const open = byPerson.get(userId)
      return open ? [[index, open] as const] : []
    }),
  )
}

/** Takes one charge from an open wallet, or says why not. Coins of holds that have run out are set free where they are needed. */
const take = async (tx: Tx, wallet: OpenWallet | undefined, charge: Indexed) => {
  if (!wallet) throw new AppError('user_not_found', { detail: 'No such person: call register first.' })
  const shutOut = refuseSuspended(wallet)
  if (shutOut) throw shutOut
  const priced = charge.price(wallet.settings)
  let refusal = refuseSpending(wallet, priced.coins, wallet.settings)
  if (refusal?.code === 'insufficient_funds' && wallet.held > 0) {
    const freed = await freeExpiredHolds(tx, wallet.userId)
    if (freed > 0) {
      const paid = Math.min(wallet.debt, freed)
      wallet.held -= freed
      wallet.coins -= paid
      wallet.debt -= paid
      refusal = refuseSpending(wallet, priced.coins, wallet.settings)
    }
  }
  if (refusal) throw refusal
  wallet.coins -= priced.coins
  wallet.spentToday += priced.coins
  const { userId, settings, coins, held, debt } = wallet
  return { ...priced, index: charge.index, userId, settings, balance: { coins, held, debt } }
}

const spendingOf = ({ userId, coins, description, service, priceVersion, settings }: Accepted): Spending => ({
  userId,
  coins,
  description,
  service,
  priceVersion,
  settings,
  withReceipt: true,
})

const noticesOf = (accepted: Accepted, transactionId: string): QueuedNotice[] => {
  const spending = spendingOf(accepted)
  return [
    ...receiptOf(spending, transactionId, accepted.balance),
    ...lowBalanceOf(spending, transactionId, accepted.balance),
  ]
}

/** The answer of the function `charge`; the id is filled in by the statement that makes it. */
const answerOf = ({ coins, balance }: Accepted) => ({
  charged: coins,
  balance: { coins: balance.coins, held: balance.held },
})

/** Decides each charge in its turn. What is refused gets its outcome here; what is accepted still has to be written. */
const decide = async (
  tx: Tx,
  charges: readonly Indexed[],
  outcomes: Settled[],
): Promise<(Accepted & { charge: Indexed })[]> => {
  const wallets = await openWallets(tx, charges)
  const answers = await findStoredAnswers(tx, charges)
  const accepted: (Accepted & { charge: Indexed })[] = []
  for (const charge of charges) {
    const { index, scope } = charge
    const stored = answers.get(index)
    try {
      if (stored) outcomes[index] = { status: 'fulfilled', value: replayAnswer(stored, scope) }
      else accepted.push({ ...(await take(tx, wallets.get(index), charge)), charge })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      outcomes[index] = refused(error)
    }
  }
  return accepted
}

/**
 * Many charges in one transaction (design 5.8), each with its own key and its own outcome, as if they had come one after the other in this
 * order: wallets are locked in one order and read, keys looked up, charges decided here, then written by one statement. A wallet that many
 * charge at once is locked once for all of them. No key may stand in it twice. Keys of refused charges stay free.
 * @throws KeyClash, or whatever else keeps the whole transaction from committing: then none has happened, or (a lost COMMIT) each is found
 *   by its key
 */
export const chargeTogether = (sql: Sql, charges: readonly KeyedCharge[]): Promise<Settled[]> =>
  inTransaction(sql, async (tx) => {
    const outcomes: Settled[] = new Array(charges.length)
    const accepted = await decide(
      tx,
      charges.map((charge, index) => ({ ...charge, index })),
      outcomes,
    )
    const ids = await writeCharges(
      tx,
      accepted.map(({ charge: { scope, actor }, ...one }) => ({
        ...one,
        scope,
        actor,
        answer: answerOf(one),
      })),
    )
    const notices: QueuedNotice[] = []
    for (const one of accepted) {
      const transactionId = ids.get(one.index)
      if (transactionId === undefined) throw new Error('A charge was not written.')
      outcomes[one.index] = {
        status: 'fulfilled',
        value: { status: 200, body: { transactionId, ...answerOf(one) }, replayed: false },
      }
      notices.push(...noticesOf(one, transactionId))
    }
    await enqueueNotices(tx, notices)
    return outcomes
  })
