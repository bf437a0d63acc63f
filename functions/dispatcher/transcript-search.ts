import { z } from 'zod'
import { setDialogue } from '#shared/db/dialogues.ts'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { AppError } from '#shared/errors.ts'
import type { Chat } from './chat.ts'
import type { Answered } from './dialogue.ts'
import { screenButton } from './keyboards.ts'
import { dateOf } from './money-words.ts'
import { cancelButton, openBelow, Transcript } from './transcript-words.ts'

const SHOWN = 6
/** A search through very many texts answers in parts. */
const MAX_PARTS = 4

const Found = z.looseObject({ transcript: Transcript, snippet: z.looseObject({ text: z.string() }) })
const FoundPage = z.looseObject({ items: z.array(Found), nextCursor: z.string().nullable() })

/** Asks for the words; whatever is written next is searched for. */
export const askSearch = async (chat: Chat): Promise<void> => {
  await setDialogue(chat.resources.sql, chat.person.user.id, {
    kind: 'search-transcripts',
    askedAt: chat.resources.clock(),
  })
  await chat.reply({
    kind: 'text',
    text: chat.say('transcript-search-ask'),
    keyboard: [[cancelButton(chat)]],
  })
}

const findTranscripts = async (
  chat: Chat,
  words: string,
): Promise<{ items: z.infer<typeof Found>[]; hasMore: boolean }> => {
  const items: z.infer<typeof Found>[] = []
  let cursor = ''
  for (let part = 0; part < MAX_PARTS; part += 1) {
    const query = `userId=${chat.person.user.id}&q=${encodeURIComponent(words)}&limit=${SHOWN - items.length}`
    const page = await chat.call(
      { functionName: 'transcript-save', method: 'GET', path: `/search?${query}${cursor}` },
      FoundPage,
    )
    items.push(...page.items)
    if (page.nextCursor === null) return { items, hasMore: false }
    if (items.length >= SHOWN) break
    cursor = `&cursor=${page.nextCursor}`
  }
  return { items, hasMore: true }
}

/** The transcripts in which all the words stand, each with the place and a button; words that cannot be searched for are asked for again. */
export const findWords = async (chat: Chat, words: string): Promise<Answered> => {
  let found: Awaited<ReturnType<typeof findTranscripts>>
  try {
    found = await findTranscripts(chat, words)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_input') throw error
    return { reply: { kind: 'text', text: chat.say('transcript-search-wrong') }, isDone: false }
  }
  const lines = found.items.map(({ transcript, snippet }) =>
    chat.say('transcript-found', {
      title: transcript.title ?? '…',
      date: dateOf(chat, transcript.createdAt),
      snippet: snippet.text,
    }),
  )
  const isEmpty = lines.length === 0
  const heading = chat.say(isEmpty ? 'transcript-search-none' : 'transcript-search-title', { words })
  const more = found.hasMore ? [chat.say(isEmpty ? 'transcript-search-slow' : 'transcript-search-more')] : []
  const text = [heading, ...lines, ...more].join('\n\n')
  const buttons = found.items.map(({ transcript }) => [openBelow(chat, transcript)])
  return {
    reply: {
      kind: 'text',
      text,
      keyboard: [
        ...buttons,
        [
          { text: chat.say('transcript-button-search'), data: encodeCallback({ kind: 'transcript-search' }) },
          screenButton(chat, 'transcripts'),
        ],
      ],
    },
    isDone: true,
  }
}

/** /search words */
export const showFound = async (chat: Chat, words: string): Promise<void> => {
  const { reply } = await findWords(chat, words)
  await chat.reply(reply, { isPrivate: true })
}
