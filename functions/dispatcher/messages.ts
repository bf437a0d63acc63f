import { endDialogue } from '#shared/db/dialogues.ts'
import type { RepliedMessage, TelegramMessage } from '#shared/telegram/updates.ts'
import type { Chat } from './chat.ts'
import { runCommand } from './commands.ts'
import { answerDialogue } from './dialogue.ts'
import { takeFile } from './files.ts'
import { askText, keepText, offerText } from './text-offers.ts'

const isPrivate = (message: TelegramMessage): boolean => message.chat.type === 'private'

/** '/history@kopeika_bot older' -> 'history'; undefined for text that is no command. */
const commandOf = (text: string): string | undefined =>
  /^\/([a-z_]{1,32})(?:@\w+)?(?:\s|$)/i.exec(text)?.[1]?.toLowerCase()

const isFile = ({ photo, document, voice, audio, video, video_note: note }: RepliedMessage): boolean =>
  [photo, document, voice, audio, video, note].some((file) => file !== undefined)

/** /transcript in answer to a message: its words, or its recording or document as if it were sent now. */
const keepReplied = (chat: Chat, replied: RepliedMessage): Promise<void> => {
  if (replied.text !== undefined) return keepText(chat, replied.text)
  return isFile(replied) && !replied.photo ? takeFile(chat, replied) : askText(chat)
}

/** One message of a person: a command, a file, or words that we answer with help rather than with silence. */
export const handleMessage = async (chat: Chat, message: TelegramMessage): Promise<void> => {
  if (!isPrivate(message)) {
    // a wallet is nobody else's business: in a group the bot only says where to talk to it
    if (message.text === undefined || commandOf(message.text) === undefined) return
    const { username = '' } = await chat.resources.telegram.getMe()
    if (!message.text.includes(`@${username}`)) return
    return chat.reply({ kind: 'text', text: chat.say('group-hint', { username }) })
  }
  if (message.text === undefined) {
    // what is written after a file is no answer to a question from before it
    if (isFile(message)) await endDialogue(chat.resources.sql, chat.person.user.id)
    return takeFile(chat, message)
  }
  const command = commandOf(message.text)
  if (command !== undefined) {
    // who turns to something else is not asked any more; /cancel wants to know whether there was a question
    if (command !== 'cancel') await endDialogue(chat.resources.sql, chat.person.user.id)
    const argument = message.text.replace(/^\S+\s*/, '').trim()
    if (command === 'transcript' && argument === '' && message.reply_to_message)
      return keepReplied(chat, message.reply_to_message)
    return runCommand(chat, command, argument)
  }
  if (await answerDialogue(chat, message.text)) return
  if (await offerText(chat, message)) return
  await chat.reply({ kind: 'text', text: chat.say('unknown-text') })
}
