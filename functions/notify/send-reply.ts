import { z } from 'zod'
import { findUser } from '#shared/db/users.ts'
import type { Resources } from '#shared/http/resources.ts'
import { outgoingMessageSchema } from '#shared/telegram/outgoing.ts'
import type { Sender } from '#shared/telegram/sender.ts'
import { settleOutcome, type Tally } from './settle-outcome.ts'

/** The payload of a `send_reply` job: an answer of the conversation that Telegram did not take at once. */
const QueuedReply = z.strictObject({ userId: z.uuid(), chatId: z.int(), message: outgoingMessageSchema })

/** Sends a queued answer, as `sendNotice` does; an erased person or one who blocked the bot gets none. */
export const sendReply = async (
  { resources, sender, tally }: { resources: Resources; sender: Sender; tally: Tally },
  payload: unknown,
): Promise<void> => {
  const { userId, chatId, message } = QueuedReply.parse(payload)
  const user = await findUser(resources.sql, { userId })
  if (!user || user.blockedAt) return
  const outcome = await sender.send(chatId, message)
  await settleOutcome({ resources, tally, outcome, kind: 'reply', user })
}
