import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanTitle, dispositionOf, titleOf } from './title.ts'

const ID = '01a20aad-1cc9-740f-aa1a-769a5bbe0efa'

describe('titleOf', () => {
  test.each([
    ['Привет, мир', 'Привет, мир'],
    ['  one\n\ttwo  three \n', 'one two three'],
    ['\u0001', '…'],
  ])('%j is called %j', (text, title) => {
    expect(titleOf(text)).toBe(title)
  })

  test('ends with a whole word where one ends in time', () => {
    const title = titleOf('the quick brown fox jumps over the lazy dog and then it goes home again')
    expect(title).toBe('the quick brown fox jumps over the lazy dog and then it…')
  })

  test('cuts a word that alone is too long', () => {
    expect(titleOf('я'.repeat(70))).toBe(`${'я'.repeat(59)}…`)
  })

  test('keeps a last word that ends where the title ends', () => {
    const text = `${'a'.repeat(29)} ${'b'.repeat(29)} c`
    expect(titleOf(text)).toBe(`${'a'.repeat(29)} ${'b'.repeat(29)}…`)
  })

  test('is one line of 1 to 60 whole characters, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), (text) => {
        const title = titleOf(text)
        expect(Array.from(title).length).toBeGreaterThan(0)
        expect(Array.from(title).length).toBeLessThanOrEqual(60)
        expect(title).not.toMatch(/[\p{Cc}\p{Cs}]/u)
      }),
    )
  })
})

test('cleanTitle leaves one line', () => {
  expect(cleanTitle(' a\r\nb\u0007 \u2028 c ')).toBe('a b c')
})

describe('dispositionOf', () => {
  test('gives the title to new programs and a plain name to old ones', () => {
    expect(dispositionOf('Звонок 1', ID, 'srt')).toBe(
      `attachment; filename="transcript-${ID}.srt"; filename*=UTF-8''%D0%97%D0%B2%D0%BE%D0%BD%D0%BE%D0%BA%201.srt`,
    )
  })

  test.each([
    ['../../etc/passwd', '_.._etc_passwd'],
    ['a"\r\nSet-Cookie: x=1', 'a___Set-Cookie_%20x%3D1'],
    ["it's (a) *", 'it%27s%20%28a%29%20_'],
    ['\u202etxt.exe', '_txt.exe'],
    ['...', `transcript-${ID}`],
  ])('%j is harmless', (title, name) => {
    expect(dispositionOf(title, ID, 'txt')).toContain(`filename*=UTF-8''${name}.txt`)
  })

  test('is one ASCII header line for every title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (title) => {
        const value = dispositionOf(title, ID, 'vtt')
        expect(value).toMatch(/^[\x20-\x7e]+$/)
        expect(value.match(/"/g)).toHaveLength(2)
      }),
    )
  })
})
