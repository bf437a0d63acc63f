import { chargeTogether, type KeyedCharge } from '#shared/db/charge-batch.ts'
import { chargeCoins } from '#shared/db/charges.ts'
import type { Sql } from '#shared/db/client.ts'
import { createGroup } from '#shared/db/group-commit.ts'
import { type OnceOutcome, runOnce } from '#shared/db/idempotency.ts'
import { isConnectionLost } from '#shared/db/sqlstate.ts'
import { getUser } from '#shared/db/users.ts'
import type { Resources } from '#shared/http/resources.ts'

type Submit = (charge: KeyedCharge, identity: string) => Promise<OnceOutcome>

/** Rows that one statement of moderate length takes; more of them wait for the next. */
const MAX_BATCH = 128

const groups = new WeakMap<Resources, Submit>()

/** One charge in a transaction of its own. */
const chargeAlone = (sql: Sql, { scope, subject, price, actor }: KeyedCharge): Promise<OnceOutcome> =>
  runOnce(sql, scope, async (tx) => {
    const { id: userId, settings } = await getUser(tx, subject)
    const priced = price(settings)
    const posted = await chargeCoins(tx, { ...priced, userId, actor, settings, withReceipt: true })
    const { coins, held } = posted.balance
    const body = { transactionId: posted.transactionId, charged: priced.coins, balance: { coins, held } }
    return { status: 200, body }
  })

/**
 * Charges together; where one keeps the others from committing (its key is just used by another replica, a value that the database does
 * not take), each is done by itself, so that only that one fails. A database that is away fails them all at once: trying each would only
 * make the callers wait.
 */
const chargeAll = async (sql: Sql, charges: KeyedCharge[]): Promise<PromiseSettledResult<OnceOutcome>[]> => {
  try {
    return await chargeTogether(sql, charges)
  } catch (error) {
    if (isConnectionLost(error)) throw error
    const outcomes: PromiseSettledResult<OnceOutcome>[] = []
    for (const charge of charges) outcomes.push(...(await Promise.allSettled([chargeAlone(sql, charge)])))
    return outcomes
  }
}

/** The group commit of this process. */
export const chargeGroupOf = (resources: Resources): Submit => {
  const known = groups.get(resources)
  if (known) return known
  const group = createGroup<KeyedCharge, OnceOutcome>({
    run: (charges) => chargeAll(resources.sql, charges),
    maxItems: MAX_BATCH,
  })
  groups.set(resources, group)
  return group
}
