import { crc32, deflateSync } from 'node:zlib'

/** Pixels row by row, three bytes each: red, green, blue. */
export type Picture = { width: number; height: number; pixels: Uint8Array }

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Eight bits of red, green and blue; deflate; filters for each row; not interlaced. */
const TRUE_COLOUR = [8, 2, 0, 0, 0]

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  body.copy(framed, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

/** A picture as a PNG file (W3C PNG, third edition). @throws RangeError where there are not as many pixels as width and height say */
export const encodePng = ({ width, height, pixels }: Picture): Buffer => {
  const rowBytes = width * 3
  if (pixels.length !== rowBytes * height || pixels.length === 0)
    throw new RangeError(`A picture of ${width} x ${height} has not ${pixels.length} bytes`)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set(TRUE_COLOUR, 8)
  // each row begins with its filter, 0: none; drawings of flat colours deflate well without
  const rows = Buffer.alloc((rowBytes + 1) * height)
  for (let y = 0; y < height; y += 1)
    rows.set(pixels.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array()),
  ])
}
