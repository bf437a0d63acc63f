import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign as edSign,
  verify as edVerify,
  randomBytes,
} from 'node:crypto'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'

/** DER around the 32 bytes of an Ed25519 key (RFC 8410): private in PKCS#8, public in SPKI. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const KEY_BYTES = 32

/** Signs manifests: the server holds it, so that nobody who can merely write to the bucket can make a backup of his own. */
export type ManifestSigner = {
  /** What verifiers need, base64url. */
  publicKey: string
  sign: (text: string) => string
}

/** The operator's recovery key: what a restore needs besides the buckets. */
export type RecoveryKey = {
  /** `AGE-SECRET-KEY-1...`, at least one. */
  identities: string[]
  /** Public keys of the installations whose manifests are believed. */
  manifestKeys: string[]
}

/** What a new installation is given. `recoveryKey` goes to the operator and never stays on the server. */
export type NewBackupKeys = { recoveryKey: string; recipients: string; signingKey: string }

/** A name for the installation that a manifest key belongs to: 16 hex digits, the same as long as the key is. */
export const installationOf = (publicKey: string): string =>
  createHash('sha256').update(publicKey).digest('hex').slice(0, 16)

/** @throws Error when it is not the base64url of 32 bytes; never shows the key */
export const parseSigningKey = (text: string): ManifestSigner => {
  const seed = Buffer.from(text.trim(), 'base64url')
  if (seed.length !== KEY_BYTES) throw new Error('must be the base64url of 32 bytes')
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(key).export({ format: 'jwk' }).x
  if (publicKey === undefined) throw new Error('is no Ed25519 key')
  return { publicKey, sign: (content) => edSign(null, Buffer.from(content), key).toString('base64url') }
}

/** Whether the installation with this public key has signed the text. A signature that is none is just not valid. */
export const isSignedBy = (publicKey: string, text: string, signature: string): boolean => {
  const raw = Buffer.from(publicKey, 'base64url')
  // the text of a signature must be the one that `sign` writes: no second spelling of it passes
  if (raw.length !== KEY_BYTES || Buffer.from(signature, 'base64url').toString('base64url') !== signature)
    return false
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' })
  return edVerify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))
}

const wordsOf = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '')

/** Public age keys, one a line or with commas between them. @throws Error when there is none or one looks wrong */
export const parseRecipients = (text: string): string[] => {
  const recipients = wordsOf(text.replace(/#.*$/gm, ''))
  if (recipients.length === 0) throw new Error('must name at least one public key (age1...)')
  for (const one of recipients) {
    if (one.startsWith('AGE-SECRET-KEY'))
      throw new Error('holds a secret key: only the public one (age1...) belongs on a server')
    if (!/^age1[02-9ac-hj-np-z]{58}$/.test(one)) throw new Error('must be public age keys (age1...)')
  }
  return recipients
}

/**
 * Reads the operator's key file: age's own format, in which our manifest keys stand as comments.
 * @throws Error saying what is missing; never shows a key
 */
export const parseRecoveryKey = (text: string): RecoveryKey => {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const identities = lines.filter((line) => line.startsWith('AGE-SECRET-KEY-'))
  const manifestKeys = lines.flatMap((line) => /^# manifest key: ([\w-]{43})$/.exec(line)?.[1] ?? [])
  if (identities.length === 0) throw new Error('holds no AGE-SECRET-KEY line')
  if (manifestKeys.length === 0) throw new Error('holds no "# manifest key:" line')
  return { identities, manifestKeys }
}

/** Fresh keys for an installation. */
export const makeBackupKeys = async (): Promise<NewBackupKeys> => {
  const identity = await generateX25519Identity()
  const recipient = await identityToRecipient(identity)
  const signingKey = randomBytes(KEY_BYTES).toString('base64url')
  const { publicKey } = parseSigningKey(signingKey)
  const recoveryKey = [
    "# Kopeika's recovery key: whoever has it can read every backup. Keep it offline, twice.",
    `# public key: ${recipient}`,
    `# manifest key: ${publicKey}`,
    identity,
  ].join('\n')
  return { recoveryKey, recipients: recipient, signingKey }
}
