/** Made-up Russian in which, as in any language, a few words are everywhere and most are rare (Zipf). The same for each run. */

const SYLLABLES = 'ка ро ми ст на по ва ли де но ра те со пре ви за ло го да ну ты ми чу жи'.split(' ')
const VOCABULARY = 50_000

/** Numbers in [0, 1) from a seed (Numerical Recipes' generator). */
const numbersFrom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** A maker of texts of so many words. */
export const makeTexts = (seed: number): { next: (words: number) => string; commonWord: string } => {
  const random = numbersFrom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const word = (): string =>
    Array.from({ length: 1 + Math.floor(random() * 5) }, () => pick(SYLLABLES)).join('')
  const vocabulary = Array.from({ length: VOCABULARY }, word)
  const zipf = (): string => vocabulary[Math.floor(VOCABULARY ** random()) - 1] ?? ''
  return {
    next: (words) => Array.from({ length: words }, zipf).join(' '),
    commonWord: vocabulary[0] ?? '',
  }
}
