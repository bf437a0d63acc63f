import { z } from 'zod'
import { CoinBalance } from './coins.ts'
import { QuietHours } from './quiet-hours.ts'

/** The languages in which every text exists. */
export const Language = z.enum(['ru', 'en'])
export type Language = z.infer<typeof Language>

/** Languages whose speakers are addressed in Russian until they choose: far more of them read it than read English. */
export const READS_RUSSIAN = ['ru', 'uk', 'be', 'kk'] as const

/** Names that Intl has accepted: asking it costs 50 µs, and settings are read at every call. Only real names get in, so it stays small. */
const knownTimeZones = new Set<string>()

const isTimeZone = (name: string): boolean => {
  if (knownTimeZones.has(name)) return true
  // Offsets such as +03:00 pass Intl, but PostgreSQL reads their sign the other way round; and of the short names (AET, SST) and the old
  // SystemV ones it knows not all: places only.
  if (name !== 'UTC' && !/^(?!SystemV\/)[A-Za-z_]+\/[\w+/-]+$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
  knownTimeZones.add(name)
  return true
}

/** An IANA time zone, such as Europe/Moscow. */
export const TimeZone = z
  .string()
  .min(1)
  .max(40)
  .refine(isTimeZone, { error: 'must be a time zone by its IANA name, such as Europe/Moscow' })

const shape = {
  language: Language,
  timeZone: TimeZone,
  /** A message after every charge. */
  receipts: z.boolean(),
  /** A message when the balance falls below the threshold. */
  lowBalance: z.boolean(),
  lowBalanceThreshold: CoinBalance,
  /** Most coins a day (in the person's time zone); null: no limit. */
  dailyLimit: CoinBalance.nullable(),
  /** When receipts, reminders and news wait (in the person's time zone); null: never. */
  quietHours: QuietHours.nullable(),
  /** Who else may see the avatar: other programs, or nobody. */
  avatarVisibility: z.enum(['everyone', 'me']),
}

/** A person's settings, complete. */
export const Settings = z.strictObject(shape)
export type Settings = z.infer<typeof Settings>

/** What a person may change at once: any of the settings, nothing else. */
export const SettingsPatch = Settings.partial()
export type SettingsPatch = z.infer<typeof SettingsPatch>

/** The language for a Telegram `language_code` (IETF tag, may be missing). */
export const pickLanguage = (languageCode?: string | null): Language =>
  READS_RUSSIAN.some((code) => code === languageCode?.toLowerCase().split(/[-_]/, 1)[0]) ? 'ru' : 'en'

/** Settings of a person who has chosen nothing yet. */
export const defaultSettings = (languageCode?: string | null): Settings => {
  const language = pickLanguage(languageCode)
  return {
    language,
    timeZone: language === 'ru' ? 'Europe/Moscow' : 'UTC',
    receipts: true,
    lowBalance: true,
    lowBalanceThreshold: 10,
    dailyLimit: null,
    quietHours: null,
    avatarVisibility: 'everyone',
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Settings from what the database holds (`state_data.settings`). Stored data may be older or newer than this code: a value
 * that does not fit gives way to its default, unknown keys are left out. Never throws.
 */
export const applySettings = (stored: unknown, languageCode?: string | null): Settings => {
  const defaults = defaultSettings(languageCode)
  if (!isRecord(stored)) return defaults
  const fitting = Object.entries(shape).flatMap(([name, schema]) => {
    const parsed = schema.safeParse(Object.hasOwn(stored, name) ? stored[name] : undefined)
    return parsed.success ? [[name, parsed.data]] : []
  })
  return Settings.parse({ ...defaults, ...Object.fromEntries(fitting) })
}
