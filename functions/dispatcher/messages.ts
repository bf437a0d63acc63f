import { endDialogue } from '#shared/db/dialogues.ts'
import type { RepliedMessage, TelegramMessage } from '#shared/telegram/updates.ts'
import { showAdmin } from './admin-menu.ts'
import { isOperator } from './admin-rights.ts'
import type { Chat } from './chat.ts'
import { runCommand, showScreen } from './commands.ts'
import { answerDialogue } from './dialogue.ts'
import { takeFile } from './files.ts'
import { screenOfLabel } from './keyboards.ts'
import { isShutOut, tellShutOut } from './shut-out.ts'
import { askText, keepText, offerText } from './text-offers.ts'
import { answerUnknown } from './unknown-input.ts'

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

/** One message of a person in private: a command, a tap on the menu, a file, or what we answer with help rather than with silence. */
export const handleMessage = async (chat: Chat, message: TelegramMessage): Promise<void> => {
  const command = message.text === undefined ? undefined : commandOf(message.text)
  if (isShutOut(chat, command)) return tellShutOut(chat)
  if (message.text === undefined) {
    // what is written after a file is no answer to a question from before it
    if (!isFile(message)) return answerUnknown(chat, message)
    await endDialogue(chat.resources.sql, chat.person.user.id)
    return takeFile(chat, message)
  }
  if (command !== undefined) {
    // who turns to something else is not asked any more; /cancel wants to know whether there was a question
    if (command !== 'cancel') await endDialogue(chat.resources.sql, chat.person.user.id)
    const argument = message.text.replace(/^\S+\s*/, '').trim()
    if (command === 'transcript' && argument === '' && message.reply_to_message)
      return keepReplied(chat, message.reply_to_message)
    // in nobody else's hands is it a command
    if (command === 'admin' && isOperator(chat)) return showAdmin(chat, argument, message.reply_to_message)
    return runCommand(chat, command, argument)
  }
  const tapped = screenOfLabel(message.text)
  if (tapped !== undefined) {
    await endDialogue(chat.resources.sql, chat.person.user.id)
    return showScreen(chat, tapped)
  }
  if (await answerDialogue(chat, message.text)) return
  const named = screenOfLabel(message.text, { isLoose: true })
  if (named !== undefined) return showScreen(chat, named)
  if (await offerText(chat, message)) return
  await chat.reply({ kind: 'text', text: chat.say('unknown-text') })
}
