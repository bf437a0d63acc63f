import { spendable } from '../coins.ts'
import { wallClock } from '../quiet-hours.ts'
import type { Language, Settings } from '../settings.ts'
import type { Pack, Service, Tariff } from '../tariff.ts'
import { zoneTitle } from '../time-zones.ts'
import { BOT_COMMANDS } from './catalogue.ts'
import { formatPrice } from './format-price.ts'
import { text } from './texts.ts'

const UNIT_MESSAGES = {
  use: 'unit-use',
  '1000 characters': 'unit-thousand-characters',
  minute: 'unit-minute',
  image: 'unit-image',
} as const

const unitName = (unit: Service['unit'], language: Language): string =>
  typeof unit === 'string' ? text(language, UNIT_MESSAGES[unit]) : unit[language]

/** One line of the price list. */
export const priceLine = (language: Language, { title, coins, unit }: Service): string =>
  text(language, 'price-line', { title: title[language], coins, unit: unitName(unit, language) })

/** The help screen with the price list. */
export const helpScreen = (language: Language, tariff: Tariff): string => {
  const prices = Object.values(tariff.services).map((service) => priceLine(language, service))
  return [text(language, 'help'), '', text(language, 'prices-title'), ...prices].join('\n')
}

/** The balance screen. */
export const balanceScreen = (
  language: Language,
  balance: { coins: number; held: number; debt: number },
): string => text(language, 'balance', { ...balance, spendable: spendable(balance) })

/** Quiet hours as people read them: "23:00–08:00". */
const quietHoursOf = ({ quietHours }: Settings): string | null =>
  quietHours && `${quietHours.from}–${quietHours.to}`

/** The settings screen, in the language that the settings name. */
export const settingsScreen = (settings: Settings, nowMs: number): string =>
  text(settings.language, 'settings-title', {
    language: settings.language,
    city: zoneTitle(settings.timeZone, settings.language),
    time: wallClock(nowMs, settings.timeZone),
    receipts: settings.receipts ? 'on' : 'off',
    lowBalance: settings.lowBalance ? 'on' : 'off',
    threshold: settings.lowBalanceThreshold,
    dailyLimit: settings.dailyLimit,
    quietHours: quietHoursOf(settings),
    avatar: settings.avatarVisibility,
  })

/** What the buttons under the settings say, each with the value that it has now. */
export const settingsLabels = (settings: Settings) => {
  const { language } = settings
  const state = (isOn: boolean) => (isOn ? 'on' : 'off')
  return {
    receipts: text(language, 'settings-button-receipts', { state: state(settings.receipts) }),
    lowBalance: text(language, 'settings-button-low-balance', { state: state(settings.lowBalance) }),
    lowBalanceThreshold: text(language, 'settings-button-threshold', {
      threshold: settings.lowBalanceThreshold,
    }),
    dailyLimit: text(language, 'settings-button-daily-limit', { dailyLimit: settings.dailyLimit }),
    quietHours: text(language, 'settings-button-quiet-hours', { quietHours: quietHoursOf(settings) }),
    timeZone: text(language, 'settings-button-time-zone', { city: zoneTitle(settings.timeZone, language) }),
    avatarVisibility: text(language, 'settings-button-avatar', { avatar: settings.avatarVisibility }),
  }
}

/** What a pack's button says. */
export const packButton = (
  language: Language,
  pack: Pick<Pack, 'title' | 'coins'>,
  price: { currency: string; amount: number },
): string =>
  text(language, 'pack-button', {
    title: pack.title[language],
    coins: pack.coins,
    price: formatPrice(price, language),
  })

/** The terms, with the tariff's promises about refunds. */
export const termsScreen = (
  language: Language,
  { refunds, support }: Pick<Tariff, 'refunds' | 'support'>,
): string =>
  text(language, 'terms', {
    refundDays: refunds.days,
    refunded: refunds.unspentOnly ? 'unspent' : 'whole',
    contact: support.contact,
  })

/** The bot's menu of commands, for setMyCommands. */
export const botCommands = (language: Language): { command: string; description: string }[] =>
  BOT_COMMANDS.map((command) => ({ command, description: text(language, `command-${command}`) }))
