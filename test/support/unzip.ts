import { strict as assert } from 'node:assert'
import { crc32, inflateRawSync } from 'node:zlib'

/** Reads an archive by its directory, as every program does, and checks each length and sum on the way. */
export const unzip = (archive: Buffer): Map<string, Buffer> => {
  const end = archive.length - 22
  assert.equal(archive.readUInt32LE(end), 0x06054b50)
  const parts = new Map<string, Buffer>()
  let at = archive.readUInt32LE(end + 16)
  assert.equal(at + archive.readUInt32LE(end + 12), end)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    assert.equal(archive.readUInt32LE(at), 0x02014b50)
    const [sum, packed, size] = [16, 20, 24].map((field) => archive.readUInt32LE(at + field))
    const name = archive.toString('ascii', at + 46, at + 46 + archive.readUInt16LE(at + 28))
    const local = archive.readUInt32LE(at + 42)
    assert.equal(archive.readUInt32LE(local), 0x04034b50)
    // both headers say the same
    assert.deepEqual(archive.subarray(local + 4, local + 28), archive.subarray(at + 6, at + 30))
    const from = local + 30 + archive.readUInt16LE(local + 26)
    const bytes = inflateRawSync(archive.subarray(from, from + (packed ?? 0)))
    assert.deepEqual([bytes.length, crc32(bytes)], [size, sum])
    parts.set(name, bytes)
    at += 46 + name.length
  }
  return parts
}
