const tag = (text: string): Buffer => Buffer.from(text, 'latin1')
const words = (values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(2 * values.length)
  values.forEach((value, at) => {
    bytes.writeUInt16BE(value, 2 * at)
  })
  return bytes
}

const GRID = 17

/** RGB to Lab by a grid of three dimensions in place of curves and a matrix: what takes a colour engine longest (ICC.1:2022, 10.10). */
const lookUp = (): Buffer => {
  const head = Buffer.alloc(12)
  tag('mft2').copy(head)
  head.set([3, 3, GRID], 8)
  const one = 0x10000
  const matrix = Buffer.alloc(36)
  for (const at of [0, 4, 8]) matrix.writeInt32BE(one, 4 * at)
  const curve = [0, 0xffff]
  const curves = [...curve, ...curve, ...curve]
  const grid = Array.from({ length: GRID ** 3 }, (_, at) => {
    const [red, green, blue] = [Math.floor(at / GRID ** 2), Math.floor(at / GRID) % GRID, at % GRID]
    const light = (red + green + blue) / (3 * (GRID - 1))
    return [light * 0xff00, 0x8000 + (red - green) * 900, 0x8000 + (green - blue) * 900].map(Math.round)
  })
  return Buffer.concat([head, matrix, words([2, 2]), words(curves), words(grid.flat()), words(curves)])
}

/** A colour profile of a scanner that the decoder must look every pixel up in. */
export const makeLookUpProfile = (): Buffer => {
  const data = lookUp()
  const header = Buffer.alloc(128)
  header.writeUInt32BE(128 + 4 + 12 + data.length)
  header.writeUInt32BE(0x02400000, 8)
  tag('scnrRGB Lab ').copy(header, 12)
  tag('acsp').copy(header, 36)
  // the white that the connection space is given for (D50)
  header.writeUInt32BE(0xf6d6, 68)
  header.writeUInt32BE(0x10000, 72)
  header.writeUInt32BE(0xd32d, 76)
  const table = Buffer.alloc(16)
  table.writeUInt32BE(1)
  tag('A2B0').copy(table, 4)
  table.writeUInt32BE(144, 8)
  table.writeUInt32BE(data.length, 12)
  return Buffer.concat([header, table, data])
}
