import { hasText, viewOf } from './bytes.ts'

const chunkSize = (view: DataView, at: number): number => view.getUint32(at + 4, true)

/** RIFF: bytes of the `data` chunk by those of a second. A recorder that was cut off writes no size: then what is there counts. */
export const wavSeconds = (bytes: Uint8Array): number | undefined => {
  const view = viewOf(bytes)
  let bytesPerSecond: number | undefined
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = chunkSize(view, at)
    if (hasText(bytes, 'fmt ', at)) bytesPerSecond = view.getUint32(at + 16, true)
    if (hasText(bytes, 'data', at)) {
      const inFile = bytes.length - at - 8
      const length = size === 0 || size > inFile ? inFile : size
      return bytesPerSecond ? length / bytesPerSecond : undefined
    }
    at += 8 + size + (size & 1)
  }
  return undefined
}

/** STREAMINFO comes first: 20 bits of rate, 36 bits of samples (RFC 9639, 8.2). */
export const flacSeconds = (bytes: Uint8Array): number | undefined => {
  const view = viewOf(bytes)
  if ((view.getUint8(4) & 127) !== 0) return undefined
  const rate = view.getUint32(18) >>> 12
  const samples = (view.getUint8(21) & 15) * 2 ** 32 + view.getUint32(22)
  return rate === 0 || samples === 0 ? undefined : samples / rate
}

/** Longer than any page of Ogg (RFC 3533: 27 + 255 + 255 * 255 bytes). */
const OGG_PAGE = 65_307

const lastOggPage = (bytes: Uint8Array): number | undefined => {
  const lowest = Math.max(0, bytes.length - 2 * OGG_PAGE)
  for (let at = bytes.length - 27; at >= lowest; at -= 1) if (hasText(bytes, 'OggS', at)) return at
  return undefined
}

/** The position that the last page ends at; Opus counts 48,000 a second whatever its rate, and some of them before the beginning. */
export const oggSeconds = (bytes: Uint8Array): number | undefined => {
  const view = viewOf(bytes)
  const last = lastOggPage(bytes)
  if (last === undefined) return undefined
  const position = Number(view.getBigUint64(last + 6, true))
  const body = 27 + view.getUint8(26)
  if (hasText(bytes, 'OpusHead', body)) return (position - view.getUint16(body + 10, true)) / 48_000
  if (hasText(bytes, '\x01vorbis', body)) return position / view.getUint32(body + 12, true)
  return undefined
}

type Box = { kind: string; start: number; end: number }

const readBox = (view: DataView, at: number, limit: number): Box | undefined => {
  if (at + 8 > limit) return undefined
  const short = view.getUint32(at)
  const kind = String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(at + offset)))
  const isLong = short === 1
  const size = isLong ? Number(view.getBigUint64(at + 8)) : short === 0 ? limit - at : short
  return size < 8 || at + size > limit ? undefined : { kind, start: at + (isLong ? 16 : 8), end: at + size }
}

const findBox = (view: DataView, wanted: string, from: number, limit: number): Box | undefined => {
  for (let box = readBox(view, from, limit); box; box = readBox(view, box.end, limit)) {
    if (box.kind === wanted) return box
  }
  return undefined
}

/** `moov/mvhd`: duration by timescale (ISO 14496-12, 8.2.2). */
export const mp4Seconds = (bytes: Uint8Array): number | undefined => {
  const view = viewOf(bytes)
  const moov = findBox(view, 'moov', 0, bytes.length)
  const header = moov && findBox(view, 'mvhd', moov.start, moov.end)
  if (!header) return undefined
  const isLong = view.getUint8(header.start) === 1
  const at = header.start + (isLong ? 20 : 12)
  const scale = view.getUint32(at)
  const duration = isLong ? Number(view.getBigUint64(at + 4)) : view.getUint32(at + 4)
  return scale === 0 ? undefined : duration / scale
}

/** An id or a size of EBML: the first byte's leading zeros tell how many bytes there are. */
const readVint = (view: DataView, at: number, keepMarker: boolean): { value: number; length: number } => {
  const first = view.getUint8(at)
  const length = Math.clz32(first) - 23
  let value = keepMarker ? first : first & (0xff >> length)
  for (let i = 1; i < length; i += 1) value = value * 256 + view.getUint8(at + i)
  return { value, length }
}

const SEGMENT = 0x18538067
const INFO = 0x1549a966
const TIMESTAMP_SCALE = 0x2ad7b1
const DURATION = 0x4489

/** `Segment/Info`: duration in units of the scale (RFC 9559). Browsers that record live leave it out. */
export const webmSeconds = (bytes: Uint8Array): number | undefined => {
  const view = viewOf(bytes)
  let scale = 1_000_000
  for (let at = 0; at + 2 <= bytes.length; ) {
    const id = readVint(view, at, true)
    const size = readVint(view, at + id.length, false)
    const start = at + id.length + size.length
    const isInside = id.value === SEGMENT || id.value === INFO
    if (id.value === TIMESTAMP_SCALE) scale = readNumber(view, start, size.value)
    if (id.value === DURATION) {
      const duration = size.value === 8 ? view.getFloat64(start) : view.getFloat32(start)
      return (duration * scale) / 1e9
    }
    at = isInside ? start : start + size.value
  }
  return undefined
}

/** An unsigned number of so many bytes. */
const readNumber = (view: DataView, at: number, length: number): number => {
  let value = 0
  for (let i = 0; i < length; i += 1) value = value * 256 + view.getUint8(at + i)
  return value
}
