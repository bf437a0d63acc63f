import type { Language } from './settings.ts'

/** A name is shown inside sentences and buttons: longer ones are cut. */
const MAX_NAME_LENGTH = 32

/** Letters by their class, yet with nothing to see: used for names that look empty. */
const BLANK_LETTERS = /[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/g

const NOBODY = { ru: 'друг', en: 'friend' } as const satisfies Record<Language, string>

/** At most `maxLength` UTF-16 units; never cuts inside a visible character; a cut text ends with an ellipsis. */
export const clip = (text: string, maxLength: number): string => {
  if (text.length <= maxLength) return text
  let kept = ''
  // Only a little more than is kept is looked at: the text may be a book.
  for (const { segment } of new Intl.Segmenter().segment(text.slice(0, maxLength + 64))) {
    if (kept.length + segment.length > maxLength - 1) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}

/**
 * One line that cannot disturb its surroundings: line ends and runs of blanks become one blank; control characters, lone
 * surrogates and direction marks go; at most two combining marks stay on a letter.
 */
export const oneLine = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    // U+200D joins emoji into one: it stays
    .replace(/(?!\u200d)[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .replace(/ +/g, ' ')
    .trim()

/**
 * How to call a person in a sentence: first name, else @username, else a friendly word. At most 32 characters, one line,
 * nothing invisible. Not escaped: `text` does that.
 */
export const displayName = (
  person: { firstName?: string | null | undefined; username?: string | null | undefined },
  language: Language,
): string => {
  const username = person.username ? `@${person.username}` : ''
  for (const candidate of [person.firstName ?? '', username]) {
    const name = oneLine(candidate.replace(BLANK_LETTERS, ''))
    if (/[\p{L}\p{N}\p{P}\p{S}]/u.test(name)) return clip(name, MAX_NAME_LENGTH)
  }
  return NOBODY[language]
}
