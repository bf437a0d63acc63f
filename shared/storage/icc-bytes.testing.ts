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

/** D50, the white that the connection space is given for. */
const WHITE = [0xf6d6, 0x10000, 0xd32d]

const numbers = (values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, at) => {
    bytes.writeUInt32BE(value, 4 * at)
  })
  return bytes
}

type Tags = readonly (readonly [name: string, data: Buffer])[]

/** A profile of a scanner: header, table of tags, and their data (ICC.1:2022, 7.2 and 7.3). */
const profileOf = (spaces: string, tags: Tags): Buffer => {
  const header = Buffer.alloc(128)
  header.writeUInt32BE(0x02400000, 8)
  tag(`scnr${spaces}`).copy(header, 12)
  tag('acsp').copy(header, 36)
  numbers(WHITE).copy(header, 68)
  let at = 128 + 4 + 12 * tags.length
  const table = tags.map(([name, data]) => {
    const entry = Buffer.concat([tag(name), numbers([at, data.length])])
    at += data.length
    return entry
  })
  header.writeUInt32BE(at)
  return Buffer.concat([header, numbers([tags.length]), ...table, ...tags.map(([, data]) => data)])
}

/** A colour profile that the decoder must look every pixel up in. */
export const makeLookUpProfile = (): Buffer => profileOf('RGB Lab ', [['A2B0', lookUp()]])

/** A profile of grey in linear light (ICC.1:2022, 10.6). */
export const makeGreyProfile = (): Buffer =>
  profileOf('GRAYXYZ ', [
    ['wtpt', Buffer.concat([tag('XYZ '), numbers([0, ...WHITE])])],
    ['kTRC', Buffer.concat([tag('curv'), numbers([0, 1]), words([0x100, 0])])],
  ])
