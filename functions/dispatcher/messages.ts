import { endDialogue } from '#shared/db/dialogues.ts'
import type { TelegramMessage } from '#shared/telegram/updates.ts'
import type { Chat } from './chat.ts'
import { runCommand } from './commands.ts'
import { answerDialogue } from './dialogue.ts'
import { takeFile } from './files.ts'

const isPrivate = (message: TelegramMessage): boolean => message.chat.type === 'private'

/** '/history@kopeika_bot older' -> 'history'; undefined for text that is no command. */
const commandOf = (text: string): string | undefined =>
  /^\/([a-z_]{1,32})(?:@\w+)?(?:\s|$)/i.exec(text)?.[1]?.toLowerCase()

/** One message of a person: a command, a file, or words that we answer with help rather than with silence. */
export const handleMessage = async (chat: Chat, message: TelegramMessage): Promise<void> => {
  if (!isPrivate(message)) {
    // a wallet is nobody else's business: in a group the bot only says where to talk to it
    if (message.text === undefined || commandOf(message.text) === undefined) return
    const { username = '' } = await chat.resources.telegram.getMe()
    if (!message.text.includes(`@${username}`)) return
    return chat.reply({ kind: 'text', text: chat.say('group-hint', { username }) })
  }
  if (message.photo || message.document) return takeFile(chat, message)
  if (message.voice || message.audio || message.video) {
    return chat.reply({ kind: 'text', text: chat.say('voice-not-supported') })
  }
  if (message.text === undefined) return
  const command = commandOf(message.text)
  if (command !== undefined) {
    // who turns to something else is not asked any more; /cancel wants to know whether there was a question
    if (command !== 'cancel') await endDialogue(chat.resources.sql, chat.person.user.id)
    return runCommand(chat, command, message.text.replace(/^\S+\s*/, '').trim())
  }
  if (await answerDialogue(chat, message.text)) return
  await chat.reply({ kind: 'text', text: chat.say('unknown-text') })
}
