import type { Language } from '#shared/domain/settings.ts'

/** Languages whose speakers are addressed in Russian until the server has said what they chose; as shared/domain/settings.ts does. */
const READS_RUSSIAN = new Set(['ru', 'uk', 'be', 'kk'])

/** The language for the first tag that is there (`ru-RU`, `en`). */
export const guessLanguage = (...tags: (string | undefined)[]): Language => {
  const tag = tags.find((one) => one !== undefined && one !== '')
  return READS_RUSSIAN.has(tag?.toLowerCase().split(/[-_]/, 1)[0] ?? '') ? 'ru' : 'en'
}
