import { z } from 'zod'
import type { Subject } from '#shared/db/users.ts'
import { invalidInput } from '#shared/errors.ts'

/** Telegram ids are positive JSON integers of at most 52 bits (Bot API, `User.id`). */
export const TelegramId = z
  .int()
  .positive()
  .max(2 ** 52)
  .meta({ id: 'TelegramId', description: "Telegram's id of a person" })

/** Our ids are uuids (version 7). */
export const Id = z.uuid().meta({ id: 'Id' })

/** The two ways of naming a person in a JSON body: exactly one is given. */
export const bodySubject = { userId: Id.optional(), telegramId: TelegramId.optional() }

/** The same in a query, where everything is text. */
export const querySubject = {
  userId: Id.optional(),
  telegramId: z
    .string()
    .regex(/^[1-9]\d{0,15}$/, 'must be a positive integer')
    .transform(Number)
    .pipe(TelegramId)
    .optional(),
}

/** @throws AppError invalid_input unless exactly one of userId and telegramId is given */
export const subjectOf = (input: {
  userId?: string | undefined
  telegramId?: number | undefined
}): Subject => {
  if (input.userId !== undefined && input.telegramId === undefined) return { userId: input.userId }
  if (input.telegramId !== undefined && input.userId === undefined) return { telegramId: input.telegramId }
  throw invalidInput('Name the person by userId or by telegramId, one of them.', [
    { path: 'userId', message: input.userId === undefined ? 'is missing' : 'stands beside telegramId' },
  ])
}
