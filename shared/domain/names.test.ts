import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clip, displayName, oneLine } from './names.ts'

describe('displayName', () => {
  test.each([
    [{ firstName: 'Аня', username: 'anya' }, 'Аня'],
    [{ firstName: '  Anna \n Maria ' }, 'Anna Maria'],
    [{ firstName: '', username: 'anya' }, '@anya'],
    [{ firstName: '\u3164\u2800', username: 'anya' }, '@anya'],
    [{ firstName: '\u200b\u200e' }, 'друг'],
    [{}, 'друг'],
    [{ firstName: null, username: null }, 'друг'],
    [{ firstName: '\u202egnp.exe' }, 'gnp.exe'],
    [{ firstName: 'a\u0000b\ud800c' }, 'abc'],
    [{ firstName: 'Z\u0301\u0302\u0303\u0304\u0305' }, 'Ź\u0302\u0303'],
    [{ firstName: '👩‍👩‍👧 Ира' }, '👩‍👩‍👧 Ира'],
    [{ firstName: '<b>Bobby</b>' }, '<b>Bobby</b>'],
  ])('%o -> %s', (person, name) => {
    expect(displayName(person, 'ru')).toBe(name)
  })

  test('says friend in English', () => {
    expect(displayName({}, 'en')).toBe('friend')
  })

  test('is short, one line, never empty, whatever a person calls themselves', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (firstName) => {
        const name = displayName({ firstName }, 'en')
        expect(name.length).toBeGreaterThan(0)
        expect(name.length).toBeLessThanOrEqual(32)
        expect(name).not.toMatch(/\p{Cc}|\u202e/u)
        expect(name.isWellFormed()).toBe(true)
      }),
    )
  })
})

describe('clip', () => {
  test.each([
    ['short', 10, 'short'],
    ['exactly ten', 11, 'exactly ten'],
    ['a long sentence', 8, 'a long…'],
    ['👩‍👩‍👧👩‍👩‍👧', 10, '👩‍👩‍👧…'],
  ])('%s at %i', (text, maxLength, clipped) => {
    expect(clip(text, maxLength)).toBe(clipped)
  })

  test('never longer than asked', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 1, max: 50 }),
        (text, maxLength) => {
          expect(clip(text, maxLength).length).toBeLessThanOrEqual(maxLength)
        },
      ),
    )
  })
})

test('oneLine leaves ordinary text alone', () => {
  expect(oneLine('Сборка отчёта — «Июль», 5 шт.')).toBe('Сборка отчёта — «Июль», 5 шт.')
})
