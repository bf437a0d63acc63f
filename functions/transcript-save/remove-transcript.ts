import { z } from 'zod'
import { deleteTranscript } from '#shared/db/transcripts.ts'
import { getUser } from '#shared/db/users.ts'
import { changeRoute } from '#shared/http/route.ts'
import { bucketOf } from '#shared/http/stored-objects.ts'
import { Id, querySubject, subjectOf } from '#shared/http/subject.ts'

/** DELETE /<id>?userId: the row goes now, its object by a job after the commit. */
export const removeTranscript = changeRoute({
  method: 'DELETE',
  path: '/:id',
  summary: 'Deletes a transcript',
  query: z.strictObject(querySubject),
  params: z.strictObject({ id: Id }),
  answers: { 200: z.strictObject({ deleted: z.literal(true) }) },
  run: async ({ query, params, tx, resources, afterCommit }) => {
    const user = await getUser(tx, subjectOf(query))
    const bucket = bucketOf(resources, 'transcripts')
    await deleteTranscript(tx, { userId: user.id, transcriptId: params.id, bucket })
    afterCommit(async () => resources.wake('notify'))
    return { status: 200, body: { deleted: true } }
  },
})
