import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { defaultSettings } from '../settings.ts'
import { parseTariff } from '../tariff.ts'
import { BOT_COMMANDS } from './catalogue.ts'
import { formatDate, formatDay } from './format-date.ts'
import { formatPrice } from './format-price.ts'
import { balanceScreen, botCommands, helpScreen, packButton, settingsScreen, termsScreen } from './screens.ts'

const tariff = parseTariff(parse(readFileSync(new URL('../../../tariff.yml', import.meta.url), 'utf8')))
/** Intl separates with no-break spaces. */
const plainSpaces = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ')

test('help ends with the price list', () => {
  expect(helpScreen('ru', tariff)).toMatch(
    /\n\n<b>Цены<\/b>\n• Аватар: 10 монет за раз\n• Расшифровка: 5 монет за раз\n• Распознавание речи: 3 монеты за минуту\n• Сообщение: 1 монета за раз\n• Картинка: 20 монет за картинку$/,
  )
  const pages = { coins: 2, unit: { ru: 'за страницу', en: 'a page' }, title: { ru: 'Скан', en: 'Scan' } }
  const withPages = { ...tariff, services: { ...tariff.services, scan: pages } }
  expect(helpScreen('en', withPages)).toMatch(/\n• Scan: 2 coins a page$/)
})

test('the balance screen works out what is free', () => {
  expect(balanceScreen('en', { coins: 50, held: 20, debt: 0 })).toContain('Free to spend: <b>30 coins</b>')
})

test('the settings screen speaks the chosen language', () => {
  const noon = Date.parse('2026-03-05T09:00:00Z')
  const settings = {
    ...defaultSettings('ru'),
    receipts: false,
    dailyLimit: 21,
    quietHours: { from: '23:00', to: '08:00' },
    avatarVisibility: 'me' as const,
  }
  expect(settingsScreen(settings, noon)).toBe(
    [
      '<b>Настройки</b>',
      '',
      'Язык: русский',
      'Часовой пояс: Москва, сейчас 12:00',
      'Чек после каждого списания: нет',
      'Напоминать, когда монет мало: да, если меньше 10',
      'Лимит трат в день: 21 монета',
      'Тихие часы: 23:00–08:00',
      'Аватар видят: только вы',
    ].join('\n'),
  )
  const english = settingsScreen({ ...defaultSettings('en'), timeZone: 'Asia/Tokyo' }, noon)
  expect(english).toContain('Time zone: Tokyo, 18:00 now')
  expect(english).toContain('Spending limit a day: none')
  expect(english).toContain('Quiet hours: none\nYour avatar is seen by you and connected programs')
})

test('a pack button names what is bought and for how much', () => {
  const [small] = tariff.packs
  if (small === undefined) throw new Error('tariff.yml has no packs')
  expect(packButton('ru', small, { currency: 'XTR', amount: 50 })).toBe('Малый: 100 монет — 50 ⭐')
  expect(plainSpaces(packButton('ru', small, { currency: 'RUB', amount: 9900 }))).toBe(
    'Малый: 100 монет — 99 ₽',
  )
})

test.each([
  [{ days: 14, unspentOnly: true }, 'в течение 14 дней: вернём деньги за неистраченные монеты.'],
  [{ days: 21, unspentOnly: false }, 'в течение 21 дня: вернём его целиком.'],
  [{ days: 0, unspentOnly: true }, 'Если платёж прошёл с ошибкой, мы вернём его.'],
])('terms promise what the tariff says: %o', (refunds, promise) => {
  expect(termsScreen('ru', { refunds, support: { contact: '@help_me' } })).toContain(promise)
})

test('the menu of commands', () => {
  expect(botCommands('en')).toContainEqual({ command: 'topup', description: 'Top up your account' })
  expect(botCommands('ru').map(({ command }) => command)).toEqual([...BOT_COMMANDS])
})

test.each([
  ['ru', 'Europe/Moscow', '5 мар. 2026 г., 14:05'],
  ['en', 'Europe/Moscow', '5 Mar 2026, 14:05'],
  ['en', 'UTC', '5 Mar 2026, 11:05'],
  ['en', 'America/New_York', '5 Mar 2026, 06:05'],
] as const)('a moment in %s, %s', (language, timeZone, shown) => {
  expect(plainSpaces(formatDate(new Date('2026-03-05T11:05:00Z'), language, timeZone))).toBe(shown)
})

test.each([
  ['ru', 'Asia/Vladivostok', '6 марта 2026 г.'],
  ['en', 'UTC', '5 March 2026'],
] as const)('a day in %s, %s', (language, timeZone, shown) => {
  expect(plainSpaces(formatDay(new Date('2026-03-05T20:00:00Z'), language, timeZone))).toBe(shown)
})

test('midnight is 00:00, not 24:00', () => {
  expect(formatDate(new Date('2026-03-05T00:00:00Z'), 'en', 'UTC')).toBe('5 Mar 2026, 00:00')
})

test.each([
  ['XTR', 50, 'ru', '50 ⭐'],
  ['XTR', 1500, 'en', '1,500 ⭐'],
  ['RUB', 9900, 'ru', '99 ₽'],
  ['RUB', 9950, 'ru', '99,50 ₽'],
  ['RUB', 119_000, 'en', '₽1,190'],
  ['JPY', 500, 'en', '¥500'],
  ['USD', 199, 'en', '$1.99'],
  // hundredths that Intl would leave out
  ['IDR', 1_500_050, 'en', 'Rp 15,000.50'],
  ['KWD', 1_250, 'en', 'KWD 1.250'],
  ['KZT', 50_000, 'ru', '500 ₸'],
] as const)('%s %i in %s', (currency, amount, language, shown) => {
  expect(plainSpaces(formatPrice({ currency, amount }, language))).toBe(shown)
})
