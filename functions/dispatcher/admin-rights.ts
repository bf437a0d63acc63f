import { writeAudit } from '#shared/db/audit.ts'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import type { OperatorButton } from '#shared/domain/callback-operator.ts'
import type { MessageArguments, MessageId } from '#shared/domain/texts/catalogue.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import type { Chat } from './chat.ts'

/** Whether an operator speaks, in their own private chat: what is answered is nobody else's business. Asked anew for each update. */
export const isOperator = ({ resources, person, chatId }: Chat): boolean =>
  chatId === person.user.telegramId && resources.config.operators?.includes(chatId) === true

/** How ledger and audit log name the operator who speaks. */
export const actorOf = ({ person }: Chat): string => `operator:${person.user.telegramId}`

/** Who looked at whom, or at what. */
export const noteView = ({ resources, ...chat }: Chat, subject: string, what: string): Promise<void> =>
  writeAudit(resources.sql, {
    actor: actorOf({ resources, ...chat }),
    action: 'viewed',
    subject,
    details: { what, updateId: chat.updateId },
  })

type ButtonId = Extract<MessageId, `admin-button-${string}`>

/** A button without arguments in its words. */
export const adminButton = (
  chat: Chat,
  id: Exclude<ButtonId, 'admin-button-found' | 'admin-button-payment' | 'admin-button-update'>,
  button: OperatorButton,
): Keyboard[number][number] => ({
  text: chat.say(id),
  data: encodeCallback({ kind: 'operator', ...button }),
})

export const menuButton = (chat: Chat): Keyboard[number][number] =>
  adminButton(chat, 'admin-button-menu', { screen: 'menu' })

export const personButton = (chat: Chat, userId: string): Keyboard[number][number] =>
  adminButton(chat, 'admin-button-person', { screen: 'person', id: userId })

/** What a screen shows; in the place of the message whose button led to it, where there is one. */
export type Screen = { text: string; keyboard: Keyboard }

/** Why not, with the way back to the menu. */
export const refused = (chat: Chat, reason: MessageArguments<'admin-refused'>['reason']): Screen => ({
  text: chat.say('admin-refused', { reason }),
  keyboard: [[menuButton(chat)]],
})

/** Shows a screen. What it says of people is never written down for later: an update that cannot be answered now comes again. */
export const show = (chat: Chat, screen: Screen, messageId: number | undefined): Promise<void> =>
  chat.reply(messageId === undefined ? { kind: 'text', ...screen } : { kind: 'edit', messageId, ...screen }, {
    isPrivate: true,
  })
