import { setDialogue } from '#shared/db/dialogues.ts'
import { type CallbackData, encodeCallback } from '#shared/domain/callback-data.ts'
import type { Setting, TypedSetting } from '#shared/domain/callback-setting.ts'
import { wallClock } from '#shared/domain/quiet-hours.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { CITIES } from '#shared/domain/time-zone-cities.ts'
import { citiesFor, zoneTitle } from '#shared/domain/time-zones.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import type { Chat } from './chat.ts'
import { backButton, screenButton } from './keyboards.ts'
import { cancelButton } from './transcript-words.ts'

const THRESHOLDS = [5, 10, 20, 50, 100, 200]
const DAILY_LIMITS = [20, 50, 100, 200, 500, 1_000]
const QUIET_HOURS = [
  { from: '22:00', to: '08:00' },
  { from: '23:00', to: '08:00' },
  { from: '00:00', to: '09:00' },
]
const CITIES_A_PAGE = 12

type Button = Keyboard[number][number]

/** A value as a button; the one that holds now is marked. */
const valueButton = (chat: Chat, label: string, setting: Setting): Button => {
  const holds = JSON.stringify(chat.person.settings[setting.name]) === JSON.stringify(setting.value)
  return {
    text: chat.say('settings-value', { value: label, state: holds ? 'on' : 'off' }),
    data: encodeCallback({ kind: 'setting', ...setting }),
  }
}

const inRows = (buttons: readonly Button[], perRow: number): Keyboard =>
  Array.from({ length: Math.ceil(buttons.length / perRow) }, (_, row) =>
    buttons.slice(row * perRow, (row + 1) * perRow),
  )

/** A time zone as a button, with the time that it is there. */
const zoneButton = (chat: Chat, zone: string): Button => {
  const { language } = chat.person.settings
  const time = wallClock(chat.resources.clock(), zone)
  const label = text(language, 'zone-button', { city: zoneTitle(zone, language), time })
  return valueButton(chat, label, { name: 'timeZone', value: zone })
}

/** Time zones to choose from, two in a row. */
export const zoneRows = (chat: Chat, zones: readonly string[]): Keyboard =>
  inRows(
    zones.map((zone) => zoneButton(chat, zone)),
    2,
  )

const zonePage = (chat: Chat, page: number): Keyboard => {
  const first = page * CITIES_A_PAGE
  const zones = citiesFor(chat.person.settings.language)
    .slice(first, first + CITIES_A_PAGE)
    .map(({ zone }) => zone)
  const to = (number: number, label: 'button-previous' | 'button-next'): Button => ({
    text: chat.say(label),
    data: encodeCallback({
      kind: 'setting-values',
      name: 'timeZone',
      ...(number === 0 ? {} : { page: number }),
    }),
  })
  const ways = [
    ...(page === 0 ? [] : [to(page - 1, 'button-previous')]),
    ...(first + CITIES_A_PAGE >= CITIES.length ? [] : [to(page + 1, 'button-next')]),
  ]
  return [...zoneRows(chat, zones), ...(ways.length === 0 ? [] : [ways])]
}

const coinButtons = (
  chat: Chat,
  name: 'lowBalanceThreshold' | 'dailyLimit',
  amounts: readonly number[],
): Keyboard =>
  inRows(
    amounts.map((value) => valueButton(chat, chat.say('coins', { count: value }), { name, value })),
    2,
  )

const valueRows = (chat: Chat, name: TypedSetting, page: number): Keyboard => {
  switch (name) {
    case 'timeZone':
      return zonePage(chat, page)
    case 'lowBalanceThreshold':
      return coinButtons(chat, name, THRESHOLDS)
    case 'dailyLimit':
      return [
        ...coinButtons(chat, name, DAILY_LIMITS),
        [valueButton(chat, chat.say('settings-none', { name }), { name, value: null })],
      ]
    case 'quietHours':
      return [
        ...QUIET_HOURS.map((value) => [valueButton(chat, `${value.from}–${value.to}`, { name, value })]),
        [valueButton(chat, chat.say('settings-none', { name }), { name, value: null })],
      ]
  }
}

/** The values of a setting to choose from, in the place of the settings. */
export const showValues = async (
  chat: Chat,
  { name, page = 0 }: Extract<CallbackData, { kind: 'setting-values' }>,
  messageId: number,
): Promise<void> => {
  await chat.reply({
    kind: 'edit',
    messageId,
    text: chat.say('settings-values', { name }),
    keyboard: [
      ...valueRows(chat, name, page),
      [{ text: chat.say('settings-type'), data: encodeCallback({ kind: 'setting-ask', name }) }],
      [backButton(chat, { kind: 'menu', screen: 'settings' }), screenButton(chat, 'menu')],
    ],
  })
}

/** Asks for a value in words; the next words are the answer. */
export const askSetting = async (chat: Chat, name: TypedSetting, messageId: number): Promise<void> => {
  const { sql, clock } = chat.resources
  await setDialogue(sql, chat.person.user.id, { kind: 'change-setting', setting: name, askedAt: clock() })
  await chat.reply({
    kind: 'edit',
    messageId,
    text: chat.say('settings-ask', { name }),
    keyboard: [[cancelButton(chat)]],
  })
}
