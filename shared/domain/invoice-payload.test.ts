import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeInvoicePayload, encodeInvoicePayload } from './invoice-payload.ts'

const macWith =
  (key: string, encoding: 'base64url' | 'hex' = 'base64url') =>
  (text: string): string =>
    createHmac('sha256', key).update(text).digest(encoding)
const mac = macWith('test key')
const orderId = '0198f1c2-7d3e-7a4b-8c5d-0e1f2a3b4c5d'
const expiresAtSeconds = 1_800_000_000
const now = expiresAtSeconds - 60

test('every order comes back, within 128 bytes, with codes in base64url and hex', () => {
  const encodings = fc.constantFrom<'base64url' | 'hex'>('base64url', 'hex')
  fc.assert(
    fc.property(fc.uuid(), fc.integer({ min: 1, max: 4_102_444_800 }), encodings, (id, expiry, encoding) => {
      const code = macWith('another key', encoding)
      const payload = encodeInvoicePayload({ orderId: id, expiresAtSeconds: expiry }, code)
      expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(128)
      expect(decodeInvoicePayload(payload, code, expiry - 1)).toEqual({
        ok: true,
        orderId: id,
        expiresAt: expiry,
      })
    }),
  )
})

test('one changed character is never accepted', () => {
  const payload = encodeInvoicePayload({ orderId, expiresAtSeconds }, mac)
  fc.assert(
    fc.property(fc.nat(payload.length - 1), fc.constantFrom(...'aZ09-_.'), (index, replacement) => {
      fc.pre(payload[index] !== replacement)
      const changed = payload.slice(0, index) + replacement + payload.slice(index + 1)
      expect(decodeInvoicePayload(changed, mac, now).ok).toBe(false)
    }),
  )
})

test('a later expiry does not fit the code', () => {
  const [version, id, , code] = encodeInvoicePayload({ orderId, expiresAtSeconds }, mac).split('.')
  const later = (expiresAtSeconds + 86_400).toString(36)
  expect(decodeInvoicePayload(`${version}.${id}.${later}.${code}`, mac, now)).toEqual({
    ok: false,
    reason: 'forged',
  })
})

test('another key: forged, without an order id to trust', () => {
  const payload = encodeInvoicePayload({ orderId, expiresAtSeconds }, macWith('stolen nothing'))
  expect(decodeInvoicePayload(payload, mac, now)).toEqual({ ok: false, reason: 'forged' })
})

test('a code made for another purpose under the same key proves nothing', () => {
  const [version, id, expiry] = encodeInvoicePayload({ orderId, expiresAtSeconds }, mac).split('.')
  const body = `${version}.${id}.${expiry}`
  expect(decodeInvoicePayload(`${body}.${mac(body)}`, mac, now)).toEqual({ ok: false, reason: 'forged' })
})

test('expired from its second on, and the order is still named: a late payment must find it', () => {
  const payload = encodeInvoicePayload({ orderId, expiresAtSeconds }, mac)
  const expired = { ok: false, reason: 'expired', orderId, expiresAt: expiresAtSeconds }
  expect(decodeInvoicePayload(payload, mac, expiresAtSeconds - 1).ok).toBe(true)
  expect(decodeInvoicePayload(payload, mac, expiresAtSeconds)).toEqual(expired)
})

test.each([
  '',
  'k1',
  'k2.AAAAAAAAAAAAAAAAAAAAAA.zik0zk.abcdefghijklmnop',
  'pack=small',
  '\u0000',
  'к1.я',
  'a'.repeat(200),
])('unknown: %j', (payload) => {
  expect(decodeInvoicePayload(payload, mac, now)).toEqual({ ok: false, reason: 'unknown' })
})

test('any text is answered, never thrown at', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 140 }), (payload) => {
      expect(decodeInvoicePayload(payload, mac, now).ok).toBe(false)
    }),
  )
})

test.each([{ expiresAtSeconds: -5 }, { expiresAtSeconds: Number.NaN }])(
  'refuses to write %o',
  ({ expiresAtSeconds: at }) => {
    expect(() => encodeInvoicePayload({ orderId, expiresAtSeconds: at }, mac)).toThrow(RangeError)
  },
)

test('refuses a code that is too short to prove anything or too long to fit', () => {
  expect(() => encodeInvoicePayload({ orderId, expiresAtSeconds }, () => 'short')).toThrow(RangeError)
  expect(() => encodeInvoicePayload({ orderId, expiresAtSeconds }, () => 'x'.repeat(65))).toThrow(RangeError)
})
