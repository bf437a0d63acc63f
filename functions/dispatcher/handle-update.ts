import { setBlocked } from '#shared/db/users.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { Sender } from '#shared/telegram/registration.ts'
import type { TelegramUpdate } from '#shared/telegram/updates.ts'
import { handleCallback } from './callbacks.ts'
import { type Chat, openChat } from './chat.ts'
import { explainRefusal } from './explain-refusal.ts'
import { answerInGroup } from './groups.ts'
import { handleMessage } from './messages.ts'
import { onceIn } from './once-in.ts'
import { creditPayment, reversePayment } from './payments.ts'
import { meetPerson } from './person.ts'
import { answerPreCheckout } from './pre-checkout.ts'
import { goOn, tellOfTerms } from './privacy-terms.ts'
import { answerEdit } from './unknown-input.ts'

/** An update that is kept for an operator instead of being handled. */
export class PutAside extends Error {
  override name = 'PutAside' as const
}

type Incoming = { resources: Resources; update: TelegramUpdate; requestId: string; signal: AbortSignal }

/** A person who sends too much is told so once in this time, and otherwise not answered. */
const isTimeToTell = onceIn(10_000)

/** Runs one turn of the conversation, within the person's rate limit; what cannot be done is explained in the chat. */
const converse = async (
  incoming: Incoming,
  sender: Sender,
  chatId: number,
  turn: (chat: Chat) => Promise<void>,
): Promise<void> => {
  const { resources, update, requestId, signal } = incoming
  const { updateId } = update
  const decision = await resources.limiter('chat').limit(String(sender.id))
  const person = await meetPerson(resources, sender, { updateId, requestId, signal })
  const chat = openChat({ resources, person, chatId, updateId, requestId, signal })
  if (!decision.allowed) {
    resources.metrics.rateLimited.inc({ limit: 'chat' })
    if (!isTimeToTell(chat.person.user.telegramId, resources.clock())) return
    const seconds = decision.retryAfterSeconds
    return chat.reply({ kind: 'text', text: chat.say('rate-limited', { seconds }) })
  }
  try {
    const before = await goOn(chat)
    await turn(chat)
    await tellOfTerms(chat, before)
  } catch (error) {
    const explanation = explainRefusal(chat, error)
    if (!explanation) throw error
    await chat.reply(explanation)
  }
}

const isPerson = (sender: (Sender & { is_bot?: boolean | undefined }) | undefined): sender is Sender =>
  sender !== undefined && sender.is_bot !== true

/**
 * Gives one update its effect. Safe to repeat: every change is made under a key derived from the update. The signal ends calls of other
 * functions: whoever works on after the deadline would still be at it when the claim runs out and the next delivery begins.
 * @throws AppError or any error when the update must be delivered again; PutAside when an operator must look at it
 */
export const handleUpdate = async (incoming: Incoming): Promise<void> => {
  const { update, resources } = incoming
  switch (update.kind) {
    case 'message': {
      const { message } = update
      if (message.successful_payment) return creditPayment(incoming, message)
      if (message.refunded_payment) return reversePayment(incoming, message)
      // channel posts and anonymous admins have no person to open an account for
      if (!isPerson(message.from)) return
      if (message.chat.type !== 'private') return answerInGroup(resources, message.from, message)
      return converse(incoming, message.from, message.chat.id, (chat) => handleMessage(chat, message))
    }
    case 'edited_message': {
      const { message } = update
      if (!isPerson(message.from) || message.chat.type !== 'private') return
      return converse(incoming, message.from, message.chat.id, (chat) => answerEdit(chat, message))
    }
    case 'callback_query': {
      const { callbackQuery } = update
      const chatId = update.chatId ?? callbackQuery.from.id
      return converse(incoming, callbackQuery.from, chatId, (chat) => handleCallback(chat, callbackQuery))
    }
    case 'pre_checkout_query':
      return answerPreCheckout(incoming, update.preCheckoutQuery)
    case 'my_chat_member': {
      // in a private chat the chat's id is the person's; elsewhere nobody has blocked us
      if (update.chatId === update.from.id)
        await setBlocked(resources.sql, update.chatId, update.status === 'kicked')
      return
    }
    case 'malformed':
      throw new PutAside(`An update of a known kind with an unknown shape: ${update.problem}`)
    case 'unknown':
      return
  }
}
