/** Silence of 20 ms as an encoder of Opus writes it (RFC 6716: CELT, full band, one frame). */
const SILENT_PACKET = Buffer.from([0xf8, 0xff, 0xfe])
const SAMPLES_PER_PACKET = 960
const PACKETS_PER_SECOND = 50
const PRE_SKIP = 312
const COMMENT = 'DESCRIPTION='

/** Ogg's own checksum (RFC 3533): polynomial 0x04c11db7, nothing reflected. */
const checksum = (bytes: Buffer): number => {
  let sum = 0
  for (const byte of bytes) {
    sum ^= byte << 24
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & 0x80000000) !== 0 ? (sum << 1) ^ 0x04c11db7 : sum << 1
  }
  return sum >>> 0
}

const lacing = (length: number): number[] => [
  ...Array.from({ length: Math.floor(length / 255) }, () => 255),
  length % 255,
]

const makePage = (packets: Buffer[], page: { kind: number; position: number; number: number }): Buffer => {
  const sizes = packets.flatMap(({ length }) => lacing(length))
  const head = Buffer.alloc(27)
  head.write('OggS', 0, 'latin1')
  head.writeUInt8(page.kind, 5)
  head.writeBigUInt64LE(BigInt(page.position), 6)
  head.writeUInt32LE(1, 14)
  head.writeUInt32LE(page.number, 18)
  head.writeUInt8(sizes.length, 26)
  const bytes = Buffer.concat([head, Buffer.from(sizes), ...packets])
  bytes.writeUInt32LE(checksum(bytes), 22)
  return bytes
}

const withLength = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length, bytes])
}

/**
 * A voice message as Telegram's apps send it: Ogg with Opus, which every player opens. It is silent; the words stand in its comment, where the
 * simulated recogniser hears them.
 */
export const makeVoice = ({ words, seconds }: { words: string; seconds: number }): Buffer => {
  const head = Buffer.alloc(19)
  head.write('OpusHead', 0, 'latin1')
  head.writeUInt8(1, 8)
  head.writeUInt8(1, 9)
  head.writeUInt16LE(PRE_SKIP, 10)
  head.writeUInt32LE(48_000, 12)
  const count = Buffer.alloc(4)
  count.writeUInt32LE(1)
  const tags = Buffer.concat([
    Buffer.from('OpusTags', 'latin1'),
    withLength('kopeika'),
    count,
    withLength(`${COMMENT}${words}`),
  ])
  const pages = [
    makePage([head], { kind: 2, position: 0, number: 0 }),
    makePage([tags], { kind: 0, position: 0, number: 1 }),
  ]
  for (let second = 1; second <= seconds; second += 1) {
    const packets = Array.from({ length: PACKETS_PER_SECOND }, () => SILENT_PACKET)
    const position = PRE_SKIP + second * PACKETS_PER_SECOND * SAMPLES_PER_PACKET
    pages.push(makePage(packets, { kind: second === seconds ? 4 : 0, position, number: second + 1 }))
  }
  return Buffer.concat(pages)
}

/** The words in the comment of an Ogg file; undefined where there are none. */
export const wordsInOgg = (bytes: Buffer): string | undefined => {
  const at = bytes.indexOf(COMMENT)
  if (at < 4) return undefined
  const length = bytes.readUInt32LE(at - 4)
  return bytes.subarray(at + COMMENT.length, at + length).toString('utf8')
}
