import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** One chunk of a PNG with its check sum. */
export const pngChunk = (type: string, data: Buffer): Buffer => {
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length)
  chunk.write(type, 4, 'latin1')
  data.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return chunk
}

export type PngShape = {
  width: number
  height: number
  depth?: number
  colourType?: number
  isInterlaced?: boolean
}

const header = ({ width, height, depth = 8, colourType = 2, isInterlaced = false }: PngShape): Buffer => {
  const data = Buffer.alloc(13)
  data.writeUInt32BE(width)
  data.writeUInt32BE(height, 4)
  data.set([depth, colourType, 0, 0, isInterlaced ? 1 : 0], 8)
  return pngChunk('IHDR', data)
}

/** Black pixels as a PNG keeps them: packed, each row behind its filter byte. */
const blackRows = ({ width, height }: PngShape): Buffer => deflateSync(Buffer.alloc((3 * width + 1) * height))

/** A black PNG by hand, with whatever else before its pixels or after them; `pixels` instead of those that its header promises. */
export const makePng = (
  shape: PngShape,
  extra: { before?: readonly Buffer[]; after?: readonly Buffer[]; pixels?: Buffer } = {},
): Buffer =>
  Buffer.concat([
    SIGNATURE,
    header(shape),
    ...(extra.before ?? []),
    pngChunk('IDAT', extra.pixels ?? blackRows(shape)),
    ...(extra.after ?? []),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
