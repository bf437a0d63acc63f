import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import type { TelegramMessage } from '#shared/telegram/updates.ts'
import type { Chat } from './chat.ts'
import { screenButton } from './keyboards.ts'

const AvatarSaved = z.looseObject({ transactionId: z.string().nullable() })
const TranscriptSaved = z.looseObject({
  transactionId: z.string(),
  transcript: z.looseObject({ title: z.string().nullable(), characters: z.int() }),
})
const History = z.looseObject({
  items: z.array(z.looseObject({ id: z.string(), amount: z.int(), balanceAfter: z.int() })),
})

const FORMAT_OF_EXTENSION = { txt: 'text', srt: 'srt', vtt: 'vtt', json: 'json' } as const
type Extension = keyof typeof FORMAT_OF_EXTENSION
const IMAGE_EXTENSIONS = new Set(['jpg', 'jpeg', 'png', 'webp'])

const isTranscriptExtension = (extension: string): extension is Extension =>
  Object.hasOwn(FORMAT_OF_EXTENSION, extension)

/** What a piece of work really cost, from the ledger: the price of an hour's transcript depends on its length. */
const readCharge = async (chat: Chat, transactionId: string): Promise<{ coins: number; balance: number }> => {
  const path = `/transactions?userId=${chat.person.user.id}&limit=20`
  const { items } = await chat.call({ functionName: 'profile', method: 'GET', path }, History)
  const charge = items.find(({ id }) => id === transactionId)
  return { coins: -(charge?.amount ?? 0), balance: charge?.balanceAfter ?? items[0]?.balanceAfter ?? 0 }
}

const saveAvatar = async (chat: Chat, fileId: string): Promise<void> => {
  const saved = await chat.call(
    {
      functionName: 'avatar-upload',
      method: 'POST',
      body: { userId: chat.person.user.id, telegramFileId: fileId },
    },
    AvatarSaved,
  )
  await chat.reply({
    kind: 'text',
    text:
      saved.transactionId === null
        ? chat.say('avatar-same')
        : chat.say('avatar-saved', await readCharge(chat, saved.transactionId)),
    keyboard: [[screenButton(chat, 'avatar'), screenButton(chat, 'history')]],
  })
}

const saveTranscript = async (
  chat: Chat,
  fileId: string,
  name: string,
  extension: Extension,
): Promise<void> => {
  const title = name
    .slice(0, -(extension.length + 1))
    .trim()
    .slice(0, 200)
    .toWellFormed()
  const { transcript, transactionId } = await chat.call(
    {
      functionName: 'transcript-save',
      method: 'POST',
      body: {
        userId: chat.person.user.id,
        telegramFileId: fileId,
        format: FORMAT_OF_EXTENSION[extension],
        title: title === '' ? undefined : title,
      },
    },
    TranscriptSaved,
  )
  await chat.reply(
    {
      kind: 'text',
      text: chat.say('transcript-saved', {
        title: transcript.title ?? title,
        characters: transcript.characters,
        ...(await readCharge(chat, transactionId)),
      }),
      keyboard: [[screenButton(chat, 'transcripts'), screenButton(chat, 'history')]],
    },
    { isPrivate: true },
  )
}

/** Megabytes of a text file that `transcript-save` takes (design 11). */
const TRANSCRIPT_MEGABYTES = 5

/** Words for what only a transcript is refused for. */
const explainTranscript = (chat: Chat, error: AppError): string | undefined => {
  if (error.code === 'invalid_input') {
    if (error.extra.reason === 'encoding') return chat.say('unknown-encoding')
    return chat.say(error.extra.reason === 'empty' ? 'empty-transcript' : 'unreadable-transcript')
  }
  if (error.code !== 'too_large') return undefined
  const characters = chat.resources.tariff.limits.transcript.maxCharacters
  return chat.say('transcript-too-large', { characters, megabytes: TRANSCRIPT_MEGABYTES })
}

const takeDocument = async (
  chat: Chat,
  document: NonNullable<TelegramMessage['document']>,
): Promise<void> => {
  const name = (document.file_name ?? '').replaceAll('\0', '').toWellFormed()
  const extension = name.split('.').at(-1)?.toLowerCase() ?? ''
  // the name only chooses the way; the functions look at the bytes
  if (IMAGE_EXTENSIONS.has(extension) || (document.mime_type ?? '').startsWith('image/')) {
    return saveAvatar(chat, document.file_id)
  }
  if (!isTranscriptExtension(extension))
    return chat.reply({ kind: 'text', text: chat.say('unsupported-file') })
  try {
    await saveTranscript(chat, document.file_id, name, extension)
  } catch (error) {
    const words = error instanceof AppError ? explainTranscript(chat, error) : undefined
    if (words === undefined) throw error
    await chat.reply({ kind: 'text', text: words })
  }
}

type PhotoSize = NonNullable<TelegramMessage['photo']>[number]

/** Telegram makes several sizes of a photo; the order of the list is promised nowhere. */
const largestOf = (sizes: readonly PhotoSize[]): PhotoSize | undefined => {
  const pixelsOf = ({ width = 0, height = 0 }: PhotoSize): number => width * height
  return sizes.toSorted((one, other) => pixelsOf(one) - pixelsOf(other)).at(-1)
}

/** A photo becomes the avatar; a .txt, .srt, .vtt or .json document a transcript, at once (design 11). */
export const takeFile = async (chat: Chat, message: TelegramMessage): Promise<void> => {
  const photo = largestOf(message.photo ?? [])
  if (photo) return saveAvatar(chat, photo.file_id)
  if (message.document) return takeDocument(chat, message.document)
}
