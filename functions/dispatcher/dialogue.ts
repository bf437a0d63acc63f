import { type Dialogue, endDialogue, findDialogue, markAnswered } from '#shared/db/dialogues.ts'
import { AppError } from '#shared/errors.ts'
import type { OutgoingMessage } from '#shared/telegram/outgoing.ts'
import { takeOperatorWords } from './admin-tasks.ts'
import type { Chat } from './chat.ts'
import { takeSetting } from './setting-answers.ts'
import { isTextRefused, takeText } from './text-offers.ts'
import { takeTitle } from './transcript-actions.ts'
import { findWords } from './transcript-search.ts'

/** What to say to an answer, and whether the question waits on. */
export type Answered = { reply: Extract<OutgoingMessage, { kind: 'text' }>; isDone: boolean }

const answer = (chat: Chat, dialogue: Dialogue, words: string): Promise<Answered> => {
  switch (dialogue.kind) {
    case 'rename-transcript':
      return takeTitle(chat, dialogue.transcriptId, words)
    case 'search-transcripts':
      return findWords(chat, words)
    case 'keep-text':
      return takeText(chat, words)
    case 'change-setting':
      return takeSetting(chat, dialogue.setting, words)
    case 'operator':
      return takeOperatorWords(chat, dialogue, words)
  }
}

/**
 * Takes words as the answer to a question of ours, if one waits. The question is kept until the effect was confirmed in the chat: an update
 * that is delivered again finds it, and what was typed is not lost; words of another update are no answer to it any more.
 */
export const answerDialogue = async (chat: Chat, words: string): Promise<boolean> => {
  const { sql, clock } = chat.resources
  const { updateId } = chat
  const userId = chat.person.user.id
  const dialogue = await findDialogue(sql, userId, { updateId, now: clock() })
  if (!dialogue) return false
  try {
    const { reply, isDone } = await answer(chat, dialogue, words)
    if (isDone) await markAnswered(sql, userId, { dialogue, updateId })
    await chat.reply(reply, { isPrivate: true })
    if (isDone) await endDialogue(sql, userId, dialogue)
  } catch (error) {
    // nothing is left to give a title to
    const isGone = error instanceof AppError && error.code === 'transcript_not_found'
    if (isGone || (dialogue.kind === 'keep-text' && isTextRefused(error)))
      await endDialogue(sql, userId, dialogue)
    throw error
  }
  return true
}
