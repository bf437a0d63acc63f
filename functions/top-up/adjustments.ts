import { z } from 'zod'
import { MAX_REASON } from '#shared/db/operator-task.ts'
import { getUser } from '#shared/db/users.ts'
import { CoinBalance } from '#shared/domain/coins.ts'
import { actingOperator, operatorOf } from '#shared/http/insiders.ts'
import { changeRoute } from '#shared/http/route.ts'
import { bodySubject, Id, subjectOf } from '#shared/http/subject.ts'
import { adjustWallet } from '#shared/money/adjust.ts'

const Adjustment = z.strictObject({
  ...bodySubject,
  /** Positive: given. Negative: taken, as far as they are free. */
  coins: z.int().refine((coins) => coins !== 0, 'must not be 0'),
  /** Shown to the person, in the history and in the message about it. */
  reason: z.string().trim().min(1).max(MAX_REASON),
  ...actingOperator,
})

const Adjusted = z.strictObject({
  transactionId: Id,
  coins: z.int(),
  /** Of what was given, so much paid a debt. */
  debtPaid: CoinBalance,
  balance: z.strictObject({ coins: CoinBalance, held: CoinBalance, debt: CoinBalance }),
})

/** POST /adjustments: an operator gives or takes coins by hand; never more than are free. */
export const adjustCoins = changeRoute({
  method: 'POST',
  path: '/adjustments',
  summary: 'Gives or takes coins by hand, with a reason that the person sees; needs the scope admin',
  body: Adjustment,
  answers: { 200: Adjusted },
  run: async ({ body, tx, caller, resources, afterCommit }) => {
    const actor = operatorOf(caller, body.operator, resources.config)
    const { coins, reason } = body
    const user = await getUser(tx, subjectOf(body))
    const adjusted = await adjustWallet(tx, { user, coins, reason, actor })
    afterCommit(async () => resources.wake('notify'))
    return { status: 200, body: adjusted }
  },
})
