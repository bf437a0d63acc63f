import type { Language } from '#shared/domain/settings.ts'
import { sources as en } from './en.ts'
import { sources as ru } from './ru.ts'
import { makeTranslate, type Translate } from './translate.ts'

export const SOURCES: Readonly<Record<Language, readonly string[]>> = { ru, en }

/** The page's words of a language, for tests: there at once. */
export const translatorFor = (language: Language): Translate => makeTranslate(language, SOURCES[language])
