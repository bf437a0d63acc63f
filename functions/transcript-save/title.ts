import { fileNameOf } from '#shared/domain/transcript/file-name.ts'

const MAX_DEFAULT_LENGTH = 60
/** A cut at a word's end must leave this much, else the word itself is cut. */
const MIN_CUT_LENGTH = 30

/** NFC, one line, single spaces, no control characters; may come out empty. */
export const cleanTitle = (title: string): string =>
  title
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .replace(/\p{Cc}/gu, '')
    .trim()

/** The first words of a text, at most 60 characters, with an ellipsis where something is left out. */
export const titleOf = (text: string): string => {
  // the whole text may be a million characters long; a hundred times the title is enough to find its words
  const words = cleanTitle(text.trimStart().slice(0, 6_000))
  const characters = Array.from(words)
  if (characters.length === 0) return '…'
  if (characters.length <= MAX_DEFAULT_LENGTH) return words
  const start = characters.slice(0, MAX_DEFAULT_LENGTH - 1).join('')
  // where the cut falls between two words, the last one is whole
  const cut = characters[MAX_DEFAULT_LENGTH - 1] === ' ' ? start.length : start.lastIndexOf(' ')
  return `${(cut >= MIN_CUT_LENGTH ? start.slice(0, cut) : start).trimEnd()}…`
}

/** Content-Disposition of a download: the title as RFC 8187 writes it, and a plain name for old programs. */
export const dispositionOf = (title: string, id: string, extension: string): string => {
  const name = fileNameOf(title) || `transcript-${id}`
  const encoded = encodeURIComponent(`${name}.${extension}`).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="transcript-${id}.${extension}"; filename*=UTF-8''${encoded}`
}
