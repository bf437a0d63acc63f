import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  installationOf,
  isSignedBy,
  makeBackupKeys,
  parseRecipients,
  parseRecoveryKey,
  parseSigningKey,
} from './keys.ts'
import { openBytes, sealBytes } from './part.ts'

test('keys of a new installation fit together', async () => {
  const keys = await makeBackupKeys()
  const { identities, manifestKeys } = parseRecoveryKey(keys.recoveryKey)
  const plain = Buffer.from('rows')
  expect(await openBytes(await sealBytes(plain, parseRecipients(keys.recipients)), identities)).toEqual(plain)
  const signer = parseSigningKey(`${keys.signingKey}\n`)
  expect(manifestKeys).toEqual([signer.publicKey])
  expect(isSignedBy(signer.publicKey, 'a text', signer.sign('a text'))).toBe(true)
  expect(installationOf(signer.publicKey)).toMatch(/^[0-9a-f]{16}$/)
  expect((await makeBackupKeys()).signingKey).not.toBe(keys.signingKey)
})

test('several may restore: each opens what was sealed for all', async () => {
  const both = [await makeBackupKeys(), await makeBackupKeys()]
  const recipients = parseRecipients(both.map((keys) => `# of one of them\n${keys.recipients}`).join('\n'))
  const sealed = await sealBytes(Buffer.from('rows'), recipients)
  for (const keys of both)
    expect((await openBytes(sealed, parseRecoveryKey(keys.recoveryKey).identities)).toString()).toBe('rows')
})

describe('a signature', () => {
  const signer = parseSigningKey(randomBytes(32).toString('base64url'))
  const other = parseSigningKey(randomBytes(32).toString('base64url'))
  const signature = signer.sign('a text')
  test.each([
    ['of another text', signer.publicKey, 'a text ', signature],
    ['of another installation', other.publicKey, 'a text', signature],
    ['spelt otherwise', signer.publicKey, 'a text', `${signature}=`],
    ['cut off', signer.publicKey, 'a text', signature.slice(0, -2)],
    ['of nothing', signer.publicKey, 'a text', ''],
    ['under a key that is none', 'AAAA', 'a text', signature],
  ])('%s is none', (_what, key, text, given) => {
    expect(isSignedBy(key, text, given)).toBe(false)
  })
})

const GOOD = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'

describe('public keys', () => {
  test('come one a line or with commas, with comments', () => {
    expect(parseRecipients(`# mine\n${GOOD}, ${GOOD}\n`)).toEqual([GOOD, GOOD])
  })
  test.each([
    ['', /at least one public key/],
    ['# age1 in a comment only', /at least one public key/],
    ['AGE-SECRET-KEY-1QQQQ', /only the public one/],
    [GOOD.slice(0, -1), /must be public age keys/],
    ['ssh-ed25519 AAAA', /must be public age keys/],
  ])('%j is refused in words', (text, message) => {
    expect(() => parseRecipients(text)).toThrow(message)
  })
})

test.each([
  ['', /no AGE-SECRET-KEY line/],
  ['# manifest key: short\nAGE-SECRET-KEY-1QQ', /no "# manifest key:" line/],
])('a recovery key %j is refused in words', (text, message) => {
  expect(() => parseRecoveryKey(text)).toThrow(message)
})

test('a recovery key may have Windows line ends, and a refusal never shows it', () => {
  const manifestKey = 'k'.repeat(43)
  expect(parseRecoveryKey(`# manifest key: ${manifestKey}\r\nAGE-SECRET-KEY-1QQ\r\n`)).toEqual({
    identities: ['AGE-SECRET-KEY-1QQ'],
    manifestKeys: [manifestKey],
  })
  for (const text of ['c2VjcmV0', 'not base64 at all !']) {
    expect(() => parseSigningKey(text)).toThrow(/^must be the base64url of 32 bytes$/)
  }
})
