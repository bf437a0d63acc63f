import { z } from 'zod'
import { writeAudit } from '#shared/db/audit.ts'
import { MAX_REASON } from '#shared/db/operator-task.ts'
import { getUser, setSuspension } from '#shared/db/users.ts'
import { AppError } from '#shared/errors.ts'
import { actingOperator, operatorOf } from '#shared/http/insiders.ts'
import { changeRoute } from '#shared/http/route.ts'
import { bodySubject, Id, subjectOf } from '#shared/http/subject.ts'

const SuspensionRequest = z.strictObject({
  ...bodySubject,
  suspended: z.boolean(),
  /** Kept in the audit log, and for operators beside the account; the chat does not show it to the person. */
  reason: z.string().trim().min(1).max(MAX_REASON),
  ...actingOperator,
})

const Suspended = z.strictObject({ userId: Id, suspended: z.boolean() })

/** POST /suspensions: shuts a person out, or lets them in again. The books stay as they are, and what was paid is credited. */
export const suspendPerson = changeRoute({
  method: 'POST',
  path: '/suspensions',
  summary: "Blocks or unblocks a person's account; needs the scope admin",
  body: SuspensionRequest,
  answers: { 200: Suspended },
  run: async ({ body, tx, caller, resources }) => {
    const { suspended, reason } = body
    const actor = operatorOf(caller, body.operator, resources.config)
    const { id: userId, telegramId } = await getUser(tx, subjectOf(body))
    if (suspended && resources.config.operators?.includes(telegramId)) {
      throw new AppError('conflict', {
        detail: 'An operator cannot be blocked: take them off the list of operators first.',
        extra: { account: 'operator' },
      })
    }
    const at = new Date(resources.clock()).toISOString()
    const personHash = resources.sign('bonus', String(telegramId))
    const changed = await setSuspension(tx, { userId, personHash }, suspended ? { at, reason } : null)
    if (!changed) {
      throw new AppError('conflict', {
        detail: suspended ? 'This account is blocked already.' : 'This account is not blocked.',
        extra: { account: suspended ? 'blocked' : 'open' },
      })
    }
    const action = suspended ? 'account-blocked' : 'account-unblocked'
    await writeAudit(tx, { actor, action, subject: `user:${userId}`, details: { reason } })
    return { status: 200, body: { userId, suspended } }
  },
})
