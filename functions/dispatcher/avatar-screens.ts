import { z } from 'zod'
import { type CallbackData, encodeCallback } from '#shared/domain/callback-data.ts'
import type { MessageId } from '#shared/domain/texts/catalogue.ts'
import { formatDate } from '#shared/domain/texts/format-date.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import type { Chat } from './chat.ts'
import { screenButton } from './keyboards.ts'

const FETCH_TIMEOUT_MS = 5_000

const Picture = z.looseObject({
  id: z.string(),
  current: z.boolean(),
  createdAt: z.string(),
  urls: z.looseObject({ '512': z.string() }),
  uses: z.array(z.looseObject({ usedFrom: z.string(), usedTo: z.string().nullable() })),
})
type Picture = z.infer<typeof Picture>
const Gallery = z.looseObject({ items: z.array(Picture) })
const Done = z.looseObject({})

/** Newest first. */
const readGallery = async (chat: Chat): Promise<Picture[]> => {
  const path = `/avatars?userId=${chat.person.user.id}`
  return (await chat.call({ functionName: 'profile', method: 'GET', path }, Gallery)).items
}

/** The picture in base64; undefined where the store does not give it now: words must do then. */
const fetchPicture = async (chat: Chat, { urls }: Picture): Promise<string | undefined> => {
  try {
    const signal = AbortSignal.any([chat.signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)])
    const response = await fetch(urls['512'], { redirect: 'error', signal })
    if (!response.ok) throw new Error(`status ${response.status}`)
    return Buffer.from(await response.arrayBuffer()).toString('base64')
  } catch {
    // not the error itself: it may name the link
    chat.resources.log.warn({ requestId: chat.requestId }, 'a picture of a gallery could not be fetched')
    return undefined
  }
}

type ButtonId = Extract<MessageId, `avatar-button-${string}`>

const button = (chat: Chat, label: ButtonId, kind: CallbackData['kind'] & `avatar${string}`, id: string) => ({
  text: chat.say(label),
  data: encodeCallback({ kind, id }),
})

/** Since when it is the avatar, until when it was, or when it came. */
const describeUse = ({
  current,
  uses: [last],
  createdAt,
}: Picture): ['current' | 'used' | 'unused', string] => {
  if (current) return ['current', last?.usedFrom ?? createdAt]
  return last?.usedTo ? ['used', last.usedTo] : ['unused', createdAt]
}

const captionOf = (chat: Chat, gallery: Picture[], index: number, picture: Picture): string => {
  const { settings } = chat.person
  const { services, limits } = chat.resources.tariff
  const [state, iso] = describeUse(picture)
  const date = formatDate(new Date(iso), settings.language, settings.timeZone)
  const total = gallery.length
  return [
    chat.say('avatar-page', { state, date, number: index + 1, total }),
    '',
    chat.say('avatar-help', {
      coins: services.avatar?.coins ?? 0,
      kept: total,
      room: limits.avatars.perPerson,
    }),
  ].join('\n')
}

const buttonsOf = (chat: Chat, gallery: Picture[], index: number, { id, current }: Picture): Keyboard => {
  const [newer, older] = [gallery[index - 1], gallery[index + 1]]
  const ways = [
    ...(newer ? [button(chat, 'avatar-button-newer', 'avatar', newer.id)] : []),
    ...(older ? [button(chat, 'avatar-button-older', 'avatar', older.id)] : []),
  ]
  return [
    ...(ways.length === 0 ? [] : [ways]),
    ...(current ? [] : [[button(chat, 'avatar-button-choose', 'avatar-choose', id)]]),
    [button(chat, 'avatar-button-delete', 'avatar-delete', id), screenButton(chat, 'menu')],
  ]
}

/** One page of the gallery: a picture, what it is, and what can be done; in the place of another page where there is one. */
const showPage = async (
  chat: Chat,
  gallery: Picture[],
  index: number,
  messageId: number | undefined,
): Promise<void> => {
  const picture = gallery[index]
  if (!picture) return showNone(chat, messageId)
  const caption = captionOf(chat, gallery, index, picture)
  const keyboard = buttonsOf(chat, gallery, index, picture)
  const bytes = await fetchPicture(chat, picture)
  if (bytes === undefined) {
    // words cannot take the place of a photo, and the old photo must not stand for another
    if (messageId !== undefined) await chat.reply({ kind: 'remove', messageId })
    return chat.reply({ kind: 'text', text: `${chat.say('avatar-unseen')}\n\n${caption}`, keyboard })
  }
  const page = { bytes, caption, keyboard }
  // a face must not lie in a job's row
  await chat.reply(
    messageId === undefined ? { kind: 'photo', ...page } : { kind: 'edit-photo', messageId, ...page },
    { isPrivate: true },
  )
}

/** How to get a first picture; the page of one that is deleted goes out of the chat. */
const showNone = async (chat: Chat, messageId: number | undefined): Promise<void> => {
  if (messageId !== undefined) await chat.reply({ kind: 'remove', messageId })
  const coins = chat.resources.tariff.services.avatar?.coins ?? 0
  await chat.reply({
    kind: 'text',
    text: chat.say('avatar-none', { coins }),
    keyboard: [[screenButton(chat, 'profile'), screenButton(chat, 'menu')]],
  })
}

/** /avatar: the gallery, open at the current picture; or how to get one. */
export const showAvatar = async (chat: Chat): Promise<void> => {
  const gallery = await readGallery(chat)
  const current = gallery.findIndex((picture) => picture.current)
  await showPage(chat, gallery, Math.max(0, current), undefined)
}

/** Another picture of the gallery; the newest where that one is gone. */
export const showPicture = async (chat: Chat, id: string, messageId: number): Promise<void> => {
  const gallery = await readGallery(chat)
  const index = gallery.findIndex((picture) => picture.id === id)
  await showPage(chat, gallery, Math.max(0, index), messageId)
}

/** Makes it the avatar, free of charge; gives the words of the pop-up. @throws AppError avatar_not_found */
export const choosePicture = async (chat: Chat, id: string, messageId: number): Promise<string> => {
  const path = `/avatars/${id}/current?userId=${chat.person.user.id}`
  await chat.call({ functionName: 'profile', method: 'POST', path }, Done)
  await showPicture(chat, id, messageId)
  return chat.say('avatar-chosen')
}

/** Asks under the picture itself, so that nobody takes it for another. */
export const askDeletePicture = async (chat: Chat, id: string, messageId: number): Promise<void> => {
  await chat.reply({
    kind: 'edit-caption',
    messageId,
    caption: chat.say('avatar-delete-ask'),
    keyboard: [
      [
        button(chat, 'avatar-button-delete-yes', 'avatar-delete-confirmed', id),
        button(chat, 'avatar-button-keep', 'avatar', id),
      ],
    ],
  })
}

/** Deletes it and shows what takes its place; gives the words of the pop-up. @throws AppError avatar_not_found */
export const deletePicture = async (chat: Chat, id: string, messageId: number): Promise<string> => {
  const path = `/avatars/${id}?userId=${chat.person.user.id}`
  await chat.call({ functionName: 'profile', method: 'DELETE', path }, Done)
  const gallery = await readGallery(chat)
  const current = gallery.findIndex((picture) => picture.current)
  await showPage(chat, gallery, Math.max(0, current), messageId)
  return chat.say('avatar-deleted')
}
