import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { enqueueNotice, PRIORITY } from '#shared/db/jobs.ts'
import { getUser } from '#shared/db/users.ts'
import { changeRoute } from '#shared/http/route.ts'
import { Id, subjectOf } from '#shared/http/subject.ts'
import { MessageRequest } from './notices.ts'

/** POST /messages: 202, the message goes out as soon as Telegram's limits allow; a person who switched its kind off gets none. */
export const queueMessage = changeRoute({
  method: 'POST',
  path: '/messages',
  summary: 'Queues a message to a person, in the words and the language of the person',
  body: MessageRequest,
  answers: { 202: z.strictObject({ messageId: Id }) },
  run: async ({ body, tx, resources, afterCommit }) => {
    const user = await getUser(tx, subjectOf(body))
    const messageId = randomUUID()
    await enqueueNotice(
      tx,
      { userId: user.id, kind: body.kind, params: definedOf(body.params) },
      { priority: PRIORITY.reply, jobKey: `message:${messageId}` },
    )
    afterCommit(async () => resources.wake('notify'))
    return { status: 202, body: { messageId } }
  },
})

type Param = string | number | boolean | null

const definedOf = (params: Record<string, Param | undefined>): Record<string, Param> =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
