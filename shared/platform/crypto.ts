import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import { z } from 'zod'
import { bindTo, KEY_BYTES, openBox, sealBox } from './crypto-box.ts'

export type MasterKeys = { current: string; keys: ReadonlyMap<string, Buffer> }

/** A person's fresh data key: `key` lives in memory only, `wrapped` and `masterKeyId` go to the database. */
export type NewDataKey = { key: Buffer; wrapped: Buffer; masterKeyId: string }

export type Envelope = {
  newDataKey: (userId: string) => NewDataKey
  /** Throws a plain Error when it was wrapped for another person, or under a master key that is not known. */
  unwrapDataKey: (userId: string, wrapped: Buffer) => Buffer
  /** The same data key under the current master key, for rotation; `undefined` when it is there already. */
  rewrapDataKey: (userId: string, wrapped: Buffer) => { wrapped: Buffer; masterKeyId: string } | undefined
}

/**
 * What a ciphertext belongs to: a row copied to another owner or record, or an older key version, does not
 * open.
 */
export type SealContext = { ownerId: string; recordId: string; keyVersion: number }

/** What a part of a transcript is bound to as its record: the parts differ in it, so that none passes as another. */
export const transcriptRecord = (transcriptId: string, part: 'title' | 'text' | 'words'): string =>
  `${transcriptId}/${part}`

const MasterKeysFile = z.strictObject({
  current: z.string(),
  keys: z.record(
    z.string().regex(/^[\w-]{1,32}$/, 'a key id is 1-32 characters of A-Z a-z 0-9 _ -'),
    z.base64('a key must be base64').transform((text) => Buffer.from(text, 'base64')),
  ),
})

/**
 * Reads the secret `master-keys`: `{"current":"k1","keys":{"k1":"<base64 of 32 bytes>"}}`. Old keys stay
 * listed until every data key is wrapped anew. Throws an Error that says what is wrong and never shows a key.
 */
export const parseMasterKeys = (json: string): MasterKeys => {
  let raw: unknown
  try {
    raw = JSON.parse(json)
  } catch {
    throw new Error('is not JSON') // no cause: the parser's message quotes the text
  }
  const result = MasterKeysFile.safeParse(raw)
  if (!result.success) throw new Error(result.error.issues.map((issue) => issue.message).join('; '))
  const { current, keys } = result.data
  for (const [id, key] of Object.entries(keys)) {
    if (key.length !== KEY_BYTES) throw new Error(`key ${id} has ${key.length} bytes, not ${KEY_BYTES}`)
  }
  if (!Object.hasOwn(keys, current)) throw new Error('the current key is not among the keys')
  return { current, keys: new Map(Object.entries(keys)) }
}

const WRAP_FORMAT = 1

/**
 * Data keys of people, wrapped by the operator's master keys: `format | length of key id | key id | box`.
 * The person's id is bound in, so a wrapped key moved to another row does not open.
 */
export const createEnvelope = (masterKeys: MasterKeys): Envelope => {
  const wrap = (userId: string, key: Buffer): { wrapped: Buffer; masterKeyId: string } => {
    const masterKeyId = masterKeys.current
    const box = sealBox(masterKey(masterKeyId), key, bindTo('data-key', WRAP_FORMAT, masterKeyId, userId))
    const id = Buffer.from(masterKeyId)
    return { wrapped: Buffer.concat([Buffer.from([WRAP_FORMAT, id.length]), id, box]), masterKeyId }
  }
  const masterKey = (id: string): Buffer => {
    const key = masterKeys.keys.get(id)
    if (!key) throw new Error(`The master key ${JSON.stringify(id)} is not known`)
    return key
  }
  const unwrap = (userId: string, wrapped: Buffer): { key: Buffer; masterKeyId: string } => {
    if (wrapped[0] !== WRAP_FORMAT) throw new Error('A wrapped data key has an unknown format')
    const boxAt = 2 + (wrapped[1] ?? 0)
    const masterKeyId = wrapped.toString('utf8', 2, boxAt)
    const aad = bindTo('data-key', WRAP_FORMAT, masterKeyId, userId)
    return { key: openBox(masterKey(masterKeyId), wrapped.subarray(boxAt), aad), masterKeyId }
  }
  return {
    newDataKey: (userId) => {
      const key = randomBytes(KEY_BYTES)
      return { key, ...wrap(userId, key) }
    },
    unwrapDataKey: (userId, wrapped) => unwrap(userId, wrapped).key,
    rewrapDataKey: (userId, wrapped) => {
      const { key, masterKeyId } = unwrap(userId, wrapped)
      return masterKeyId === masterKeys.current ? undefined : wrap(userId, key)
    },
  }
}

/** First byte of a sealed record; the second one says that the plaintext was compressed by Brotli. */
const PLAIN = 0x10
const BROTLI = 0x11
const HEADER_BYTES = 5

/** Far above the largest transcript; stops a record that would unpack without end. */
const MAX_OPENED_BYTES = 64 * 1024 * 1024

const contextAad = (format: number, { ownerId, recordId, keyVersion }: SealContext): Buffer =>
  bindTo('record', format, keyVersion, ownerId, recordId)

/**
 * Encrypts a record under a person's data key: `format | key version (4 bytes) | box`. `compress` packs it
 * first (Brotli 4: about three times smaller for text) and is dropped where it gains nothing.
 */
export const seal = (
  dataKey: Buffer,
  context: SealContext,
  plaintext: Buffer | string,
  options: { compress?: boolean } = {},
): Buffer => {
  const plain = Buffer.from(plaintext)
  const packed = options.compress
    ? brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
    : plain
  const [format, body] = packed.length < plain.length ? [BROTLI, packed] : [PLAIN, plain]
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt8(format)
  header.writeUInt32BE(context.keyVersion, 1)
  return Buffer.concat([header, sealBox(dataKey, body, contextAad(format, context))])
}

/** Version of the data key that a sealed record needs, read from its header (which only `open` proves). */
export const keyVersionOf = (sealed: Buffer): number => {
  if (sealed.length < HEADER_BYTES) throw new Error('A sealed record is too short')
  return sealed.readUInt32BE(1)
}

/**
 * Decrypts what `seal` made. A plain Error means a bug or tampering: another owner, record, key or version, a
 * flipped bit, or more than 64 MiB after unpacking.
 */
export const open = (dataKey: Buffer, context: SealContext, sealed: Buffer): Buffer => {
  if (keyVersionOf(sealed) !== context.keyVersion) throw new Error('A sealed record has another key version')
  const format = sealed.readUInt8(0)
  if (format !== PLAIN && format !== BROTLI) throw new Error('A sealed record has an unknown format')
  const body = openBox(dataKey, sealed.subarray(HEADER_BYTES), contextAad(format, context))
  return format === BROTLI ? brotliDecompressSync(body, { maxOutputLength: MAX_OPENED_BYTES }) : body
}

/** HMAC-SHA256 of a text, in hex: a pseudonym that only the holder of the key can recompute. */
export const hmacHex = (key: string | Buffer, text: string): string =>
  createHmac('sha256', key).update(text).digest('hex')

export const sha256Hex = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex')

/**
 * Whether two texts are equal, in a time that tells nothing about where they differ or how long the secret
 * is.
 */
export const timingSafeEqualText = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
