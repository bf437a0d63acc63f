import type { OperatorTask } from '#shared/db/operator-task.ts'
import { findUser, type User } from '#shared/db/users.ts'
import { findPayment, leftOf } from './admin-payments.ts'
import { nameOf } from './admin-person.ts'
import { adminButton, refused, type Screen } from './admin-rights.ts'
import type { Chat } from './chat.ts'
import { priceOf } from './money-words.ts'
import { cancelButton } from './transcript-words.ts'

const findPerson = (chat: Chat, userId: string | null | undefined): Promise<User | undefined> =>
  userId === null || userId === undefined
    ? Promise.resolve(undefined)
    : findUser(chat.resources.sql, { userId })

/** Everything about the person whom it hits: nobody is mistaken for somebody of the same name. */
const wordsForPerson = (chat: Chat, user: User, { action, coins = 0, reason = '' }: OperatorTask): string => {
  const who = { name: nameOf(chat, user), telegramId: String(user.telegramId), reason }
  if (action === 'block' || action === 'unblock') return chat.say('admin-confirm-access', { action, ...who })
  return chat.say('admin-confirm-coins', {
    action: action === 'debit' ? 'debit' : 'credit',
    coins,
    ...who,
  })
}

type Words = { text: string } | { refused: 'person-gone' | 'payment-gone' | 'nothing-left' }

const wordsForRefund = async (
  chat: Chat,
  { subject = '', amount = 0, reason = '' }: OperatorTask,
): Promise<Words> => {
  const payment = await findPayment(chat, subject)
  if (!payment) return { refused: 'payment-gone' }
  const left = leftOf(payment)
  if (left.amount === 0) return { refused: 'nothing-left' }
  const user = await findPerson(chat, payment.userId)
  const text = chat.say('admin-confirm-refund', {
    amount: priceOf(chat, { currency: payment.currency, amount }),
    coins: left.coins,
    name: user ? nameOf(chat, user) : null,
    reason,
    paymentId: subject,
  })
  return { text }
}

const wordsForResolve = async (
  chat: Chat,
  { subject = '', payee, coins = 0, reason = '' }: OperatorTask,
): Promise<Words> => {
  const payment = await findPayment(chat, subject)
  if (!payment) return { refused: 'payment-gone' }
  const user = await findPerson(chat, payee)
  if (!user) return { refused: 'person-gone' }
  const text = chat.say('admin-confirm-resolve', {
    amount: priceOf(chat, payment),
    coins,
    name: `${nameOf(chat, user)} · ${user.telegramId}`,
    reason,
    paymentId: subject,
  })
  return { text }
}

const wordsOf = async (chat: Chat, task: OperatorTask): Promise<Words> => {
  const { action, subject = '', reason = '' } = task
  if (action === 'refund') return wordsForRefund(chat, task)
  if (action === 'resolve') return wordsForResolve(chat, task)
  if (action === 'discard') return { text: chat.say('admin-confirm-discard', { updateId: subject, reason }) }
  const user = await findPerson(chat, subject)
  return user ? { text: wordsForPerson(chat, user, task) } : { refused: 'person-gone' }
}

/** The last question, which names all that is about to be done; its button carries the update that made the task complete. */
export const confirmScreen = async (chat: Chat, task: OperatorTask): Promise<Screen> => {
  const words = await wordsOf(chat, task)
  if ('refused' in words) return refused(chat, words.refused)
  return {
    text: words.text,
    keyboard: [
      [adminButton(chat, 'admin-button-confirm', { screen: 'confirm', number: task.step })],
      [cancelButton(chat)],
    ],
  }
}
