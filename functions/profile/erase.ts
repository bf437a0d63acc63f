import { z } from 'zod'
import { erasePerson } from '#shared/db/erasure.ts'
import { getUser } from '#shared/db/users.ts'
import { CoinBalance } from '#shared/domain/coins.ts'
import { AppError } from '#shared/errors.ts'
import { changeRoute } from '#shared/http/route.ts'
import { querySubject, subjectOf } from '#shared/http/subject.ts'
import { finishErasure } from './finish-erasure.ts'

/** DELETE /?userId: everything that names the person goes now; the ledger stays under the pseudonym. */
export const erase = changeRoute({
  method: 'DELETE',
  path: '/',
  summary: 'Erases a person at once: the profile then answers 404, and the coins are lost',
  query: z.strictObject(querySubject),
  answers: { 200: z.strictObject({ erased: z.literal(true), coinsLost: CoinBalance }) },
  run: async ({ query, tx, caller, resources, afterCommit }) => {
    const { id: userId } = await getUser(tx, subjectOf(query))
    const erased = await erasePerson(tx, { userId, actor: caller.id })
    if (!erased) throw new AppError('user_not_found', { detail: 'No such person: erased already.' })
    // told to nobody: whoever asks over HTTP has the answer
    afterCommit(() => finishErasure(resources, erased))
    return { status: 200, body: { erased: true, coinsLost: erased.coinsLost } }
  },
})
