import { endDialogue } from '#shared/db/dialogues.ts'
import type { OperatorButton } from '#shared/domain/callback-operator.ts'
import { confirmTask } from './admin-deeds.ts'
import { askFind, showMenu } from './admin-menu.ts'
import { paymentScreen, suspenseScreen } from './admin-payments.ts'
import { historyScreen, paymentsScreen, personScreen } from './admin-person.ts'
import { isOperator, type Screen, show } from './admin-rights.ts'
import { runNow, statusScreen } from './admin-status.ts'
import { beginRefund, beginResolve, beginTask } from './admin-tasks.ts'
import { replayUpdate, updateScreen, updatesScreen } from './admin-updates.ts'
import type { Chat } from './chat.ts'

/** Buttons that begin something, or do it; gives the words of the pop-up. */
const begin = async (chat: Chat, button: OperatorButton, messageId: number): Promise<string | undefined> => {
  switch (button.screen) {
    case 'menu':
      await endDialogue(chat.resources.sql, chat.person.user.id)
      await showMenu(chat, messageId)
      return undefined
    case 'find':
      await askFind(chat)
      return undefined
    case 'credit':
    case 'debit':
    case 'block':
    case 'unblock':
      await beginTask(chat, { action: button.screen, subject: button.id })
      return undefined
    case 'refund':
      await beginRefund(chat, button.id)
      return undefined
    case 'resolve':
    case 'resolve-to':
      await beginResolve(chat, button.id, { isForPayer: button.screen === 'resolve' })
      return undefined
    case 'discard':
      await beginTask(chat, { action: 'discard', subject: String(button.number) })
      return undefined
    case 'confirm':
      return confirmTask(chat, button.number, messageId)
    case 'run-reconcile':
    case 'run-backup':
    case 'run-check':
      return runNow(chat, button.screen)
    default:
      return undefined
  }
}

/** The screen that a button opens in place of its message; undefined for buttons that do something. */
const screenOf = (chat: Chat, button: OperatorButton): Promise<Screen> | undefined => {
  switch (button.screen) {
    case 'person':
      return personScreen(chat, button.id)
    case 'history':
      return historyScreen(chat, button)
    case 'payments':
      return paymentsScreen(chat, button.id)
    case 'payment':
      return paymentScreen(chat, button.id)
    case 'suspense':
      return suspenseScreen(chat)
    case 'dead-letters':
      return updatesScreen(chat)
    case 'update':
      return updateScreen(chat, button.number)
    case 'replay':
      return replayUpdate(chat, button.number)
    case 'status':
      return statusScreen(chat)
    default:
      return undefined
  }
}

/** A button of the operator's side; gives the words of the pop-up. In other hands it is a button of nobody's. */
export const pressOperator = async (
  chat: Chat,
  button: OperatorButton,
  messageId: number,
): Promise<string | undefined> => {
  if (!isOperator(chat)) return chat.say('old-button')
  const screen = await screenOf(chat, button)
  if (!screen) return begin(chat, button, messageId)
  // who turns to something else is not asked any more
  await endDialogue(chat.resources.sql, chat.person.user.id)
  await show(chat, screen, messageId)
  return undefined
}
