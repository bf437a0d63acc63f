import { type CallbackData, decodeCallback, type Screen } from '#shared/domain/callback-data.ts'
import { classifyTelegramError } from '#shared/telegram/errors.ts'
import type { TelegramCallbackQuery } from '#shared/telegram/updates.ts'
import type { Chat } from './chat.ts'
import { runCommand } from './commands.ts'
import { showTranscript, showTranscripts } from './media-screens.ts'
import { changeLanguage, changeSetting } from './settings-screens.ts'
import { sendInvoice, showHistory } from './wallet-screens.ts'

const COMMAND_OF_SCREEN = {
  balance: 'balance',
  topup: 'topup',
  history: 'history',
  help: 'help',
  avatar: 'avatar',
  transcripts: 'transcripts',
  settings: 'settings',
} as const satisfies Record<Screen, string>

/** Does what a button means; gives the words of its pop-up, if any. */
const press = async (chat: Chat, data: CallbackData, messageId: number): Promise<string | undefined> => {
  switch (data.kind) {
    case 'pack':
      await sendInvoice(chat, data.id)
      return undefined
    case 'history':
      await showHistory(chat, { cursor: data.cursor, messageId })
      return undefined
    case 'menu':
      await runCommand(chat, COMMAND_OF_SCREEN[data.screen])
      return undefined
    case 'language':
      await changeLanguage(chat, data.language)
      return undefined
    case 'transcript':
      await showTranscript(chat, data.id)
      return undefined
    case 'transcripts':
      await showTranscripts(chat, { cursor: data.cursor, messageId })
      return undefined
    case 'setting':
      return changeSetting(chat, data, messageId)
  }
}

/** Takes the waiting circle off the button. A query that is too old for it is no reason to do the work again. */
const acknowledge = async (chat: Chat, id: string, words: string | undefined): Promise<void> => {
  try {
    await chat.resources.telegram.answerCallbackQuery(id, words === undefined ? {} : { text: words })
  } catch (error) {
    chat.resources.log.debug({ kind: classifyTelegramError(error).kind }, 'a button was not acknowledged')
  }
}

/** A pressed inline button. Buttons of older versions, or of messages that are gone, answer politely. */
export const handleCallback = async (chat: Chat, query: TelegramCallbackQuery): Promise<void> => {
  const data = query.data === undefined ? undefined : decodeCallback(query.data)
  const messageId = query.message?.message_id
  if (!data || messageId === undefined) return acknowledge(chat, query.id, chat.say('old-button'))
  let words: string | undefined
  try {
    words = await press(chat, data, messageId)
  } finally {
    await acknowledge(chat, query.id, words)
  }
}
