import type { Language } from '#shared/domain/settings.ts'
import { makeTranslate, type Translate } from './translate.ts'

/** A language and its words. */
export type Words = { language: Language; t: Translate }

/** A person reads one language: the other is not sent to them until they ask for it. */
const SOURCES: Record<Language, () => Promise<{ sources: readonly string[] }>> = {
  ru: () => import('./ru.ts'),
  en: () => import('./en.ts'),
}

const loaded = new Map<Language, Words>()

/** The words of a language, fetched at first use. Rejects where they cannot be had. */
export const loadWords = async (language: Language): Promise<Words> => {
  const known = loaded.get(language)
  if (known !== undefined) return known
  const { sources } = await SOURCES[language]()
  const words = { language, t: makeTranslate(language, sources) }
  loaded.set(language, words)
  return words
}
