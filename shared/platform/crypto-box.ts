import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16
export const KEY_BYTES = 32

/** What a sealed box is bound to, in one unambiguous string: no two lists of parts give the same bytes. */
export const bindTo = (...parts: (string | number)[]): Buffer => Buffer.from(JSON.stringify(parts))

/** A nonce of its own for each box: 96 bits by chance. */
export const newNonce = (): Buffer => randomBytes(NONCE_BYTES)

/**
 * AES-256-GCM with a random 96-bit nonce: `nonce | ciphertext | tag`. Random nonces are safe up to 2^32 boxes
 * under one key (NIST SP 800-38D, 8.3); a key here belongs to one person, and the master key seals one small
 * box a person.
 */
export const sealBox = (key: Buffer, plaintext: Buffer, aad: Buffer): Buffer => {
  const nonce = newNonce()
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(aad)
  const sealed = [nonce, cipher.update(plaintext), cipher.final()]
  return Buffer.concat([...sealed, cipher.getAuthTag()])
}

/** Opens what `sealBox` made; throws a plain Error when the key, the binding or any bit differs. */
export const openBox = (key: Buffer, box: Buffer, aad: Buffer): Buffer => {
  if (box.length < NONCE_BYTES + TAG_BYTES) throw new Error('A sealed box is too short')
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(aad)
  decipher.setAuthTag(box.subarray(-TAG_BYTES))
  try {
    const plaintext = decipher.update(box.subarray(NONCE_BYTES, -TAG_BYTES))
    return Buffer.concat([plaintext, decipher.final()])
  } catch (cause) {
    throw new Error('A sealed box does not open: wrong key, wrong owner or altered bytes', { cause })
  }
}
