import { promisify } from 'node:util'
import { crc32, deflateRaw } from 'node:zlib'

const pack = promisify(deflateRaw)

const VERSION = 20 // 2.0: deflate
const DEFLATE = 8
/** 1 January 1980, the first day that the format knows: the same parts give the same bytes. */
const DAY = 0x21
const LOCAL_HEADER = 0x04034b50
const CENTRAL_HEADER = 0x02014b50
const END_OF_DIRECTORY = 0x06054b50

type Packed = { name: Buffer; sum: number; size: number; bytes: Buffer; offset: number }

/** The fields that a local header and its entry in the directory share, from `version needed` on. */
const writeCommon = (header: Buffer, at: number, { name, sum, size, bytes }: Packed): void => {
  header.writeUInt16LE(VERSION, at)
  header.writeUInt16LE(DEFLATE, at + 4)
  header.writeUInt16LE(DAY, at + 8)
  header.writeUInt32LE(sum, at + 10)
  header.writeUInt32LE(bytes.length, at + 14)
  header.writeUInt32LE(size, at + 18)
  header.writeUInt16LE(name.length, at + 22)
}

const localHeader = (entry: Packed): Buffer => {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(LOCAL_HEADER)
  writeCommon(header, 4, entry)
  return header
}

const directoryEntry = (entry: Packed): Buffer => {
  const header = Buffer.alloc(46)
  header.writeUInt32LE(CENTRAL_HEADER)
  header.writeUInt16LE(VERSION, 4)
  writeCommon(header, 6, entry)
  header.writeUInt32LE(entry.offset, 42)
  return header
}

/** A zip archive that grows: only what is packed stays in memory. Names are ASCII; contents are written as UTF-8. */
export type ZipWriter = {
  add: (name: string, content: string | Buffer) => Promise<void>
  /** Of the archive as it would be now. */
  size: () => number
  finish: () => Buffer
}

const END_BYTES = 22

/** PKWARE APPNOTE 6.3, without zip64: under 65,535 parts and 4 GiB, which a document of ours never reaches. */
export const createZip = (): ZipWriter => {
  const pieces: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  let directoryBytes = 0
  return {
    add: async (name, content) => {
      const plain = Buffer.from(content)
      const bytes = await pack(plain)
      const entry = { name: Buffer.from(name, 'ascii'), sum: crc32(plain), size: plain.length, bytes, offset }
      const header = localHeader(entry)
      const listed = directoryEntry(entry)
      pieces.push(header, entry.name, bytes)
      directory.push(listed, entry.name)
      offset += header.length + entry.name.length + bytes.length
      directoryBytes += listed.length + entry.name.length
    },
    size: () => offset + directoryBytes + END_BYTES,
    finish: () => {
      const end = Buffer.alloc(END_BYTES)
      end.writeUInt32LE(END_OF_DIRECTORY)
      end.writeUInt16LE(directory.length / 2, 8)
      end.writeUInt16LE(directory.length / 2, 10)
      end.writeUInt32LE(directoryBytes, 12)
      end.writeUInt32LE(offset, 16)
      return Buffer.concat([...pieces, ...directory, end])
    },
  }
}

/** A zip archive of parts that are all there. */
export const makeZip = async (
  parts: readonly { name: string; content: string | Buffer }[],
): Promise<Buffer> => {
  const zip = createZip()
  for (const { name, content } of parts) await zip.add(name, content)
  return zip.finish()
}
