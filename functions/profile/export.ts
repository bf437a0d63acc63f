import { z } from 'zod'
import { getUser } from '#shared/db/users.ts'
import { AppError } from '#shared/errors.ts'
import { limitPerson } from '#shared/http/limit-person.ts'
import { readRoute } from '#shared/http/route.ts'
import { querySubject, subjectOf } from '#shared/http/subject.ts'
import { inTurn, makeOneArchive } from './export-archive.ts'

/** An answer is held in memory as a whole: what is larger comes in parts, through the chat. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

/**
 * GET /export?userId: made for this answer, and kept nowhere. It holds what no other program may read through this function: the texts in the
 * clear, and pictures that are shown to nobody.
 */
export const readExport = readRoute({
  method: 'GET',
  path: '/export',
  summary:
    'Everything held about a person as a zip archive (application/zip), of at most about 32 MB; needs the scope admin',
  query: z.strictObject(querySubject),
  answers: { 200: z.string().meta({ format: 'binary' }) },
  run: async ({ query, sql, caller, resources, signal }) => {
    if (!caller.internal && !caller.scopes.has('admin'))
      throw new AppError('forbidden', { detail: `The client ${caller.id} lacks the scope admin.` })
    const user = await getUser(sql, subjectOf(query))
    // as for POST /exports: one after the other they would keep everybody else waiting
    await limitPerson(resources, 'uploads', user.id)
    const body = await inTurn(resources, async () => {
      signal.throwIfAborted()
      return makeOneArchive({ resources, user, partBytes: MAX_ANSWER_BYTES, signal })
    })
    const day = new Date(resources.clock()).toISOString().slice(0, 10)
    return {
      status: 200,
      headers: {
        'content-type': 'application/zip',
        'content-disposition': `attachment; filename="kopeika-${day}.zip"`,
      },
      body,
    }
  },
})
