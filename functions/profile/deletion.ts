import { z } from 'zod'
import { writeAudit } from '#shared/db/audit.ts'
import { requestDeletion, undoDeletion } from '#shared/db/deletions.ts'
import { lockPerson } from '#shared/db/person-lock.ts'
import { getUser } from '#shared/db/users.ts'
import { changeRoute } from '#shared/http/route.ts'
import { bodySubject, querySubject, subjectOf } from '#shared/http/subject.ts'

/** An erasure that waits, as the profile shows it. */
export const DeletionView = z
  .strictObject({ eraseAt: z.iso.datetime() })
  .meta({ id: 'Deletion', description: 'When the person will be erased, unless it is undone before' })

/** POST /deletion: the erasure is to come when the grace period is over; asked for again, the first day stays. */
export const askDeletion = changeRoute({
  method: 'POST',
  path: '/deletion',
  summary: 'Asks for the erasure of a person after the grace period, in which it can be undone',
  body: z.strictObject(bodySubject),
  answers: { 200: DeletionView },
  run: async ({ body, tx, caller, resources, afterCommit }) => {
    const { id: userId } = await getUser(tx, subjectOf(body))
    await lockPerson(tx, userId)
    const { graceDays } = resources.tariff.deletion
    const { eraseAt, isNew } = await requestDeletion(tx, { userId, graceDays, actor: caller.id })
    if (isNew)
      await writeAudit(tx, {
        actor: caller.id,
        action: 'deletion-requested',
        subject: `user:${userId}`,
        details: { eraseAt: eraseAt.toISOString() },
      })
    // without a grace period it begins at once
    if (graceDays === 0) afterCommit(async () => resources.wake(resources.config.functionName))
    return { status: 200, body: { eraseAt: eraseAt.toISOString() } }
  },
})

/** DELETE /deletion?userId: everything stays as it is. */
export const takeBackDeletion = changeRoute({
  method: 'DELETE',
  path: '/deletion',
  summary: 'Undoes the request for erasure; says whether one was waiting',
  query: z.strictObject(querySubject),
  answers: { 200: z.strictObject({ undone: z.boolean() }) },
  run: async ({ query, tx, caller }) => {
    const { id: userId } = await getUser(tx, subjectOf(query))
    await lockPerson(tx, userId)
    const undone = await undoDeletion(tx, userId)
    if (undone)
      await writeAudit(tx, { actor: caller.id, action: 'deletion-undone', subject: `user:${userId}` })
    return { status: 200, body: { undone } }
  },
})
