const be16 = (n: number): number[] => [n >>> 8, n & 255]
const segment = (marker: number, ...data: number[]): Buffer =>
  Buffer.from([0xff, marker, ...be16(data.length + 2), ...data])
/** A table of one code, a single 0 bit, for one symbol. */
const codeTable = (kind: 0 | 1, symbol: number): Buffer =>
  segment(0xc4, kind << 4, 1, ...Array<number>(15).fill(0), symbol)
const scan = (from: number, to: number, bits: number): Buffer => segment(0xda, 1, 1, 0, from, to, bits)
const zeroBits = (count: number): Buffer => Buffer.alloc(Math.ceil(count / 8))

/** End-of-band runs: "nothing in the next 16,384 blocks" takes 15 bits. */
const RUN = { symbol: 0xe0, blocks: 16_384, bits: 15 }

/** A grey progressive JPEG by hand, all of zero bits, in so many scans more than its first: each goes over all blocks, and takes few bytes. */
export const makeScans = (width: number, height: number, more: number): Buffer => {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8)
  const empty = zeroBits(Math.ceil(blocks / RUN.blocks) * RUN.bits)
  const scans = Array.from({ length: more }, (_, index) => {
    const coefficient = 1 + (index % 63)
    return Buffer.concat([scan(coefficient, coefficient, index < 63 ? 0x01 : 0x10), empty])
  })
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, 0, ...Array<number>(64).fill(1)),
    segment(0xc2, 8, ...be16(height), ...be16(width), 1, 1, 0x11, 0),
    codeTable(0, 0),
    codeTable(1, RUN.symbol),
    scan(0, 0, 0),
    zeroBits(blocks),
    ...scans,
    Buffer.from([0xff, 0xd9]),
  ])
}
