import type { Provider } from './packs.ts'

/** `avatar` is the gallery. */
export const SCREENS = [
  'menu',
  'balance',
  'topup',
  'history',
  'usage',
  'help',
  'profile',
  'avatar',
  'transcripts',
  'settings',
  'language',
  'paysupport',
  'terms',
  'privacy',
  'cabinet',
] as const
/** The screens that a button can open. */
export type Screen = (typeof SCREENS)[number]

/** The ways to pay that a button can name. */
export const PROVIDERS = ['stars', 'telegram', 'yookassa'] as const satisfies readonly Provider[]
/** The ways to pay that take money rather than Stars. */
export type CardProvider = Exclude<Provider, 'stars'>

/** What a button of /privacy and /delete does. */
export const PRIVACY_STEPS = ['export', 'delete', 'undo'] as const
export type PrivacyStep = (typeof PRIVACY_STEPS)[number]

/** What a transcript can be taken away as. */
export const TRANSCRIPT_FILES = ['txt', 'srt', 'vtt', 'json', 'docx'] as const
export type TranscriptFile = (typeof TRANSCRIPT_FILES)[number]
