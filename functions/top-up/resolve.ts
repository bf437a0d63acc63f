import { z } from 'zod'
import { CoinAmount } from '#shared/domain/coins.ts'
import { AppError } from '#shared/errors.ts'
import { changeRoute } from '#shared/http/route.ts'
import { Id } from '#shared/http/subject.ts'
import { resolveSuspense } from '#shared/money/suspense.ts'

const Resolution = z.strictObject({
  coins: CoinAmount,
  /** Who gets them; the payer that is known unless given. */
  userId: Id.optional(),
  reason: z.string().trim().min(1).max(500),
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
    if (!caller.scopes.has('admin')) {
      throw new AppError('forbidden', { detail: `The client ${caller.id} lacks the scope admin.` })
    }
    const taken = await resolveSuspense(tx, resources, { ...body, paymentId: params.id, actor: caller.id })
    afterCommit(async () => resources.wake('notify'))
    const { paymentId, transactionId, coins } = taken
    return { status: 200, body: { paymentId, transactionId, coins } }
  },
})
