import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanChatText, countCharacters, normaliseText } from './text.ts'

describe('normaliseText', () => {
  it.each([
    ['composes', 'и\u0306', 'й'],
    ['line ends', 'a\r\nb\rc\n', 'a\nb\nc\n'],
    ['spaces at line ends', 'a \t\n\tb  \n  ', 'a\n\tb\n'],
    ['byte order mark', '\ufeffa\ufeff', 'a\ufeff'],
    ['nothing else', '  a  b\n\n\n«c»…\u00a0\n', '  a  b\n\n\n«c»…\u00a0\n'],
  ])('%s', (_, before, after) => {
    expect(normaliseText(before)).toBe(after)
  })

  it.each([
    ['NUL', 'a\0b'],
    ['half of a pair', 'a\ud83d'],
    ['the other half', '\ude00a'],
    ['65 marks', `a${'\u0301'.repeat(65)}`],
  ])('refuses %s', (_, text) => {
    expect(() => normaliseText(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const once = cleanChatText(`${text} \r\n${text}`)
        expect(normaliseText(once)).toBe(once)
      }),
    )
  })

  it('takes a moment for marks and spaces that would take minutes', () => {
    const started = performance.now()
    expect(() => normaliseText(`a${'\u0323\u0301'.repeat(300_000)}`)).toThrow('marks')
    expect(normaliseText(`a${' '.repeat(500_000)}b`)).toHaveLength(500_002)
    expect(cleanChatText(`a${'\u0323\u0301'.repeat(300_000)}b`)).toBe('ab')
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

describe('cleanChatText', () => {
  it('drops what can not be kept', () => {
    expect(cleanChatText('a\0b\ud83dc\ude00😀 \r\n')).toBe('abc😀\n')
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => cleanChatText(text).isWellFormed()))
  })
})

describe('countCharacters', () => {
  it('counts an emoji once', () => {
    expect(countCharacters('a😀я')).toBe(3)
    expect(countCharacters('')).toBe(0)
  })
})
