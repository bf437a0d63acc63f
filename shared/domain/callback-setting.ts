import { readQuietHours, writeQuietHours } from './quiet-hours.ts'
import { type Settings, SettingsPatch } from './settings.ts'

/** The settings whose value may also be typed. */
export const TYPED_SETTINGS = ['timeZone', 'lowBalanceThreshold', 'dailyLimit', 'quietHours'] as const
export type TypedSetting = (typeof TYPED_SETTINGS)[number]

/** What a button changes: each setting but the language, which has a kind of its own. */
const NAMES = [
  'receipts',
  'lowBalance',
  'lowBalanceThreshold',
  'dailyLimit',
  'timeZone',
  'quietHours',
  'avatarVisibility',
] as const satisfies (keyof Settings)[]
type Name = (typeof NAMES)[number]

/** A setting with the value that a button gives it. */
export type Setting = { [Key in Name]: { name: Key; value: Settings[Key] } }[Name]

const readValue = (name: Name, written: string): unknown => {
  if (name === 'quietHours' && written !== 'null') return readQuietHours(written)
  return /^(true|false|null|0|[1-9]\d{0,15})$/.test(written) ? JSON.parse(written) : written
}

/** Reads `name:value`; undefined for what no setting takes. Never throws. */
export const readSetting = (text: string): Setting | undefined => {
  const [, written, value = ''] = /^(\w+):(.+)$/s.exec(text) ?? []
  const name = NAMES.find((known) => known === written)
  if (name === undefined) return undefined
  const patch = SettingsPatch.safeParse({ [name]: readValue(name, value) })
  // the schema has just checked that this value belongs to this name
  return patch.success && patch.data[name] !== undefined
    ? ({ name, value: patch.data[name] } as Setting)
    : undefined
}

/** What `readSetting` reads. */
export const writeSetting = (setting: Setting): string => {
  const { name, value } = setting
  return `${name}:${name === 'quietHours' && value !== null ? writeQuietHours(value) : value}`
}
