import { z } from 'zod'
import { MAX_REASON } from '#shared/db/operator-task.ts'
import { CoinAmount } from '#shared/domain/coins.ts'
import { actingOperator, operatorOf } from '#shared/http/insiders.ts'
import { changeRoute } from '#shared/http/route.ts'
import { Id } from '#shared/http/subject.ts'
import { resolveSuspense } from '#shared/money/suspense.ts'

const Resolution = z.strictObject({
  coins: CoinAmount,
  /** Who gets them; the payer that is known unless given. */
  userId: Id.optional(),
  reason: z.string().trim().min(1).max(MAX_REASON),
  ...actingOperator,
})

const Resolved = z.strictObject({ paymentId: Id, transactionId: Id, coins: CoinAmount })

/** POST /payments/<id>/resolve: an operator says what a payment in suspense was for. */
export const resolvePayment = changeRoute({
  method: 'POST',
  path: '/payments/:id/resolve',
  summary: 'Credits a payment that waits in suspense; needs the scope admin',
  body: Resolution,
  params: z.strictObject({ id: Id }),
  answers: { 200: Resolved },
  run: async ({ body, params, tx, caller, resources, afterCommit }) => {
    const { operator, ...resolution } = body
    const actor = operatorOf(caller, operator, resources.config)
    const taken = await resolveSuspense(tx, resources, { ...resolution, paymentId: params.id, actor })
    afterCommit(async () => resources.wake('notify'))
    const { paymentId, transactionId, coins } = taken
    return { status: 200, body: { paymentId, transactionId, coins } }
  },
})
