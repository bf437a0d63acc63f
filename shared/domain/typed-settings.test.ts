import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TYPED_SETTINGS, type TypedSetting } from './callback-setting.ts'
import { SettingsPatch } from './settings.ts'
import { readTypedSetting } from './typed-settings.ts'

const NOW = Date.parse('2026-01-15T12:00:00Z')

test.each<[TypedSetting, string, unknown]>([
  ['lowBalanceThreshold', '30', 30],
  ['lowBalanceThreshold', ' 0 ', 0],
  ['lowBalanceThreshold', '1 000 монет', 1_000],
  ['lowBalanceThreshold', '1,000 coins', 1_000],
  ['lowBalanceThreshold', '1 000 000', 1_000_000],
  ['dailyLimit', '250 монет.', 250],
  ['dailyLimit', 'Нет', null],
  ['dailyLimit', 'none', null],
  ['dailyLimit', 'без лимита', null],
  ['dailyLimit', '0', 0],
  ['quietHours', '23:00-8:00', { from: '23:00', to: '08:00' }],
  ['quietHours', 'off', null],
  ['timeZone', 'Казань', 'Europe/Moscow'],
])('%s: %j', (name, words, value) => {
  expect(readTypedSetting(name, words, NOW)).toEqual([{ name, value }])
})

test.each<[TypedSetting, string]>([
  ['lowBalanceThreshold', 'нет'],
  ['lowBalanceThreshold', '-5'],
  ['lowBalanceThreshold', '1.5'],
  ['lowBalanceThreshold', '12,34'],
  ['lowBalanceThreshold', '5 из 10'],
  ['lowBalanceThreshold', '9007199254740992'],
  ['lowBalanceThreshold', '1e3'],
  ['dailyLimit', 'много'],
  ['dailyLimit', '99999999999999999999'],
  ['dailyLimit', ''],
  ['quietHours', 'ночью'],
  ['timeZone', 'Нарния'],
])('%s: not %j', (name, words) => {
  expect(readTypedSetting(name, words, NOW)).toEqual([])
})

test('a clock leaves several places to choose from', () => {
  expect(readTypedSetting('timeZone', '15:00', NOW).length).toBeGreaterThan(1)
})

test('whatever is read is what the setting takes', () => {
  fc.assert(
    fc.property(fc.constantFrom(...TYPED_SETTINGS), fc.string({ unit: 'binary' }), (name, words) => {
      for (const setting of readTypedSetting(name, words, NOW))
        expect(SettingsPatch.safeParse({ [setting.name]: setting.value }).success).toBe(true)
    }),
  )
})
