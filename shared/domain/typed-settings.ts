import { z } from 'zod'
import type { Setting, TypedSetting } from './callback-setting.ts'
import { CoinBalance } from './coins.ts'
import { readQuietHours } from './quiet-hours.ts'
import { findTimeZones } from './time-zones.ts'

/** How people say that they want none, in the bot's languages. */
const NONE =
  /^(?:нет|не надо|никогда|без лимита|без тихих часов|выкл\.?|убрать|no|none|never|no limit|off|-|–|—)$/iu

/** "1 000", "1,000 coins", "250 монет". */
const AMOUNT = /^(\d{1,3}(?:[\s,.'’]\d{3})+|\d{1,16})\s*\p{L}*\.?$/u

const readAmount = (text: string): number | undefined => {
  const [, digits] = AMOUNT.exec(text) ?? []
  if (digits === undefined) return undefined
  return z.unknown().transform(Number).pipe(CoinBalance).safeParse(digits.replace(/\D/g, '')).data
}

/** What the words give a setting: the only possible value, several to choose from, or none where nothing fits. */
export const readTypedSetting = (name: TypedSetting, words: string, nowMs: number): Setting[] => {
  const text = words.trim()
  const isNone = NONE.test(text)
  switch (name) {
    case 'timeZone':
      return findTimeZones(text, nowMs).map((value) => ({ name, value }))
    case 'lowBalanceThreshold': {
      const value = readAmount(text)
      return value === undefined ? [] : [{ name, value }]
    }
    case 'dailyLimit': {
      const value = isNone ? null : readAmount(text)
      return value === undefined ? [] : [{ name, value }]
    }
    case 'quietHours': {
      const value = isNone ? null : readQuietHours(text)
      return value === undefined ? [] : [{ name, value }]
    }
  }
}
