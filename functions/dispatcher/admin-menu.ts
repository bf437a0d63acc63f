import { setDialogue } from '#shared/db/dialogues.ts'
import { readQueues } from '#shared/db/health-admin.ts'
import type { RepliedMessage } from '#shared/telegram/updates.ts'
import { findScreen } from './admin-find.ts'
import { adminButton, menuButton, type Screen, show } from './admin-rights.ts'
import type { Chat } from './chat.ts'
import { cancelButton } from './transcript-words.ts'

/** The operator's menu, with what waits for a hand. */
export const showMenu = async (chat: Chat, messageId?: number): Promise<void> => {
  const { paymentsSuspended, updatesDead } = await readQueues(chat.resources.sql)
  const screen: Screen = {
    text: chat.say('admin-menu', { suspense: paymentsSuspended, deadLetters: updatesDead }),
    keyboard: [
      [adminButton(chat, 'admin-button-find', { screen: 'find' })],
      [adminButton(chat, 'admin-button-suspense', { screen: 'suspense' })],
      [adminButton(chat, 'admin-button-dead-letters', { screen: 'dead-letters' })],
      [adminButton(chat, 'admin-button-status', { screen: 'status' })],
    ],
  }
  await show(chat, screen, messageId)
}

/** Asks whom to look for; the next words are the answer. */
export const askFind = async (chat: Chat): Promise<void> => {
  await setDialogue(chat.resources.sql, chat.person.user.id, {
    kind: 'operator',
    task: { action: 'find', step: chat.updateId },
    askedAt: chat.resources.clock(),
  })
  await chat.reply({ kind: 'text', text: chat.say('admin-find-ask'), keyboard: [[cancelButton(chat)]] })
}

/** Who wrote a forwarded message (Bot API, MessageOrigin); null where Telegram does not say, undefined for one that was not forwarded. */
const authorOf = (replied: RepliedMessage): number | null | undefined => {
  const origin = replied.forward_origin
  if (typeof origin !== 'object' || origin === null) return undefined
  const sender: unknown = 'sender_user' in origin ? origin.sender_user : undefined
  if (typeof sender !== 'object' || sender === null || !('id' in sender)) return null
  return Number.isSafeInteger(sender.id) ? Number(sender.id) : null
}

/** The command: alone the menu; with words, or in answer to a forwarded message, what they name. */
export const showAdmin = async (
  chat: Chat,
  words: string,
  replied: RepliedMessage | undefined,
): Promise<void> => {
  if (words !== '') return show(chat, await findScreen(chat, words), undefined)
  const author = replied && authorOf(replied)
  if (author === undefined) return showMenu(chat)
  const screen =
    author === null
      ? { text: chat.say('admin-find-hidden'), keyboard: [[menuButton(chat)]] }
      : await findScreen(chat, String(author))
  await show(chat, screen, undefined)
}
