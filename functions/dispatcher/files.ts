import { z } from 'zod'
import type { RepliedMessage } from '#shared/telegram/updates.ts'
import type { Chat } from './chat.ts'
import { answerWithTranscript } from './keep-transcript.ts'
import { screenBelow } from './keyboards.ts'
import { readCharge } from './read-charge.ts'
import { offerRecording } from './recording-screens.ts'
import { recordingIn } from './recordings.ts'

const AvatarSaved = z.looseObject({ transactionId: z.string().nullable() })
const FORMAT_OF_EXTENSION = { txt: 'text', srt: 'srt', vtt: 'vtt', json: 'json' } as const
type Extension = keyof typeof FORMAT_OF_EXTENSION
const IMAGE_EXTENSIONS = new Set(['jpg', 'jpeg', 'png', 'webp'])

const isTranscriptExtension = (extension: string): extension is Extension =>
  Object.hasOwn(FORMAT_OF_EXTENSION, extension)

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
    keyboard: [[screenBelow(chat, 'avatar'), screenBelow(chat, 'history')]],
  })
}

const saveTranscript = (chat: Chat, fileId: string, name: string, extension: Extension): Promise<void> => {
  const title = name
    .slice(0, -(extension.length + 1))
    .trim()
    .slice(0, 200)
    .toWellFormed()
  return answerWithTranscript(chat, {
    telegramFileId: fileId,
    format: FORMAT_OF_EXTENSION[extension],
    ...(title === '' ? {} : { title }),
  })
}

const takeDocument = async (chat: Chat, document: NonNullable<RepliedMessage['document']>): Promise<void> => {
  const name = (document.file_name ?? '').replaceAll('\0', '').toWellFormed()
  const extension = name.split('.').at(-1)?.toLowerCase() ?? ''
  // the name only chooses the way; the functions look at the bytes
  if (IMAGE_EXTENSIONS.has(extension) || (document.mime_type ?? '').startsWith('image/')) {
    return saveAvatar(chat, document.file_id)
  }
  if (isTranscriptExtension(extension)) return saveTranscript(chat, document.file_id, name, extension)
  await chat.reply({ kind: 'text', text: chat.say('unsupported-file') })
}

type PhotoSize = NonNullable<RepliedMessage['photo']>[number]

/** Telegram makes several sizes of a photo; the order of the list is promised nowhere. */
const largestOf = (sizes: readonly PhotoSize[]): PhotoSize | undefined => {
  const pixelsOf = ({ width = 0, height = 0 }: PhotoSize): number => width * height
  return sizes.toSorted((one, other) => pixelsOf(one) - pixelsOf(other)).at(-1)
}

/**
 * A photo becomes the avatar; a .txt, .srt, .vtt or .json document a transcript, at once (design 11). A recording is asked about: what it costs
 * depends on its length.
 */
export const takeFile = async (chat: Chat, message: RepliedMessage): Promise<void> => {
  const photo = largestOf(message.photo ?? [])
  if (photo) return saveAvatar(chat, photo.file_id)
  if (recordingIn(message) || message.video) return offerRecording(chat, message)
  if (message.document) return takeDocument(chat, message.document)
}
