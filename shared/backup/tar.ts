const BLOCK = 512
const NAME_BYTES = 100

export type TarFile = { name: string; text: string }

const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`

/** A header of POSIX ustar (IEEE 1003.1): everything that is not said is empty, owner and time are nobody's. */
const headerOf = (name: string, size: number): Buffer => {
  const header = Buffer.alloc(BLOCK)
  if (Buffer.byteLength(name) > NAME_BYTES)
    throw new RangeError(`A name in a tar has at most ${NAME_BYTES} bytes`)
  header.write(name, 0)
  header.write(octal(0o644, 8), 100)
  header.write(octal(0, 8), 108)
  header.write(octal(0, 8), 116)
  header.write(octal(size, 12), 124)
  header.write(octal(0, 12), 136)
  // the sum is taken with spaces in its own place
  header.write('        ', 148)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

/** Text files as a tar that every tar program opens. */
export const packTar = (files: readonly TarFile[]): Buffer =>
  Buffer.concat([
    ...files.flatMap(({ name, text }) => {
      const body = Buffer.from(text)
      return [headerOf(name, body.length), body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]
    }),
    Buffer.alloc(2 * BLOCK),
  ])

/** The files of a tar that `packTar` made. */
export const unpackTar = (tar: Buffer): TarFile[] => {
  const files: TarFile[] = []
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    // a name of 100 bytes fills its place: no NUL ends it
    const nul = tar.indexOf(0, at)
    const end = Math.min(nul, at + NAME_BYTES)
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8)
    const from = at + BLOCK
    files.push({ name: tar.toString('utf8', at, end), text: tar.toString('utf8', from, from + size) })
    at = from + Math.ceil(size / BLOCK) * BLOCK
  }
  return files
}
