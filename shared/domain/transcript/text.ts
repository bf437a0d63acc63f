import { invalidInput } from '#shared/errors.ts'

/**
 * Marks that may follow one letter. No language needs over a dozen, and NFC takes time with the square of
 * their number: 600,000 of them hold a processor for two minutes.
 */
const MAX_MARKS = 64

const MARKS = /\p{M}+/gu
const LONE_SURROGATES = /\p{Cs}/gu

/** By hand: `/[ \t]+$/` takes time with the square of a long run of spaces inside a line. */
const cutTrailingSpaces = (line: string): string => {
  let end = line.length
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end -= 1
  return line.slice(0, end)
}

const hasTooManyMarks = (text: string): boolean => {
  for (const [run] of text.matchAll(MARKS)) if (run.length > MAX_MARKS) return true
  return false
}

/**
 * NFC, CR LF and CR to LF, spaces and tabs at line ends cut, a byte order mark at the start dropped; nothing
 * else changes. Throws `invalid_input` for a NUL, a lone surrogate (PostgreSQL can keep neither) or over 64
 * marks on one letter.
 */
export const normaliseText = (text: string): string => {
  if (text.includes('\0')) throw invalidInput('The text contains a NUL character.')
  if (!text.isWellFormed()) throw invalidInput('The text contains half of a character (a lone surrogate).')
  if (hasTooManyMarks(text)) throw invalidInput(`The text has more than ${MAX_MARKS} marks on one letter.`)
  const unmarked = text.startsWith('\ufeff') ? text.slice(1) : text
  const lines = unmarked.normalize('NFC').replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n')
  return lines.map(cutTrailingSpaces).join('\n')
}

/**
 * For a text from the chat: drops what `normaliseText` would refuse, and normalises the rest. Never throws.
 */
export const cleanChatText = (text: string): string => {
  const kept = text.replaceAll('\0', '').replace(LONE_SURROGATES, '')
  return normaliseText(kept.replace(MARKS, (run) => (run.length > MAX_MARKS ? '' : run)))
}

/** How long a text is for people: in code points, so that an emoji counts once. */
export const countCharacters = (text: string): number => {
  let surrogatePairs = 0
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) surrogatePairs += 1
  return text.length - surrogatePairs
}
