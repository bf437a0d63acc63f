import { AppError } from '#shared/errors.ts'
import { jpegMemory, pngWork, webpMemory } from './image-memory.ts'

export type ImageFormat = 'jpeg' | 'png' | 'webp'

/** What the header of an image says about itself; sides in pixels as stored, before EXIF orientation. */
export type ImageInfo = {
  format: ImageFormat
  width: number
  height: number
  animated: boolean
  /** Bytes that its decoder must keep in memory or go through one by one: a file of 40 bytes may ask for hundreds of megabytes. */
  decodeBytes: number
  /** How often the decoder goes over the whole picture: some JPEGs come in many scans. */
  scans: number
}

/** Anything that is not JPEG, PNG or WebP; `name` where the first bytes give it away. */
export type OtherFile = { format: 'other'; name?: string }

const OTHER_MAGIC: readonly (readonly [name: string, offset: number, magic: string])[] = [
  ['gif', 0, 'GIF8'],
  ['bmp', 0, 'BM'],
  ['tiff', 0, 'II*\0'],
  ['tiff', 0, 'MM\0*'],
  ['psd', 0, '8BPS'],
  ['pdf', 0, '%PDF'],
  ['zip', 0, 'PK\x03\x04'],
  ['jpeg-xl', 0, '\xff\x0a'],
  ['jpeg-xl', 4, 'JXL '],
  ['jpeg-2000', 4, 'jP  '],
  ['heif', 4, 'ftyp'],
  ['vips', 0, '\xb6\xa6\xf2\x08'],
  ['vips', 0, '\x08\xf2\xa6\xb6'],
  ['riff', 0, 'RIFF'],
  ['markup', 0, '<'],
]

/**
 * Start-of-frame markers of every JPEG process; C4, C8 and CC in that range are tables (ITU T.81, table B.1).
 */
const isStartOfFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

const broken = (what: string): AppError =>
  new AppError('unprocessable_media', { detail: `The image is damaged: ${what}.` })

const startsWith = (bytes: Uint8Array, magic: string, offset = 0): boolean => {
  if (bytes.length < offset + magic.length) return false
  for (let i = 0; i < magic.length; i++) if (bytes[offset + i] !== magic.charCodeAt(i)) return false
  return true
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Scan headers from here on: within compressed data their two bytes cannot stand (ITU T.81, B.1.1.5). */
const countScans = (bytes: Uint8Array, from: number): number => {
  let scans = 0
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xda) scans += 1
  }
  return Math.max(1, scans)
}

/** Walks the segments up to the first frame header; the compressed data is never looked at. */
const sniffJpeg = (bytes: Uint8Array): ImageInfo => {
  const view = viewOf(bytes)
  let at = 2
  while (at + 4 <= bytes.length) {
    if (view.getUint8(at) !== 0xff) throw broken('a JPEG segment is out of place')
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at += 1 // fill byte
    } else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2 // markers that stand alone
    } else if (marker === 0xd9 || marker === 0xda) {
      throw broken('it has no frame header')
    } else if (isStartOfFrame(marker)) {
      if (at + 9 > bytes.length) break
      const decodeBytes = jpegMemory(view, at)
      return {
        format: 'jpeg',
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        animated: false,
        decodeBytes,
        // one that is decoded as it comes ends with its first scan
        scans: decodeBytes === 0 ? 1 : countScans(bytes, at),
      }
    } else {
      const length = view.getUint16(at + 2)
      if (length < 2) throw broken('a JPEG segment has no length')
      at += 2 + length
    }
  }
  throw broken('it ends within its header')
}

/**
 * IHDR gives the sides; before the first `IDAT`, an `acTL` chunk makes it an animation, and a `tRNS` chunk transparent (PNG 3rd edition,
 * 11.3).
 */
const sniffPng = (bytes: Uint8Array): ImageInfo => {
  const view = viewOf(bytes)
  if (bytes.length < 33) throw broken('it ends within its header')
  if (view.getUint32(8) !== 13 || !startsWith(bytes, 'IHDR', 12))
    throw broken('its PNG header is not the first')
  let animated = false
  let isTransparent = false
  let at = 33
  while (at + 8 <= bytes.length && !startsWith(bytes, 'IDAT', at + 4)) {
    if (startsWith(bytes, 'acTL', at + 4)) animated = true
    if (startsWith(bytes, 'tRNS', at + 4)) isTransparent = true
    at += 12 + view.getUint32(at)
  }
  return {
    format: 'png',
    width: view.getUint32(16),
    height: view.getUint32(20),
    animated,
    decodeBytes: pngWork(view, isTransparent),
    scans: 1,
  }
}

/**
 * Sides of the three kinds of first chunk (RFC 9649, 2.5 to 2.7); `undefined` for a chunk that carries none.
 */
const webpSides = (view: DataView, kind: string): { width: number; height: number } | undefined => {
  const u24 = (at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
  if (kind === 'VP8X') return { width: u24(24) + 1, height: u24(27) + 1 }
  if (kind === 'VP8L' && view.getUint8(20) === 0x2f) {
    const bits = view.getUint32(21, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (kind === 'VP8 ' && view.getUint16(23) === 0x9d01 && view.getUint8(25) === 0x2a) {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  }
  return undefined
}

/** Chunks of a WebP that tell of frames, or of how the picture is packed. */
const TELLING_CHUNKS = ['VP8L', 'ALPH', 'ANIM', 'ANMF'] as const

const sniffWebp = (bytes: Uint8Array): ImageInfo => {
  const view = viewOf(bytes)
  if (bytes.length < 30 || view.getUint32(4, true) + 8 > bytes.length) throw broken('it ends too early')
  const kind = String.fromCharCode(...bytes.subarray(12, 16))
  const sides = webpSides(view, kind)
  if (!sides) throw broken('its WebP header cannot be read')
  const kinds = new Set<string>()
  for (let at = 12; at + 8 <= bytes.length; ) {
    // not every chunk: a file can hold millions
    const known = TELLING_CHUNKS.find((name) => startsWith(bytes, name, at))
    if (known) kinds.add(known)
    const length = view.getUint32(at + 4, true)
    at += 8 + length + (length & 1)
  }
  const isFlagged = kind === 'VP8X' && (view.getUint8(20) & 0x02) !== 0
  return {
    format: 'webp',
    ...sides,
    animated: isFlagged || kinds.has('ANIM') || kinds.has('ANMF'),
    decodeBytes: webpMemory(sides.width * sides.height, kinds),
    scans: 1,
  }
}

/**
 * Tells the format by the first bytes, never by a name or a declared type, and reads the sides from the
 * header: cheap, and before any decoder sees the bytes. Throws `unprocessable_media` when a JPEG, PNG or WebP
 * has a header that cannot be read.
 */
export const sniffImage = (bytes: Uint8Array): ImageInfo | OtherFile => {
  if (startsWith(bytes, '\xff\xd8\xff')) return sniffJpeg(bytes)
  if (startsWith(bytes, '\x89PNG\r\n\x1a\n')) return sniffPng(bytes)
  if (startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8)) return sniffWebp(bytes)
  const known = OTHER_MAGIC.find(([, offset, magic]) => startsWith(bytes, magic, offset))
  return known ? { format: 'other', name: known[0] } : { format: 'other' }
}
