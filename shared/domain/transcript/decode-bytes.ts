import { AppError } from '#shared/errors.ts'

const decode = (encoding: string, bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined // not this encoding
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: text has hardly any of these, other files do
const CONTROLS = /[\0-\x08\x0e-\x1f\x7f]/g

/** A stray control character (the Ctrl-Z that DOS ended files with) is no harm; one in a hundred characters is no text. */
const MAX_CONTROLS = 0.01

const isText = (text: string): boolean =>
  !text.includes('\0') && (text.match(CONTROLS)?.length ?? 0) <= text.length * MAX_CONTROLS

/**
 * Most of what is beyond ASCII stands in words of Cyrillic letters: accents of a western encoding would stand
 * alone.
 */
const looksRussian = (text: string): boolean => {
  const beyondAscii = text.replace(/[\0-\x7f]/g, '').length
  const inWords = (text.match(/[А-Яа-яЁё]{2,}/g) ?? []).reduce((sum, word) => sum + word.length, 0)
  return inWords > beyondAscii * 0.6
}

/** UTF-16 without its mark: read the wrong way round, Latin and Cyrillic become signs from all over Unicode. */
const decodeUnmarked = (bytes: Uint8Array): string | undefined => {
  for (const encoding of ['utf-16le', 'utf-16be']) {
    const text = decode(encoding, bytes)
    if (text === undefined || !isText(text)) continue
    const familiar =
      text.match(/[\t\n\r\x20-\x7e\u00a0-\u00ff\u0400-\u045f\u2010-\u2026\u2116]/g)?.length ?? 0
    if (familiar > text.length * 0.95) return text
  }
  return undefined
}

const marked = (text: string | undefined): string => (text !== undefined && isText(text) ? text : refuse())

/**
 * The text of a file: UTF-8, UTF-16 (without a byte order mark where it is Latin or Cyrillic), or Windows-1251 where the bytes are no UTF-8
 * and read as Russian (Windows' Notepad and older subtitle editors write it).
 * @throws AppError invalid_input with `reason` encoding for anything else, binary files above all
 */
export const decodeTextBytes = (bytes: Uint8Array): string => {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return marked(decode('utf-16le', bytes))
  if (first === 0xfe && second === 0xff) return marked(decode('utf-16be', bytes))
  if (bytes.includes(0)) return decodeUnmarked(bytes) ?? refuse()
  const text = decode('utf-8', bytes)
  if (text !== undefined) return isText(text) ? text : refuse()
  const russian = decode('windows-1251', bytes)
  if (russian !== undefined && isText(russian) && looksRussian(russian)) return russian
  return decodeUnmarked(bytes) ?? refuse()
}

const refuse = (): never => {
  throw new AppError('invalid_input', {
    detail: 'The file is no text that can be read: save it as UTF-8.',
    extra: { reason: 'encoding' },
  })
}
