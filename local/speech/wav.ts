const RATE = 8_000

const chunk = (kind: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(8)
  head.write(kind, 0, 'latin1')
  head.writeUInt32LE(body.length, 4)
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)])
}

/** A silent WAV (8 kHz, 8 bits) with words in its comment, for tests and players. */
export const makeWav = ({ words, seconds }: { words: string; seconds: number }): Buffer => {
  const format = Buffer.alloc(16)
  format.writeUInt16LE(1, 0)
  format.writeUInt16LE(1, 2)
  format.writeUInt32LE(RATE, 4)
  format.writeUInt32LE(RATE, 8)
  format.writeUInt16LE(1, 12)
  format.writeUInt16LE(8, 14)
  const comment = chunk('ICMT', Buffer.from(`${words}\0`, 'utf8'))
  const body = Buffer.concat([
    Buffer.from('WAVE', 'latin1'),
    chunk('fmt ', format),
    chunk('LIST', Buffer.concat([Buffer.from('INFO', 'latin1'), comment])),
    chunk('data', Buffer.alloc(Math.round(seconds * RATE), 128)),
  ])
  return chunk('RIFF', body)
}

/** The words in the comment of a WAV file; undefined where there are none. */
export const wordsInWav = (bytes: Buffer): string | undefined => {
  const at = bytes.indexOf('ICMT')
  if (at < 0) return undefined
  const end = at + 8 + bytes.readUInt32LE(at + 4)
  return bytes
    .subarray(at + 8, end)
    .toString('utf8')
    .replace(/\0+$/, '')
}
