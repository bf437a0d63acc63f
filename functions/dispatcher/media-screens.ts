import { z } from 'zod'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { formatDate } from '#shared/domain/texts/format-date.ts'
import { unavailable } from '#shared/errors.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import type { Chat } from './chat.ts'
import { pagingRows } from './keyboards.ts'

const PAGE = 6
/** How much of a transcript is shown in a message; the whole goes as a document. */
const SHOWN_CHARACTERS = 2_500
const FETCH_TIMEOUT_MS = 5_000

const Profile = z.looseObject({
  currentAvatar: z
    .looseObject({ createdAt: z.string(), urls: z.looseObject({ '512': z.string() }) })
    .nullable(),
})
const Transcript = z.looseObject({
  id: z.string(),
  title: z.string().nullable(),
  characters: z.int(),
  createdAt: z.string(),
})
const Transcripts = z.looseObject({ items: z.array(Transcript), nextCursor: z.string().nullable() })
const OneTranscript = z.looseObject({ transcript: Transcript, text: z.string() })

const priceOfService = (chat: Chat, service: 'avatar' | 'transcript'): number =>
  chat.resources.tariff.services[service]?.coins ?? 0

const dateOf = (chat: Chat, iso: string): string =>
  formatDate(new Date(iso), chat.person.settings.language, chat.person.settings.timeZone)

const fetchBytes = async (url: string): Promise<Buffer> => {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) })
    if (!response.ok) throw new Error(`status ${response.status}`)
    return Buffer.from(await response.arrayBuffer())
  } catch (error) {
    throw unavailable('The picture cannot be fetched now.', error)
  }
}

/** /avatar: the current picture, or how to get one. */
export const showAvatar = async (chat: Chat): Promise<void> => {
  const coins = priceOfService(chat, 'avatar')
  const { currentAvatar } = await chat.call(
    { functionName: 'profile', method: 'GET', path: `/?userId=${chat.person.user.id}` },
    Profile,
  )
  if (!currentAvatar) return chat.reply({ kind: 'text', text: chat.say('avatar-none', { coins }) })
  const bytes = await fetchBytes(currentAvatar.urls['512'])
  await chat.reply(
    {
      kind: 'photo',
      bytes: bytes.toString('base64'),
      caption: [
        chat.say('avatar-caption', { date: dateOf(chat, currentAvatar.createdAt) }),
        chat.say('avatar-help', { coins }),
      ].join('\n'),
    },
    { isPrivate: true },
  )
}

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
    return chat.reply({
      kind: 'text',
      text: chat.say('transcripts-empty', { coins: priceOfService(chat, 'transcript') }),
    })
  }
  const lines = page.items.map(({ title, characters, createdAt }) =>
    chat.say('transcripts-line', { title: title ?? '…', characters, date: dateOf(chat, createdAt) }),
  )
  const keyboard: Keyboard = page.items.map(({ id, title }) => [
    {
      text: chat.say('transcript-open', { title: title ?? '…' }),
      data: encodeCallback({ kind: 'transcript', id }),
    },
  ])
  keyboard.push(...pagingRows(chat, 'transcripts', { cursor: more?.cursor, nextCursor: page.nextCursor }))
  const content = { text: [chat.say('transcripts-title'), ...lines].join('\n\n'), keyboard }
  await chat.reply(
    more ? { kind: 'edit', messageId: more.messageId, ...content } : { kind: 'text', ...content },
    { isPrivate: true },
  )
}

/** One transcript: its beginning in a message, and the whole as a document where it is longer. */
export const showTranscript = async (chat: Chat, id: string): Promise<void> => {
  const { transcript, text } = await chat.call(
    { functionName: 'transcript-save', method: 'GET', path: `/${id}?userId=${chat.person.user.id}` },
    OneTranscript,
  )
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
