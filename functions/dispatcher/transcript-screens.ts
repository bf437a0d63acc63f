import { encodeCallback } from '#shared/domain/callback-data.ts'
import { isTimed } from '#shared/domain/transcript/segment.ts'
import { FILE_FORMATS } from '#shared/platform/transcript-file.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import { transcriptActions } from '#shared/telegram/transcript-actions.ts'
import type { Chat } from './chat.ts'
import { pagingRows, screenButton } from './keyboards.ts'
import { dateOf } from './money-words.ts'
import { openButton, readTranscript, Transcripts, type WholeTranscript } from './transcript-words.ts'

const PAGE = 6
/** How much of a transcript is shown in a message; the whole goes as a document. */
const SHOWN_CHARACTERS = 2_500

/** /transcripts: a page of the list with a button for each. */
export const showTranscripts = async (
  chat: Chat,
  more?: { cursor: string | undefined; messageId: number },
): Promise<void> => {
  const cursor = more?.cursor === undefined ? '' : `&cursor=${more.cursor}`
  const page = await chat.call(
    {
      functionName: 'transcript-save',
      method: 'GET',
      path: `/?userId=${chat.person.user.id}&limit=${PAGE}${cursor}`,
    },
    Transcripts,
  )
  if (page.items.length === 0) {
    const words = chat.say('transcripts-empty', {
      coins: chat.resources.tariff.services.transcript?.coins ?? 0,
    })
    const keyboard = [[screenButton(chat, 'menu')]]
    return chat.reply(
      more
        ? { kind: 'edit', messageId: more.messageId, text: words, keyboard }
        : { kind: 'text', text: words, keyboard },
    )
  }
  const lines = page.items.map(({ title, characters, createdAt }) =>
    chat.say('transcripts-line', { title: title ?? '…', characters, date: dateOf(chat, createdAt) }),
  )
  const keyboard: Keyboard = page.items.map((item) => [openButton(chat, item)])
  const list = {
    kind: 'transcripts' as const,
    ...(more?.cursor === undefined ? {} : { cursor: more.cursor }),
  }
  keyboard.push(...pagingRows(chat, list, page.nextCursor))
  keyboard.push([
    { text: chat.say('transcript-button-search'), data: encodeCallback({ kind: 'transcript-search' }) },
    screenButton(chat, 'menu'),
  ])
  const content = { text: [chat.say('transcripts-title'), ...lines].join('\n\n'), keyboard }
  await chat.reply(
    more ? { kind: 'edit', messageId: more.messageId, ...content } : { kind: 'text', ...content },
    { isPrivate: true },
  )
}

const actionsOf = (chat: Chat, { transcript: { id }, segments }: WholeTranscript): Keyboard =>
  transcriptActions(chat.person.settings.language, {
    id,
    hasTimes: segments.length > 0 && segments.every(isTimed),
    formats: FILE_FORMATS,
  })

/** One transcript: its beginning in a message, and the whole as a document where it is longer. */
export const showTranscript = async (chat: Chat, id: string): Promise<void> => {
  const whole = await readTranscript(chat, id)
  const { transcript, text } = whole
  const title = transcript.title ?? '…'
  const isLong = text.length > SHOWN_CHARACTERS
  await chat.reply(
    {
      kind: 'text',
      text: chat.say('transcript-show', {
        title,
        characters: transcript.characters,
        date: dateOf(chat, transcript.createdAt),
        text: isLong ? `${text.slice(0, SHOWN_CHARACTERS).toWellFormed()}…` : text,
      }),
      keyboard: actionsOf(chat, whole),
    },
    { isPrivate: true },
  )
  if (!isLong) return
  await chat.reply(
    {
      kind: 'document',
      filename: 'transcript.txt',
      bytes: Buffer.from(text, 'utf8').toString('base64'),
      caption: chat.say('transcript-more'),
    },
    { isPrivate: true },
  )
}
