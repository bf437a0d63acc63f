import { z } from 'zod'
import { endDialogue, setDialogue } from '#shared/db/dialogues.ts'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { fileNameOf } from '#shared/domain/transcript/file-name.ts'
import { AppError } from '#shared/errors.ts'
import { type FileFormat, writeTranscriptFile } from '#shared/platform/transcript-file.ts'
import type { Chat } from './chat.ts'
import type { Answered } from './dialogue.ts'
import { screenButton } from './keyboards.ts'
import { cancelButton, openButton, readTranscript, Transcript } from './transcript-words.ts'

const Renamed = z.looseObject({ transcript: Transcript })
const Deleted = z.looseObject({ deleted: z.literal(true) })

/** Sends a transcript as a document. */
export const sendTranscriptFile = async (chat: Chat, id: string, format: FileFormat): Promise<void> => {
  const { transcript, ...content } = await readTranscript(chat, id)
  const title = transcript.title ?? ''
  const { body } = await writeTranscriptFile(title, content, format)
  await chat.reply(
    {
      kind: 'document',
      filename: `${fileNameOf(title) || 'transcript'}.${format}`,
      bytes: Buffer.from(body).toString('base64'),
      caption: chat.say('transcript-file', { title }),
    },
    { isPrivate: true },
  )
}

/** Asks for another title; the next words are the answer. */
export const askTitle = async (chat: Chat, id: string): Promise<void> => {
  const { transcript } = await readTranscript(chat, id)
  await setDialogue(chat.resources.sql, chat.person.user.id, {
    kind: 'rename-transcript',
    transcriptId: id,
    askedAt: chat.resources.clock(),
  })
  await chat.reply(
    {
      kind: 'text',
      text: chat.say('transcript-rename-ask', { title: transcript.title ?? '…' }),
      keyboard: [[cancelButton(chat)]],
    },
    { isPrivate: true },
  )
}

/** The words that answered `askTitle`. A title that cannot be is asked for again. @throws AppError transcript_not_found */
export const takeTitle = async (chat: Chat, id: string, title: string): Promise<Answered> => {
  const path = `/${id}?userId=${chat.person.user.id}`
  try {
    const { transcript } = await chat.call(
      { functionName: 'transcript-save', method: 'PATCH', path, body: { title } },
      Renamed,
    )
    const text = chat.say('transcript-renamed', { title: transcript.title ?? title })
    const keyboard = [
      [openButton(chat, transcript)],
      [screenButton(chat, 'transcripts'), screenButton(chat, 'menu')],
    ]
    return { reply: { kind: 'text', text, keyboard }, isDone: true }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_input') throw error
    const text = chat.say('transcript-title-wrong')
    return { reply: { kind: 'text', text, keyboard: [[cancelButton(chat)]] }, isDone: false }
  }
}

/** Asks once more before a transcript is gone for good. */
export const askDeleteTranscript = async (chat: Chat, id: string): Promise<void> => {
  const { transcript } = await readTranscript(chat, id)
  await chat.reply(
    {
      kind: 'text',
      text: chat.say('transcript-delete-ask', { title: transcript.title ?? '…' }),
      keyboard: [
        [
          {
            text: chat.say('transcript-button-delete-yes'),
            data: encodeCallback({ kind: 'transcript-delete-confirmed', id }),
          },
          { text: chat.say('transcript-button-keep'), data: encodeCallback({ kind: 'transcripts' }) },
        ],
      ],
    },
    { isPrivate: true },
  )
}

/** Deletes a transcript; the question becomes the answer. */
export const deleteTranscript = async (chat: Chat, id: string, messageId: number): Promise<void> => {
  const path = `/${id}?userId=${chat.person.user.id}`
  await chat.call({ functionName: 'transcript-save', method: 'DELETE', path }, Deleted)
  await chat.reply({
    kind: 'edit',
    messageId,
    text: chat.say('transcript-deleted'),
    keyboard: [[screenButton(chat, 'transcripts'), screenButton(chat, 'menu')]],
  })
}

/** Takes back the question that waits for an answer. */
export const cancelQuestion = async (chat: Chat, messageId?: number): Promise<void> => {
  const hadOne = await endDialogue(chat.resources.sql, chat.person.user.id)
  const text = chat.say(hadOne ? 'question-cancelled' : 'question-none')
  await chat.reply(messageId === undefined ? { kind: 'text', text } : { kind: 'edit', messageId, text })
}
