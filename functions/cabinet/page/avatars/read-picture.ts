import type { MessageId } from '../texts/translate.ts'

/** A picture that the browser could open, upright. */
export type Picture = { bitmap: ImageBitmap; type: string }

/** Sent as they are taken by the server; a browser may open more, such as HEIC on Apple's. */
const KEEPS_TRANSPARENCY = new Set(['image/png', 'image/webp'])

/** Opens a file as a picture, or says what is the matter with it. */
export const readPicture = async (
  file: Blob,
  mostBytes: number,
): Promise<Picture | Extract<MessageId, `picture-${string}`>> => {
  if (file.size > mostBytes) return 'picture-too-large'
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' })
    return { bitmap, type: KEEPS_TRANSPARENCY.has(file.type) ? 'image/png' : 'image/jpeg' }
  } catch {
    return 'picture-unreadable'
  }
}
