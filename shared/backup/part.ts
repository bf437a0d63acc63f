import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { constants, createZstdCompress, zstdCompress, zstdDecompress } from 'node:zlib'
import { Decrypter, Encrypter } from 'age-encryption'
import { DamagedBackup, type PartEntry } from './manifest.ts'
import { type Pace, unpaced } from './pace.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** As the zstd program does by itself. */
const LEVEL = 3
/** A part is cut at the first row behind so many bytes: small enough to be held in memory a few times over. */
const PART_PLAIN_BYTES = 16 * 1024 * 1024
/** No single row is near it (a body of 5 MB at most); the store takes 64 MiB in one request. */
const LARGEST_PART_BYTES = 64 * 1024 * 1024
const NEWLINE = 0x0a
/** Less than a millisecond's work each; age's own chunks are as large. */
const COMPRESSED_AT_ONCE = 64 * 1024
const ENCRYPTED_AT_ONCE = 64 * 1024
/** With rests between, a part is also smaller: hashing and sending it is one piece of work. */
const PACED_PLAIN_BYTES = 4 * 1024 * 1024

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const ZSTD = {
  params: { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 },
}

async function* slices(bytes: Uint8Array, size: number, pace: Pace): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await pace()
    yield bytes.subarray(at, at + size)
  }
}

const compressPaced = async (plain: Uint8Array, pace: Pace): Promise<Buffer> => {
  const packed: Buffer[] = []
  await pipeline(slices(plain, COMPRESSED_AT_ONCE, pace), createZstdCompress(ZSTD), async (source) => {
    for await (const chunk of source) packed.push(chunk as Buffer)
  })
  return Buffer.concat(packed)
}

const encryptPaced = async (encrypter: Encrypter, packed: Uint8Array, pace: Pace): Promise<Buffer> => {
  const source = slices(packed, ENCRYPTED_AT_ONCE, pace)
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const { done, value } = await source.next()
    if (done) controller.close()
    else controller.enqueue(value)
  }
  const sealed: Uint8Array[] = []
  const reader = (await encrypter.encrypt(new ReadableStream({ pull }))).getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) sealed.push(next.value)
  return Buffer.concat(sealed)
}

/** Compressed by zstd, then encrypted by age to every recipient: what `zstd | age` would have made. */
export const sealBytes = async (
  plain: Uint8Array,
  recipients: readonly string[],
  pace: Pace = unpaced,
): Promise<Buffer> => {
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  if (pace === unpaced) return Buffer.from(await encrypter.encrypt(await compress(plain, ZSTD)))
  return encryptPaced(encrypter, await compressPaced(plain, pace), pace)
}

/** @throws DamagedBackup: another key, or not the bytes that were sealed */
export const openBytes = async (sealed: Uint8Array, identities: readonly string[]): Promise<Buffer> => {
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  try {
    return await decompress(await decrypter.decrypt(sealed), { maxOutputLength: 4 * LARGEST_PART_BYTES })
  } catch (error) {
    throw new DamagedBackup('A part does not open: wrong key, or altered bytes.', { cause: error })
  }
}

/** Proves a part against its manifest and opens it. @throws DamagedBackup */
export const openPart = async (
  sealed: Buffer,
  part: PartEntry,
  identities: readonly string[],
): Promise<Buffer> => {
  if (sealed.length !== part.bytes || sha256Of(sealed) !== part.sha256)
    throw new DamagedBackup(`The part ${part.key} is not the one that was written.`)
  const plain = await openBytes(sealed, identities)
  if (plain.length !== part.plainBytes)
    throw new DamagedBackup(`The part ${part.key} has another length than it should.`)
  return plain
}

export type PartSink = {
  recipients: readonly string[]
  /** The key of the n-th part, from 1. */
  keyOf: (index: number) => string
  put: (key: string, bytes: Buffer) => Promise<void>
  plainBytes?: number | undefined
  pace?: Pace | undefined
}

const countRows = (chunk: Buffer): number => {
  let rows = 0
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) rows += 1
  return rows
}

const writePart = async (sink: PartSink, key: string, plain: Buffer, rows: number): Promise<PartEntry> => {
  const sealed = await sealBytes(plain, sink.recipients, sink.pace)
  if (sealed.length > LARGEST_PART_BYTES) throw new RangeError(`The part ${key} is too large.`)
  await sink.put(key, sealed)
  return { key, bytes: sealed.length, sha256: sha256Of(sealed), rows, plainBytes: plain.length }
}

/**
 * Writes a stream of lines (COPY's text format: a newline ends a row and stands nowhere else) in parts cut between rows. While one part is
 * sealed and sent the next is read, but not with a pace; never more than two are in memory. An empty stream makes no part.
 */
export const writeParts = async (source: AsyncIterable<Buffer>, sink: PartSink): Promise<PartEntry[]> => {
  const { pace = unpaced } = sink
  const limit = sink.plainBytes ?? (pace === unpaced ? PART_PLAIN_BYTES : PACED_PLAIN_BYTES)
  const parts: PartEntry[] = []
  let chunks: Buffer[] = []
  let [length, rows, index] = [0, 0, 0]
  let underWay: Promise<PartEntry> | undefined
  const finish = async (): Promise<void> => {
    if (underWay) parts.push(await underWay)
    underWay = undefined
  }
  const flush = async (): Promise<void> => {
    await finish()
    if (length === 0) return
    index += 1
    underWay = writePart(sink, sink.keyOf(index), Buffer.concat(chunks, length), rows)
    // its failure is heard at the next `finish`; until then it must not count as unhandled
    underWay.catch(() => undefined)
    chunks = []
    ;[length, rows] = [0, 0]
    // each would take its share of the time for itself, and both cores of a small machine at once
    if (pace !== unpaced) await finish()
  }
  for await (const chunk of source) {
    chunks.push(chunk)
    length += chunk.length
    rows += countRows(chunk)
    if (length >= limit && chunk.at(-1) === NEWLINE) await flush()
    await pace()
  }
  await flush()
  await finish()
  return parts
}
