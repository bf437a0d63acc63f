import { describe, expect, test } from 'vitest'
import { decodeCallback, encodeCallback, MAX_DATA_BYTES, NEEDS_SIGNATURE } from './callback-data.ts'
import type { OperatorButton } from './callback-operator.ts'

const ID = '0198f1c2-7d3e-7a4b-8c5d-1234567890ab'
const OTHER = '0198f1c2-7d3e-7a4b-8c5d-ba0987654321'

const BUTTONS: OperatorButton[] = [
  { screen: 'menu' },
  { screen: 'find' },
  { screen: 'suspense' },
  { screen: 'dead-letters' },
  { screen: 'status' },
  { screen: 'run-reconcile' },
  { screen: 'run-backup' },
  { screen: 'run-check' },
  { screen: 'person', id: ID },
  { screen: 'credit', id: ID },
  { screen: 'debit', id: ID },
  { screen: 'block', id: ID },
  { screen: 'unblock', id: ID },
  { screen: 'payments', id: ID },
  { screen: 'payment', id: ID },
  { screen: 'refund', id: ID },
  { screen: 'resolve', id: ID },
  { screen: 'resolve-to', id: ID },
  { screen: 'update', number: 1 },
  { screen: 'replay', number: Number.MAX_SAFE_INTEGER },
  { screen: 'discard', number: 7 },
  { screen: 'confirm', number: 987_654_321 },
  { screen: 'history', id: ID },
  { screen: 'history', id: ID, cursor: OTHER },
]

describe("buttons of the operator's side", () => {
  test.each(BUTTONS)('$screen is read back as it was written, within its room', (button) => {
    const data = encodeCallback({ kind: 'operator', ...button })
    expect(Buffer.byteLength(data)).toBeLessThanOrEqual(MAX_DATA_BYTES)
    expect(decodeCallback(data)).toEqual({ kind: 'operator', ...button })
  })

  test('no two are written alike', () => {
    const written = BUTTONS.map((button) => encodeCallback({ kind: 'operator', ...button }))
    expect(new Set(written).size).toBe(BUTTONS.length)
  })

  test('they must carry our signature', () => {
    expect(NEEDS_SIGNATURE.operator).toBe(true)
  })

  test.each([
    'o',
    'o:',
    'o:x',
    'o:m:1',
    'o:p',
    'o:p:',
    'o:p:1',
    'o:l:0',
    'o:l:-1',
    'o:l:1e3',
    'o:l:٣',
    'o:l:1:2',
    'o:k:99999999999999999',
    'o:h',
    'o:h:AZjxwn0-ekuMXRI0VniQqw:x',
    'o:p:AZjxwn0-ekuMXRI0VniQqw:AZjxwn0-ekuMXRI0VniQqw',
    'o:constructor',
    'o:h:AZjxwn0-ekuMXRI0VniQqw:AZjxwn0-ekuMXRI0VniQqw:x',
  ])('%s is nothing', (data) => {
    expect(decodeCallback(data)).toBeUndefined()
  })
})
