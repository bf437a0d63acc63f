import { randomBytes } from 'node:crypto'
import { brotliCompressSync, constants } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '#shared/errors.ts'
import {
  createEnvelope,
  hmacHex,
  keyVersionOf,
  type MasterKeys,
  open,
  parseMasterKeys,
  type SealContext,
  seal,
  sha256Hex,
  timingSafeEqualText,
} from './crypto.ts'
import { bindTo, newNonce, openBox, sealBox } from './crypto-box.ts'

const base64Key = (): string => randomBytes(32).toString('base64')
const anna = '0198c0de-0000-7000-8000-000000000001'
const boris = '0198c0de-0000-7000-8000-000000000002'

describe('parseMasterKeys', () => {
  it('reads the current key and the older ones', () => {
    const [k1, k2] = [base64Key(), base64Key()]
    const parsed = parseMasterKeys(JSON.stringify({ current: 'k2', keys: { k1, k2 } }))
    expect(parsed.current).toBe('k2')
    expect(parsed.keys.get('k1')?.toString('base64')).toBe(k1)
    expect([...parsed.keys.keys()]).toEqual(['k1', 'k2'])
  })

  it.each([
    ['no JSON', 'k1=abc'],
    ['no keys', '{"current":"k1"}'],
    ['current unknown', JSON.stringify({ current: 'k9', keys: { k1: base64Key() } })],
    ['current is no own key', JSON.stringify({ current: 'toString', keys: { k1: base64Key() } })],
    ['16 bytes', JSON.stringify({ current: 'k1', keys: { k1: randomBytes(16).toString('base64') } })],
    ['no base64', JSON.stringify({ current: 'k1', keys: { k1: '***' } })],
    ['bad id', JSON.stringify({ current: 'k 1', keys: { 'k 1': base64Key() } })],
    ['unknown field', JSON.stringify({ current: 'k1', keys: { k1: base64Key() }, old: true })],
  ])('refuses: %s', (_, json) => {
    expect(() => parseMasterKeys(json)).toThrow(Error)
  })

  it('never shows a key in its complaint', () => {
    const secret = randomBytes(31).toString('base64')
    for (const json of [
      `{"current":"k1","keys":{"k1":"${secret}"}}`,
      `{"current":"k1","keys":{"k1":"${secret}`,
    ]) {
      expect(() => parseMasterKeys(json)).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining(secret) }),
      )
    }
  })
})

describe('createEnvelope', () => {
  const keys = new Map([
    ['k1', randomBytes(32)],
    ['k2', randomBytes(32)],
  ])
  const old: MasterKeys = { current: 'k1', keys }
  const fresh: MasterKeys = { current: 'k2', keys }

  it('gives every person another key and opens it again', () => {
    const envelope = createEnvelope(old)
    const [a, b] = [envelope.newDataKey(anna), envelope.newDataKey(anna)]
    expect(a.masterKeyId).toBe('k1')
    expect(a.key).toHaveLength(32)
    expect(a.key.equals(b.key)).toBe(false)
    expect(a.wrapped.includes(a.key)).toBe(false)
    expect(envelope.unwrapDataKey(anna, a.wrapped).equals(a.key)).toBe(true)
  })

  it('binds a wrapped key to its person', () => {
    const envelope = createEnvelope(old)
    const { wrapped } = envelope.newDataKey(anna)
    expect(() => envelope.unwrapDataKey(boris, wrapped)).toThrow('does not open')
  })

  it('opens under an old master key, and re-wraps once', () => {
    const { key, wrapped } = createEnvelope(old).newDataKey(anna)
    const envelope = createEnvelope(fresh)
    expect(envelope.unwrapDataKey(anna, wrapped).equals(key)).toBe(true)
    const again = envelope.rewrapDataKey(anna, wrapped)
    if (!again) throw new Error('nothing was re-wrapped')
    expect(again.masterKeyId).toBe('k2')
    const onlyNew = createEnvelope({ current: 'k2', keys: new Map([...keys].slice(1)) })
    expect(onlyNew.unwrapDataKey(anna, again.wrapped).equals(key)).toBe(true)
    expect(envelope.rewrapDataKey(anna, again.wrapped)).toBeUndefined()
  })

  it('names a master key that is not known', () => {
    const { wrapped } = createEnvelope(old).newDataKey(anna)
    const other = createEnvelope({ current: 'k9', keys: new Map([['k9', randomBytes(32)]]) })
    expect(() => other.unwrapDataKey(anna, wrapped)).toThrow('"k1" is not known')
  })

  it('refuses every flipped bit of a wrapped key', () => {
    const envelope = createEnvelope(old)
    const { wrapped } = envelope.newDataKey(anna)
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const altered = Buffer.from(wrapped)
      altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(() => envelope.unwrapDataKey(anna, altered)).toThrow(Error)
    }
    expect(() => envelope.unwrapDataKey(anna, Buffer.alloc(0))).toThrow('unknown format')
  })
})

describe('seal and open', () => {
  const key = randomBytes(32)
  const context: SealContext = { ownerId: anna, recordId: 'r1', keyVersion: 3 }

  it('opens what it sealed, compressed or not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.boolean(), (text, compress) => {
        expect(open(key, context, seal(key, context, text, { compress })).toString()).toBe(text)
      }),
      { numRuns: 200 },
    )
  })

  it('packs text before it encrypts, and leaves alone what does not shrink', () => {
    const text = 'Добрый день, коллеги. Начинаем. '.repeat(500)
    const [packed, loose] = [seal(key, context, text, { compress: true }), seal(key, context, text)]
    expect(packed.length).toBeLessThan(loose.length / 20)
    const noise = randomBytes(1000)
    expect(seal(key, context, noise, { compress: true })).toHaveLength(noise.length + 5 + 28)
  })

  it('carries the key version', () => {
    expect(keyVersionOf(seal(key, context, 'x'))).toBe(3)
    expect(() => keyVersionOf(Buffer.alloc(4))).toThrow('too short')
  })

  it.each<[string, Partial<SealContext>]>([
    ['owner', { ownerId: boris }],
    ['record', { recordId: 'r2' }],
    ['owner and record swapped', { ownerId: 'r1', recordId: anna }],
    ['key version', { keyVersion: 4 }],
  ])('does not open for another %s', (_, other) => {
    const sealed = seal(key, context, 'private')
    expect(() => open(key, { ...context, ...other }, sealed)).toThrow(Error)
    expect(() => open(key, { ...context, ...other }, sealed)).not.toThrow(AppError)
  })

  it('does not open under another key', () => {
    expect(() => open(randomBytes(32), context, seal(key, context, 'private'))).toThrow('does not open')
  })

  it('refuses every flipped bit and every cut', () => {
    const sealed = seal(key, context, 'private text '.repeat(20), { compress: true })
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const altered = Buffer.from(sealed)
      altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(() => open(key, context, altered)).toThrow(Error)
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(() => open(key, context, sealed.subarray(0, length))).toThrow(Error)
    }
  })

  it('never uses a nonce twice', () => {
    const seen = new Set<string>()
    for (let i = 0; i < 10_000; i++) seen.add(seal(key, context, 'x').toString('hex', 5, 17))
    expect(seen.size).toBe(10_000)
  })

  it('never uses a nonce twice, not in a million', { timeout: 60_000 }, () => {
    // eight of the twelve bytes, which is the stricter test
    const seen = new BigUint64Array(1_000_000)
    for (let i = 0; i < seen.length; i++) seen[i] = newNonce().readBigUInt64BE(4)
    seen.sort()
    expect(seen.some((nonce, i) => i > 0 && nonce === seen[i - 1])).toBe(false)
  })

  it('does not open in the place of another record or owner of the same key', () => {
    const places: SealContext[] = ['r1/text', 'r1/title', 'r1/words', 'r2/text'].flatMap((recordId) =>
      [anna, boris].map((ownerId) => ({ ownerId, recordId, keyVersion: 1 })),
    )
    const sealed = places.map((place) => seal(key, place, 'private', { compress: true }))
    for (const [i, place] of places.entries()) {
      for (const [j, box] of sealed.entries()) {
        if (i === j) expect(open(key, place, box).toString()).toBe('private')
        else expect(() => open(key, place, box)).toThrow('does not open')
      }
    }
  })

  it('stops unpacking at its bound', () => {
    const bomb = brotliCompressSync(Buffer.alloc(65 * 1024 * 1024), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
    })
    const header = Buffer.from([0x11, 0, 0, 0, 3])
    const sealed = Buffer.concat([header, sealBox(key, bomb, bindTo('record', 0x11, 3, anna, 'r1'))])
    expect(() => open(key, context, sealed)).toThrow('Cannot create a Buffer larger')
  })
})

describe('small tools', () => {
  it('agrees with published vectors', () => {
    // RFC 4231 case 2; FIPS 180 "abc"
    expect(hmacHex('Jefe', 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    )
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it('compares texts of any length', () => {
    expect(timingSafeEqualText('secret', 'secret')).toBe(true)
    expect(timingSafeEqualText('secret', 'secreT')).toBe(false)
    expect(timingSafeEqualText('secret', 'secret ')).toBe(false)
    expect(timingSafeEqualText('', '')).toBe(true)
  })

  it('binds lists of parts without ambiguity', () => {
    expect(bindTo('a', 'bc').equals(bindTo('ab', 'c'))).toBe(false)
    expect(bindTo('1').equals(bindTo(1))).toBe(false)
    expect(() => openBox(randomBytes(32), Buffer.alloc(27), bindTo())).toThrow('too short')
  })
})
