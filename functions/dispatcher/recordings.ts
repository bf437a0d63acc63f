import type { RepliedMessage } from '#shared/telegram/updates.ts'

/** A recording in a message; `seconds` as the sender's app says, undefined where it says nothing. */
export type SpokenMessage = {
  fileId: string
  seconds: number | undefined
  bytes: number
  /** Of a piece of audio; a voice message has none. */
  title: string | undefined
}

const AUDIO_EXTENSION = /\.(ogg|oga|opus|mp3|m4a|m4b|wav|flac|weba)$/i

/** A name of a file without its extension, as a title may be; undefined where nothing is left. */
const titleOf = (name: string | undefined): string | undefined => {
  const title = (name ?? '')
    .replaceAll('\0', '')
    .replace(/\.[^.]{1,5}$/, '')
    .trim()
    .slice(0, 200)
    .toWellFormed()
  return title === '' ? undefined : title
}

/**
 * The recording that a message carries: a voice message, audio, a video note, or a document that says it is audio. Names and types only choose the
 * way here; the bytes decide later.
 */
export const recordingIn = (message: RepliedMessage): SpokenMessage | undefined => {
  const { voice, audio, video_note: note, document } = message
  const spoken = voice ?? audio ?? note
  if (spoken) {
    const { file_id: fileId, file_size: bytes = 0, duration = 0 } = spoken
    const title = titleOf(audio?.title ?? audio?.file_name)
    return { fileId, bytes, title, seconds: duration > 0 ? duration : 1 }
  }
  if (!document) return undefined
  const { file_name: name = '', mime_type: type = '', file_id: fileId, file_size: bytes = 0 } = document
  if (!type.startsWith('audio/') && !AUDIO_EXTENSION.test(name)) return undefined
  return { fileId, bytes, title: titleOf(name), seconds: undefined }
}
