import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Audio, Document, PhotoSize, Voice } from '@grammyjs/types'
import sharp from 'sharp'
import { CONTENT_TYPE_OF, sniffAudio } from '#shared/domain/audio/sniff-audio.ts'
import { badRequest } from './api-error.ts'
import type { StoredFile } from './model.ts'
import { omitUndefined } from './omit-undefined.ts'
import { type SimulatorState, takeNumber } from './state.ts'

/** A file on its way in, from a person or from the bot. */
export type Upload = { bytes: Buffer; fileName: string; mimeType: string }

/** Limits of the Bot API in bytes: photos sent by bots, any upload, and what `getFile` hands out. */
const PHOTO_LIMIT_BYTES = 10 * 1024 * 1024
export const UPLOAD_LIMIT_BYTES = 50 * 1024 * 1024
export const DOWNLOAD_LIMIT_BYTES = 20 * 1024 * 1024

/** Longest sides of the sizes that Telegram offers for a photo; larger than the photo itself are left out. */
const PHOTO_SIDES = [320, 800, 1280]

/** More than any phone's camera makes. */
const PIXEL_LIMIT = 120_000_000

const addFile = async (
  state: SimulatorState,
  bytes: Buffer,
  file: Pick<StoredFile, 'kind' | 'mimeType' | 'fileName' | 'width' | 'height' | 'seconds'> & {
    extension: string
  },
): Promise<StoredFile> => {
  const { extension, ...facts } = file
  const fileId = `${file.kind === 'photo' ? 'AgACAgI' : 'BQACAgI'}${randomBytes(36).toString('base64url')}`
  const stored: StoredFile = {
    fileId,
    fileUniqueId: createHash('sha256').update(bytes).digest('base64url').slice(0, 16),
    filePath: `${file.kind}s/file_${takeNumber(state, 'file')}${extension}`,
    sizeBytes: bytes.length,
    ...facts,
  }
  if (state.filesDir === undefined) state.fileBytes.set(fileId, bytes)
  else {
    await mkdir(state.filesDir, { recursive: true })
    await writeFile(join(state.filesDir, fileId), bytes)
  }
  state.files.set(fileId, stored)
  return stored
}

/** The file's bytes. Throws the file system's error where somebody deleted them. */
export const readFileBytes = async (state: SimulatorState, file: StoredFile): Promise<Buffer> =>
  state.fileBytes.get(file.fileId) ?? (await readFile(join(state.filesDir ?? '', file.fileId)))

export const fileByPath = (state: SimulatorState, filePath: string): StoredFile | undefined =>
  [...state.files.values()].find((file) => file.filePath === filePath)

export const toPhotoSize = ({
  fileId,
  fileUniqueId,
  width = 0,
  height = 0,
  sizeBytes,
}: StoredFile): PhotoSize => ({
  file_id: fileId,
  file_unique_id: fileUniqueId,
  width,
  height,
  file_size: sizeBytes,
})

export const toDocument = (file: StoredFile): Document =>
  omitUndefined({
    file_id: file.fileId,
    file_unique_id: file.fileUniqueId,
    file_name: file.fileName,
    mime_type: file.mimeType,
    file_size: file.sizeBytes,
  })

/** Keeps a document byte for byte. */
export const addDocument = (
  state: SimulatorState,
  { bytes, fileName, mimeType }: Upload,
): Promise<StoredFile> =>
  addFile(state, bytes, {
    kind: 'document',
    mimeType,
    fileName,
    extension: extname(fileName)
      .slice(0, 16)
      .replace(/[^\w.]/g, ''),
  })

const toRecording = (file: StoredFile) => ({
  file_id: file.fileId,
  file_unique_id: file.fileUniqueId,
  duration: file.seconds ?? 0,
  mime_type: file.mimeType,
  file_size: file.sizeBytes,
})

export const toVoice = (file: StoredFile): Voice => toRecording(file)

export const toAudio = (file: StoredFile): Audio =>
  omitUndefined({ ...toRecording(file), file_name: file.fileName })

/**
 * Keeps a recording byte for byte, with the seconds that an app would tell. Apps record voice messages themselves: here any recording can be one.
 * Throws Telegram's 400 for what is none.
 */
export const addRecording = (
  state: SimulatorState,
  kind: 'voice' | 'audio',
  { bytes, fileName }: Upload,
): Promise<StoredFile> => {
  const info = sniffAudio(bytes)
  if (info === undefined) throw badRequest('file is no recording')
  return addFile(state, bytes, {
    kind,
    mimeType: CONTENT_TYPE_OF[info.format],
    seconds: Math.round(info.seconds ?? 1),
    ...(kind === 'audio' ? { fileName } : {}),
    extension: kind === 'voice' ? '.oga' : extname(fileName).replace(/[^\w.]/g, ''),
  })
}

/** Limits for a bot's upload. People's apps make a photo smaller before they send it: theirs only needs a usable shape. */
const checkPhoto = (author: 'person' | 'bot', sizeBytes: number, width: number, height: number): void => {
  const ratio = Math.max(width, height) / Math.min(width, height)
  if (ratio > 20) throw badRequest('PHOTO_INVALID_DIMENSIONS')
  if (author === 'bot' && width + height > 10_000) throw badRequest('PHOTO_INVALID_DIMENSIONS')
  if (author === 'bot' && sizeBytes > PHOTO_LIMIT_BYTES) throw badRequest('file is too big for a photo')
}

const imageFailure = (error: unknown) => Object.assign(badRequest('IMAGE_PROCESS_FAILED'), { cause: error })

/**
 * Makes a photo as Telegram does: upright JPEGs of several sizes without metadata, the largest last. The upload itself is
 * not kept: nobody can get it back from Telegram either. Throws Telegram's 400 for what is no picture or too large.
 */
export const addPhoto = async (
  state: SimulatorState,
  { bytes }: Upload,
  author: 'person' | 'bot',
): Promise<PhotoSize[]> => {
  const image = sharp(bytes, { limitInputPixels: PIXEL_LIMIT }).autoOrient()
  const { autoOrient } = await image.metadata().catch((error: unknown) => {
    throw imageFailure(error)
  })
  checkPhoto(author, bytes.length, autoOrient.width, autoOrient.height)
  const longest = Math.max(autoOrient.width, autoOrient.height)
  const smaller = PHOTO_SIDES.filter((side) => side < longest)
  const sides = smaller.length === PHOTO_SIDES.length ? smaller : [...smaller, longest]
  const sizes: PhotoSize[] = []
  for (const side of sides) {
    const { data, info } = await image
      .clone()
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 87 })
      .toBuffer({ resolveWithObject: true })
      .catch((error: unknown) => {
        throw imageFailure(error)
      })
    const facts = {
      kind: 'photo' as const,
      mimeType: 'image/jpeg',
      width: info.width,
      height: info.height,
      extension: '.jpg',
    }
    sizes.push(toPhotoSize(await addFile(state, data, facts)))
  }
  return sizes
}
