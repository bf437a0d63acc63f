import type { Chat } from './chat.ts'
import { screenButton } from './keyboards.ts'

/** What stays open to somebody whom an operator has blocked: help, the small print, and the rights to one's own data. */
const STAYS_OPEN: ReadonlySet<string> = new Set([
  'paysupport',
  'terms',
  'privacy',
  'export',
  'delete',
  'deletion-confirmed',
])

/** Whether an operator has shut the person out of this; `what` is a command, or what a button means. */
export const isShutOut = ({ person }: Chat, what: string | undefined): boolean =>
  person.user.suspension !== null && (what === undefined || !STAYS_OPEN.has(what))

/** Says that the account is blocked, and where to ask why. */
export const tellShutOut = (chat: Chat): Promise<void> =>
  chat.reply({
    kind: 'text',
    text: chat.say('account-blocked', { contact: chat.resources.tariff.support.contact }),
    keyboard: [[screenButton(chat, 'paysupport')], [screenButton(chat, 'privacy')]],
  })
