import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  applySettings,
  defaultSettings,
  pickLanguage,
  Settings,
  SettingsPatch,
  TimeZone,
} from './settings.ts'

const russian = {
  language: 'ru',
  timeZone: 'Europe/Moscow',
  receipts: true,
  lowBalance: true,
  lowBalanceThreshold: 10,
  dailyLimit: null,
  quietHours: null,
  avatarVisibility: 'everyone',
}

test.each([
  ['ru', 'ru'],
  ['ru-RU', 'ru'],
  ['RU', 'ru'],
  ['uk', 'ru'],
  ['be', 'ru'],
  ['kk', 'ru'],
  ['en', 'en'],
  ['en-US', 'en'],
  ['de', 'en'],
  ['run', 'en'],
  ['', 'en'],
  [undefined, 'en'],
  [null, 'en'],
])('language code %s -> %s', (code, language) => {
  expect(pickLanguage(code)).toBe(language)
})

test('defaults by language', () => {
  expect(defaultSettings('ru')).toEqual(russian)
  expect(defaultSettings('en')).toEqual({ ...russian, language: 'en', timeZone: 'UTC' })
})

describe('TimeZone', () => {
  test.each(['Europe/Moscow', 'UTC', 'Asia/Almaty', 'America/Argentina/Buenos_Aires'])('takes %s', (name) => {
    expect(TimeZone.parse(name)).toBe(name)
  })

  test.each([
    '',
    'Moscow',
    '+03:00',
    '-0300',
    'AET',
    'SST',
    'CTT',
    'SystemV/PST8',
    'Europe/Moscow; drop',
    'x'.repeat(41),
    3,
  ])('refuses %s', (name) => {
    expect(TimeZone.safeParse(name).success).toBe(false)
  })
})

describe('SettingsPatch', () => {
  test.each([
    {},
    { language: 'en' },
    { dailyLimit: null },
    { dailyLimit: 0 },
    { receipts: false, lowBalance: false },
    { quietHours: { from: '23:00', to: '08:00' } },
    { quietHours: null, avatarVisibility: 'me' },
  ])('takes %o', (patch) => {
    expect(SettingsPatch.parse(patch)).toEqual(patch)
  })

  test.each([
    { language: 'de' },
    { lowBalanceThreshold: -1 },
    { lowBalanceThreshold: 1.5 },
    { lowBalanceThreshold: null },
    { dailyLimit: '5' },
    { receipts: 'yes' },
    { theme: 'dark' },
    { avatarVisibility: 'friends' },
    { quietHours: { from: '24:00', to: '08:00' } },
    { quietHours: { from: '23:00' } },
  ])('refuses %o', (patch) => {
    expect(SettingsPatch.safeParse(patch).success).toBe(false)
  })
})

describe('applySettings', () => {
  test('keeps what was chosen', () => {
    const chosen = {
      language: 'en',
      timeZone: 'Asia/Almaty',
      receipts: false,
      lowBalanceThreshold: 3,
      dailyLimit: 100,
    }
    expect(applySettings(chosen, 'ru')).toEqual({ ...russian, ...chosen })
  })

  test('a changed language does not move the time zone', () => {
    expect(applySettings({ language: 'en' }, 'ru').timeZone).toBe('Europe/Moscow')
  })

  test('old, broken and unknown data gives way to defaults, field by field', () => {
    const stored = { language: 'xx', timeZone: 'Mars/Base', receipts: 'no', dailyLimit: 7, theme: 'dark' }
    expect(applySettings(stored, 'ru')).toEqual({ ...russian, dailyLimit: 7 })
  })

  test.each([null, undefined, 1, 'x', [], [{ language: 'en' }]])('no object: %j', (stored) => {
    expect(applySettings(stored, 'ru')).toEqual(russian)
  })

  test('whatever is stored, complete settings come out', () => {
    const stored = fc.dictionary(
      fc.constantFrom(...Object.keys(russian), '__proto__', 'toString'),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(fc.oneof(stored, fc.jsonValue()), fc.string(), (value, code) => {
        expect(Settings.safeParse(applySettings(value, code)).success).toBe(true)
      }),
    )
  })
})
