const MAX_NAME_LENGTH = 60

/** What a file system or a header would take for more than a letter, and marks that turn the reading direction. */
const UNSAFE = /[\p{Cc}\\/:*?"<>|%;\u202a-\u202e\u2066-\u2069]/gu

/** A title as the name of a file, without its extension; may come out empty. */
export const fileNameOf = (title: string): string => {
  const cleaned = title
    .toWellFormed()
    .replace(UNSAFE, '_')
    .replace(/^[.\s]+/u, '')
  return Array.from(cleaned).slice(0, MAX_NAME_LENGTH).join('').trim()
}
