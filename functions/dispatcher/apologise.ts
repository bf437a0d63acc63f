import { findUser } from '#shared/db/users.ts'
import { pickLanguage } from '#shared/domain/settings.ts'
import { text } from '#shared/domain/texts/texts.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { TelegramUpdate } from '#shared/telegram/updates.ts'
import { senderOf } from './chat.ts'

/** Who waits for an answer, in a chat of their own; nobody for payments, of which nobody may be told to try again. */
const whoWaits = (update: TelegramUpdate): { id: number; language_code?: string | undefined } | undefined => {
  if (update.kind === 'callback_query') return update.chatId === update.from.id ? update.from : undefined
  if (update.kind !== 'message' || update.chatId !== update.from?.id) return undefined
  const { successful_payment: paid, refunded_payment: refunded } = update.message
  return paid || refunded ? undefined : update.from
}

/**
 * What a person asked for will not be done, however often it is tried: says so, with the number that finds it in the log, instead of leaving them
 * without an answer. Never throws: the update is put aside either way.
 */
export const apologise = async (
  resources: Resources,
  update: TelegramUpdate,
  requestId: string,
): Promise<void> => {
  const who = whoWaits(update)
  if (!who) return
  try {
    const person = await findUser(resources.sql, { telegramId: who.id })
    const language = person?.settings.language ?? pickLanguage(who.language_code)
    const words = text(language, 'something-went-wrong', { requestId })
    await senderOf(resources).send(who.id, { kind: 'text', text: words })
  } catch (error) {
    resources.log.warn({ err: error, updateId: update.updateId }, 'nobody was told of a dead letter')
  }
}
