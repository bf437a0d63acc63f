import { invalidInput } from '#shared/errors.ts'

/** A letter or digit and what belongs to it. Scripts that write without spaces are found by the beginnings of their runs only. */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu

/** Beyond it nobody types a word out; the rest of such a run tells nothing apart. */
const MAX_WORD_LENGTH = 64

/** Changes with what a word is: what was listed by another version is listed anew. */
export const WORDS_VERSION = 1

/** More words than this make a search no narrower. */
const MAX_QUERY_WORDS = 16

/** Case, and ё for е, which Russian writes either way. */
const fold = (word: string): string => word.toLowerCase().replaceAll('ё', 'е').slice(0, MAX_WORD_LENGTH)

/** Each word of a text once, folded, a line for each: `\nword\nwords\n`, so that whole words and beginnings are found as plain substrings. */
export const listWords = (text: string): string => {
  const words = new Set<string>()
  for (const [word] of text.matchAll(WORD)) words.add(fold(word))
  return `\n${[...words].sort().join('\n')}\n`
}

/** What is looked for: all of `whole` as they are, and a word that begins with `beginning`. */
export type WordQuery = { whole: readonly string[]; beginning: string }

/** Reads what a person typed; the last word may be unfinished. @throws AppError invalid_input when there is no word in it, or too many */
export const parseQuery = (text: string): WordQuery => {
  const words = Array.from(text.normalize('NFC').matchAll(WORD), ([word]) => fold(word))
  const beginning = words.pop()
  if (beginning === undefined) throw invalidInput('There is no word to search for.')
  const whole = [...new Set(words)]
  if (whole.length >= MAX_QUERY_WORDS) throw invalidInput(`Search for at most ${MAX_QUERY_WORDS} words.`)
  return { whole, beginning }
}

/** A list made by `listWords`: a string, or its bytes in UTF-8, which need no decoding for this. */
export type WordList = { includes: (needle: string) => boolean }

/** Whether each word of the query stands in the list. */
export const hasAllWords = ({ whole, beginning }: WordQuery, list: WordList): boolean =>
  list.includes(`\n${beginning}`) && whole.every((word) => list.includes(`\n${word}\n`))

/** A word of the text that the query asks for: `word` tells which, positions are in UTF-16 units. */
export type Hit = { word: string; start: number; end: number }

/** Where the query's words stand in a text, in order. */
export function* findHits({ whole, beginning }: WordQuery, text: string): Generator<Hit> {
  const wanted = new Set(whole)
  for (const { 0: found, index } of text.matchAll(WORD)) {
    const folded = fold(found)
    const word = wanted.has(folded) ? folded : folded.startsWith(beginning) ? beginning : undefined
    if (word !== undefined) yield { word, start: index, end: index + found.length }
  }
}
