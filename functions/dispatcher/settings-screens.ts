import { z } from 'zod'
import { type CallbackData, encodeCallback } from '#shared/domain/callback-data.ts'
import { Language, Settings, type SettingsPatch } from '#shared/domain/settings.ts'
import { settingsScreen } from '#shared/domain/texts/screens.ts'
import { text } from '#shared/domain/texts/texts.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import { type Chat, openChat } from './chat.ts'
import { mainMenu } from './keyboards.ts'

const Changed = z.looseObject({ settings: Settings })

/** What a press of the button chooses next; other amounts can be set over HTTP. After the last comes the first, or no limit. */
const THRESHOLDS = [10, 50, 100]
const DAILY_LIMITS = [50, 100, 500, 1000]

const thresholdButton = ({ language, lowBalanceThreshold }: Settings): Keyboard[number][number] => {
  const value = THRESHOLDS.find((threshold) => threshold > lowBalanceThreshold) ?? Math.min(...THRESHOLDS)
  return {
    text: text(language, 'settings-button-threshold', { threshold: lowBalanceThreshold }),
    data: encodeCallback({ kind: 'setting', name: 'lowBalanceThreshold', value }),
  }
}

const dailyLimitButton = ({ language, dailyLimit }: Settings): Keyboard[number][number] => {
  const value = DAILY_LIMITS.find((limit) => limit > (dailyLimit ?? 0)) ?? null
  return {
    text: text(language, 'settings-button-daily-limit', { dailyLimit }),
    data: encodeCallback({ kind: 'setting', name: 'dailyLimit', value }),
  }
}

const settingsKeyboard = (settings: Settings): Keyboard => {
  const { language } = settings
  const state = (isOn: boolean) => (isOn ? 'on' : 'off')
  const toggle = (name: 'receipts' | 'lowBalance'): string =>
    encodeCallback({ kind: 'setting', name, value: !settings[name] })
  return [
    [
      {
        text: text(language, 'settings-button-receipts', { state: state(settings.receipts) }),
        data: toggle('receipts'),
      },
    ],
    [
      {
        text: text(language, 'settings-button-low-balance', { state: state(settings.lowBalance) }),
        data: toggle('lowBalance'),
      },
    ],
    ...(settings.lowBalance ? [[thresholdButton(settings)]] : []),
    [dailyLimitButton(settings)],
    Language.options.map((option) => ({
      text: text(language, 'language-name', { language: option }),
      data: encodeCallback({ kind: 'language', language: option }),
    })),
  ]
}

/** /settings */
export const showSettings = (chat: Chat): Promise<void> =>
  chat.reply({
    kind: 'text',
    text: settingsScreen(chat.person.settings),
    keyboard: settingsKeyboard(chat.person.settings),
  })

/** /language */
export const showLanguages = (chat: Chat): Promise<void> =>
  chat.reply({
    kind: 'text',
    text: chat.say('language-choose'),
    keyboard: [
      Language.options.map((option) => ({
        text: chat.say('language-name', { language: option }),
        data: encodeCallback({ kind: 'language', language: option }),
      })),
    ],
  })

const save = async (chat: Chat, settings: SettingsPatch): Promise<Settings> => {
  const path = `/?userId=${chat.person.user.id}`
  const changed = await chat.call(
    { functionName: 'profile', method: 'PATCH', path, body: { settings } },
    Changed,
  )
  return changed.settings
}

/** A switch was pressed: saved, and the same message shows the new state. Gives the words for the pop-up. */
export const changeSetting = async (
  chat: Chat,
  change: Extract<CallbackData, { kind: 'setting' }>,
  messageId: number,
): Promise<string> => {
  const settings = await save(chat, { [change.name]: change.value })
  await chat.reply({
    kind: 'edit',
    messageId,
    text: settingsScreen(settings),
    keyboard: settingsKeyboard(settings),
  })
  return text(settings.language, 'settings-saved')
}

/** A language was chosen: everything from here on is in it. */
export const changeLanguage = async (chat: Chat, language: Language): Promise<void> => {
  const settings = await save(chat, { language })
  const changed = openChat({ ...chat, person: { ...chat.person, settings } })
  await changed.reply({ kind: 'text', text: changed.say('language-changed'), keyboard: mainMenu(changed) })
}
