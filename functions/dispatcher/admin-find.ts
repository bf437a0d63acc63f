import { findByWords } from '#shared/db/people-admin.ts'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { displayName } from '#shared/domain/names.ts'
import { paymentScreen } from './admin-payments.ts'
import { personScreen } from './admin-person.ts'
import { adminButton, menuButton, type Screen } from './admin-rights.ts'
import type { Chat } from './chat.ts'

/** Whom or what an operator's words name: the person, the payment, a choice, or nothing. */
export const findScreen = async (chat: Chat, words: string): Promise<Screen> => {
  const { people, paymentId } = await findByWords(chat.resources.sql, words)
  const [person, ...others] = people
  if (paymentId !== undefined) return paymentScreen(chat, paymentId)
  if (person && others.length === 0) return personScreen(chat, person.id)
  const again = [adminButton(chat, 'admin-button-find', { screen: 'find' }), menuButton(chat)]
  if (!person) return { text: chat.say('admin-find-none', { words }), keyboard: [again] }
  return {
    text: chat.say('admin-find-many', { count: people.length }),
    keyboard: [
      ...people.map((user) => [
        {
          text: chat.say('admin-button-found', {
            name: displayName(user, chat.person.settings.language),
            telegramId: String(user.telegramId),
          }),
          data: encodeCallback({ kind: 'operator', screen: 'person', id: user.id }),
        },
      ]),
      again,
    ],
  }
}
