import { describe, expect, it } from 'vitest'
import { decodeTextBytes } from './decode-bytes.ts'

const russian = 'Здравствуйте! Ёлка — это «дерево», № 5.\nИ ещё.'

/** Windows-1251, of the characters used here. */
const cp1251 = (text: string): Uint8Array =>
  Uint8Array.from([...text], (char) => {
    const special: Record<string, number> = { Ё: 0xa8, ё: 0xb8, '—': 0x97, '«': 0xab, '»': 0xbb, '№': 0xb9 }
    const code = char.charCodeAt(0)
    return special[char] ?? (code >= 0x410 ? code - 0x410 + 0xc0 : code)
  })

const utf16 = (text: string, littleEndian: boolean, mark = '\ufeff'): Uint8Array => {
  const marked = mark + text
  const view = new DataView(new ArrayBuffer(marked.length * 2))
  for (let i = 0; i < marked.length; i += 1) view.setUint16(i * 2, marked.charCodeAt(i), littleEndian)
  return new Uint8Array(view.buffer)
}

describe('decodeTextBytes', () => {
  it.each([
    ['UTF-8', new TextEncoder().encode(russian)],
    ['UTF-8 with a mark', new TextEncoder().encode(`\ufeff${russian}`)],
    ['UTF-16 LE', utf16(russian, true)],
    ['UTF-16 BE', utf16(russian, false)],
    ['UTF-16 LE without a mark', utf16(russian, true, '')],
    ['UTF-16 BE without a mark', utf16(russian, false, '')],
    ['Windows-1251', cp1251(russian)],
    ['UTF-8 with the Ctrl-Z of DOS', new TextEncoder().encode(`${russian.repeat(4)}\x1a`)],
    [
      'Windows-1251 with Latin around',
      cp1251(`1\n00:00:01,000 --> 00:00:02,000\n${russian}\n<i>${russian}</i>`),
    ],
  ])('reads %s', (_, bytes) => {
    expect(decodeTextBytes(bytes)).toContain(russian)
  })

  it('gives an empty text for an empty file', () => {
    expect(decodeTextBytes(new Uint8Array(0))).toBe('')
  })

  it.each([
    ['a PNG', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d]],
    ['NUL in UTF-8', [0x61, 0, 0x62]],
    ['control characters in UTF-8', [...'ab\x01\x02cd\x03'].map((char) => char.charCodeAt(0))],
    ['UTF-32', [0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]],
    ['noise', Array.from({ length: 4_000 }, (_, i) => (i * 2_654_435_761) >>> 24)],
    ['UTF-8 cut within a character', [...new TextEncoder().encode(russian)].slice(0, -3).concat(0xd0)],
    ['a western encoding', [...'d\xe9j\xe0 vu, caf\xe9, na\xefve'].map((char) => char.charCodeAt(0))],
    ['half a UTF-16 character', [0xff, 0xfe, 0x41]],
    ['Windows-1251 with control characters', [...cp1251('Привет'), 0x01]],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeTextBytes(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: 'invalid_input', extra: { reason: 'encoding' } }),
    )
  })
})
