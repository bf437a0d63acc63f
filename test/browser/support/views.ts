import type { Language } from '#shared/domain/settings.ts'

/** How somebody looks at a page. */
export type View = {
  language: Language
  theme: 'light' | 'dark'
  width: number
  height: number
}

const PHONE = { width: 390, height: 780 }
const DESKTOP = { width: 1280, height: 860 }

export const RUSSIAN_PHONE: View = { language: 'ru', theme: 'light', ...PHONE }
export const RUSSIAN_DESKTOP: View = { language: 'ru', theme: 'dark', ...DESKTOP }
export const ENGLISH_PHONE: View = { language: 'en', theme: 'dark', ...PHONE }
export const ENGLISH_DESKTOP: View = { language: 'en', theme: 'light', ...DESKTOP }

const nameOf = ({ language, theme, width }: View): string => `${language} ${theme} ${width} px`

/** Both languages in both themes; each language, and each theme, on a phone and on a desk. For test.each, with a name first. */
export const VIEWS: [name: string, view: View][] = [
  RUSSIAN_PHONE,
  RUSSIAN_DESKTOP,
  ENGLISH_PHONE,
  ENGLISH_DESKTOP,
].map((view) => [nameOf(view), view])

export const isPhone = ({ width }: View): boolean => width === PHONE.width
