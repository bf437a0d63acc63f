import { chargeTogether, type KeyedCharge } from '#shared/db/charge-batch.ts'
import { chargeCoins } from '#shared/db/charges.ts'
import type { Sql } from '#shared/db/client.ts'
import { createGroup, type Ticket } from '#shared/db/group-commit.ts'
import { type OnceOutcome, runOnce } from '#shared/db/idempotency.ts'
import { isConnectionLost, isLockTimeout, isSilence } from '#shared/db/sqlstate.ts'
import { getCustomer } from '#shared/db/users.ts'
import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'

type Submit = (charge: KeyedCharge, ticket: Ticket) => Promise<OnceOutcome>

/** Rows that one statement of moderate length takes; more of them wait for the next. */
const MAX_BATCH = 128

/** Of the pool's four connections; the others serve holds and quotes. */
const LANES = 2

const groups = new WeakMap<Resources, Submit>()

/** One charge in a transaction of its own. */
const chargeAlone = (sql: Sql, { scope, subject, price, actor }: KeyedCharge): Promise<OnceOutcome> =>
  runOnce(sql, scope, async (tx) => {
    const { id: userId, settings } = await getCustomer(tx, subject)
    const priced = price(settings)
    const posted = await chargeCoins(tx, { ...priced, userId, actor, settings, withReceipt: true })
    const { coins, held } = posted.balance
    const body = { transactionId: posted.transactionId, charged: priced.coins, balance: { coins, held } }
    return { status: 200, body }
  })

type Outcome = PromiseSettledResult<OnceOutcome>

/** Charges of one person, one after the other. What one finds locked or away, the rest would wait for as well: it gets the same answer. */
const chargeLine = async (sql: Sql, charges: readonly KeyedCharge[]): Promise<Outcome[]> => {
  const outcomes: Outcome[] = []
  let stop: unknown
  for (const charge of charges) {
    if (stop !== undefined) {
      outcomes.push({ status: 'rejected', reason: stop })
      continue
    }
    const [outcome] = await Promise.allSettled([chargeAlone(sql, charge)])
    outcomes.push(outcome)
    if (outcome.status === 'rejected' && !(outcome.reason instanceof AppError)) stop = outcome.reason
  }
  return outcomes
}

/** Each in a transaction of its own, the people side by side. */
const chargeSingly = async (sql: Sql, charges: readonly KeyedCharge[]): Promise<Outcome[]> => {
  const lines = Map.groupBy(charges, lineOf)
  const outcomes = new Map<KeyedCharge, Outcome>()
  await Promise.all(
    [...lines.values()].map(async (line) => {
      for (const [index, outcome] of (await chargeLine(sql, line)).entries()) {
        const charge = line[index]
        if (charge) outcomes.set(charge, outcome)
      }
    }),
  )
  return charges.map((charge) => outcomes.get(charge) as Outcome)
}

/**
 * Charges together; where one keeps the others from committing (its key is just used by another replica, its wallet stays locked, a value
 * that the database does not take), each is done by itself, so that only that one fails. A database that is away fails them all at once:
 * trying each would only make the callers wait.
 */
const chargeAll = async (sql: Sql, charges: KeyedCharge[]): Promise<Outcome[]> => {
  try {
    return await chargeTogether(sql, charges)
  } catch (error) {
    const isOnePerson = new Set(charges.map(lineOf)).size === 1
    if (isConnectionLost(error) || (isOnePerson && isLockTimeout(error))) throw error
    return chargeSingly(sql, charges)
  }
}

/** Whose wallet it is: within it the order of arrival holds. */
export const lineOf = ({ subject }: Pick<KeyedCharge, 'subject'>): string =>
  'userId' in subject ? subject.userId : String(subject.telegramId)

/** The group commit of this process. */
export const chargeGroupOf = (resources: Resources): Submit => {
  const known = groups.get(resources)
  if (known) return known
  const group = createGroup<KeyedCharge, OnceOutcome>({
    run: (charges) => chargeAll(resources.sql, charges),
    maxItems: MAX_BATCH,
    lanes: LANES,
    isEverybodys: isSilence,
  })
  groups.set(resources, group)
  return group
}
