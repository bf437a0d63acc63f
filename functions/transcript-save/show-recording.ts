import { z } from 'zod'
import { getRecording } from '#shared/db/recordings.ts'
import { getUser } from '#shared/db/users.ts'
import { readRoute } from '#shared/http/route.ts'
import { Id, querySubject, subjectOf } from '#shared/http/subject.ts'
import { RecordingView, viewOfRecording } from './recording-view.ts'

/** GET /recordings/<id>?userId */
export const showRecording = readRoute({
  method: 'GET',
  path: '/recordings/:id',
  summary: 'How far a recording is, and how it ended',
  params: z.strictObject({ id: Id }),
  query: z.strictObject(querySubject),
  answers: { 200: z.strictObject({ recording: RecordingView }) },
  run: async ({ params, query, sql }) => {
    const user = await getUser(sql, subjectOf(query))
    const recording = await getRecording(sql, { userId: user.id, recordingId: params.id })
    return { status: 200, body: { recording: await viewOfRecording(sql, recording) } }
  },
})
