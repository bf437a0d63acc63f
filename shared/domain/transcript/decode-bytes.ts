import { invalidInput } from '#shared/errors.ts'

const decode = (encoding: string, bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined // not this encoding
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: text has none of these, other files do
const CONTROLS = /[\0-\x08\x0e-\x1f\x7f]/

/**
 * Most of what is beyond ASCII stands in words of Cyrillic letters: accents of a western encoding would stand
 * alone.
 */
const looksRussian = (text: string): boolean => {
  const beyondAscii = text.replace(/[\0-\x7f]/g, '').length
  const inWords = (text.match(/[А-Яа-яЁё]{2,}/g) ?? []).reduce((sum, word) => sum + word.length, 0)
  return inWords > beyondAscii * 0.6
}

/**
 * The text of a file: UTF-8, UTF-16 with a byte order mark, or Windows-1251 where the bytes are no UTF-8 and
 * read as Russian (Windows' Notepad and older subtitle editors write it). Throws `invalid_input` for anything
 * else.
 */
export const decodeTextBytes = (bytes: Uint8Array): string => {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return decode('utf-16le', bytes) ?? refuse()
  if (first === 0xfe && second === 0xff) return decode('utf-16be', bytes) ?? refuse()
  const text = decode('utf-8', bytes)
  if (text !== undefined) return text.includes('\0') ? refuse() : text
  const russian = decode('windows-1251', bytes)
  return russian !== undefined && !CONTROLS.test(russian) && looksRussian(russian) ? russian : refuse()
}

const refuse = (): never => {
  throw invalidInput('The file is no text that can be read: save it as UTF-8.')
}
