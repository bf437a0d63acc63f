import type { OutgoingMessage } from '#shared/telegram/outgoing.ts'
import type { Chat } from './chat.ts'

/** A message of ours whose button was pressed. */
export type Place = { messageId: number; isPhoto: boolean }

/** Undefined for what takes no other's place: answers to a message, invoices, files, keyboards. */
const asEdit = (message: OutgoingMessage, { messageId, isPhoto }: Place): OutgoingMessage | undefined => {
  if (message.kind === 'text' && !isPhoto) {
    const { text, keyboard } = message
    return { kind: 'edit', messageId, text, keyboard }
  }
  if (message.kind === 'photo' && isPhoto && message.bytes !== undefined) {
    const { bytes, caption, keyboard } = message
    return { kind: 'edit-photo', messageId, bytes, caption, keyboard }
  }
  return undefined
}

const isScreen = (message: OutgoingMessage): boolean =>
  message.kind === 'photo' ||
  (message.kind === 'text' && message.menu === undefined && message.replyTo === undefined)

/**
 * The chat for a press of a button: the first screen that is shown takes the place of the message with the button, so that screens do not pile
 * up. Telegram makes no photo of words, nor words of a photo: there the new message comes first, and the old one goes.
 */
export const inPlaceOf = (chat: Chat, place: Place): Chat => {
  let isTaken = false
  return {
    ...chat,
    reply: async (message, options) => {
      if (isTaken || !isScreen(message)) return chat.reply(message, options)
      isTaken = true
      const edit = asEdit(message, place)
      if (edit) return chat.reply(edit, options)
      await chat.reply(message, options)
      await chat.reply({ kind: 'remove', messageId: place.messageId })
    },
  }
}
